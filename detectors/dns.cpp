#include "detectors/dns.hpp"

#include <algorithm>

#include "detectors/text.hpp"

namespace umbra {
namespace {

constexpr std::uint16_t type_a = 1, type_cname = 5, type_aaaa = 28, type_svcb = 64, type_https = 65,
                        class_in = 1;
constexpr int most_records = 128;
constexpr int most_jumps = 32;

// A name as on the wire, in dotted form, not yet checked: labels may hold any byte but are compared
// without regard to case.
struct WireName {
    std::array<std::uint8_t, 255> bytes;
    std::size_t length = 0;

    Bytes view() const { return Bytes(bytes).first(length); }
};

bool same(const WireName& a, const WireName& b) {
    const auto lower = [](std::uint8_t c) {
        return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c + 0;
    };
    return std::ranges::equal(a.view(), b.view(), {}, lower, lower);
}

// Reads the name at `at`, moves `at` past it. False where it is malformed (RFC 1035 section 4.1.4).
bool read_name(Bytes message, std::size_t& at, WireName& name) {
    name.length = 0;
    std::size_t position = at;
    bool jumped = false;
    for (int jumps = 0;;) {
        if (position >= message.size()) return false;
        const std::size_t length = message[position];
        if (length >= 0xc0) {
            if (position + 1 >= message.size() || ++jumps > most_jumps) return false;
            const std::size_t target = (length & 0x3f) << 8 | message[position + 1];
            if (target >= position) return false;
            if (!jumped) at = position + 2;
            jumped = true;
            position = target;
            continue;
        }
        if (length > 63 || position + 1 + length > message.size()) return false;
        if (length == 0) break;
        if (name.length + length + 1 > name.bytes.size()) return false;
        if (name.length > 0) name.bytes[name.length++] = '.';
        std::copy_n(&message[position + 1], length, &name.bytes[name.length]);
        name.length += length;
        position += 1 + length;
    }
    if (!jumped) at = position + 1;
    return true;
}

void add_address(DnsAnswer& answer, const Address& address) {
    if (answer.address_count < answer.addresses.size()) {
        answer.addresses[answer.address_count++] = address;
    }
}

// struct { uint16 version; uint16 length; contents } ECHConfig; ECHConfig list<4..2^16-1>. Of the
// first configuration of the version that is in use (RFC 9849 section 4):
// config_id 1, kem_id 2, public_key<1..2^16-1>, cipher_suites<4..2^16-4>, maximum_name_length 1,
// public_name<1..255>, extensions.
std::optional<HostName> public_name_of(Bytes ech) {
    constexpr std::uint16_t version_in_use = 0xfe0d;
    Reader list(ech);
    list.u16();
    while (list.left() > 0) {
        const std::uint16_t version = list.u16();
        Reader contents(list.take(list.u16()));
        if (!list.ok() || version != version_in_use) continue;
        contents.skip(3);
        contents.skip(contents.u16());
        contents.skip(contents.u16());
        contents.u8();
        const Bytes name = contents.take(contents.u8());
        if (contents.ok()) return HostName::parse(name);
    }
    return std::nullopt;
}

// SvcPriority 2, TargetName, then SvcParams: key 2, length 2, value. Priority 0 is an alias, which
// has no parameters. False where the data contradict themselves.
bool read_service_binding(Bytes message, std::size_t data, std::size_t length, DnsAnswer& answer) {
    constexpr std::uint16_t key_ipv4_hint = 4, key_ech = 5, key_ipv6_hint = 6;
    std::size_t at = data + 2;
    WireName target;
    const std::size_t end = data + length;
    if (length < 3 || !read_name(message, at, target) || at > end) return false;
    Reader parameters(message.subspan(at, end - at));
    while (parameters.left() > 0) {
        const std::uint16_t key = parameters.u16();
        Bytes value = parameters.take(parameters.u16());
        if (!parameters.ok()) return false;
        if (key == key_ech) {
            answer.ech_public_name = public_name_of(value);
        } else if (key == key_ipv4_hint) {
            for (; value.size() >= 4; value = value.subspan(4))
                add_address(answer, Address::v4(value.data()));
        } else if (key == key_ipv6_hint) {
            for (; value.size() >= 16; value = value.subspan(16))
                add_address(answer, Address::v6(value.data()));
        }
    }
    return true;
}

// The host name that a question is about: without the labels that ask for a port and a scheme.
std::optional<HostName> asked_name(const WireName& question) {
    std::string_view text = text_of(question.view());
    while (text.starts_with('_') && text.find('.') != std::string_view::npos)
        text.remove_prefix(text.find('.') + 1);
    return HostName::parse(text);
}

struct Header {
    bool is_response;
    unsigned opcode, result_code;
    std::uint16_t questions, answers;
};

}  // namespace

// +----------------+----------------+----------------+----------------+------------+-------------+
// |       id       |      flags     |   questions    |    answers     | authorities|  additional |
// +----------------+----------------+----------------+----------------+------------+-------------+
DnsResult read_dns(Bytes message) {
    using Kind = DnsResult::Kind;
    Reader reader(message);
    reader.u16();
    const std::uint16_t flags = reader.u16();
    const Header header{(flags & 0x8000U) != 0, (flags >> 11) & 15U, flags & 15U, reader.u16(),
                        reader.u16()};
    reader.u32();
    if (!reader.ok() || header.questions != 1 || header.opcode != 0) return {Kind::not_dns, {}};

    std::size_t at = 12;
    WireName question;
    if (!read_name(message, at, question) || at + 4 > message.size()) return {Kind::malformed, {}};
    at += 4;
    if (!header.is_response) return {Kind::query, {}};

    const auto asked = asked_name(question);
    if (!asked || header.result_code != 0) return {Kind::answer, {}};
    DnsAnswer answer{
        .question = *asked, .addresses = {}, .lifetime = ~0U, .ech_public_name = std::nullopt};
    WireName current = question;  // where the chain of CNAME records has led so far
    for (int record = 0; record < std::min<int>(header.answers, most_records); ++record) {
        WireName owner;
        if (!read_name(message, at, owner)) return {Kind::malformed, {}};
        if (at > message.size()) return {Kind::malformed, {}};
        Reader fields(message.subspan(at));
        const std::uint16_t type = fields.u16();
        const std::uint16_t record_class = fields.u16();
        const std::uint32_t lifetime = fields.u32();
        const std::uint16_t length = fields.u16();
        if (!fields.ok() || length > fields.left()) return {Kind::malformed, {}};
        const std::size_t data = at + 10;
        at = data + length;
        if (record_class != class_in || !same(owner, current)) continue;

        if (type == type_cname) {
            std::size_t target_at = data;
            WireName target;
            if (!read_name(message, target_at, target)) return {Kind::malformed, {}};
            current = target;
        } else if (type == type_a && length == 4) {
            add_address(answer, Address::v4(&message[data]));
        } else if (type == type_aaaa && length == 16) {
            add_address(answer, Address::v6(&message[data]));
        } else if (type == type_https || type == type_svcb) {
            if (!read_service_binding(message, data, length, answer)) return {Kind::malformed, {}};
        } else {
            continue;
        }
        answer.lifetime = std::min(answer.lifetime, lifetime);
    }
    if (answer.address_count == 0 && !answer.ech_public_name) return {Kind::answer, {}};
    return {Kind::answer, answer};
}

}  // namespace umbra
