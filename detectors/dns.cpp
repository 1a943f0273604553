#include "detectors/dns.hpp"

#include <algorithm>

namespace umbra {
namespace {

constexpr std::uint16_t type_a = 1, type_cname = 5, type_aaaa = 28, class_in = 1;
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

    const auto asked = HostName::parse(question.view());
    if (!asked || header.result_code != 0) return {Kind::answer, {}};
    DnsAnswer answer{.question = *asked, .addresses = {}, .lifetime = ~0U};
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
        } else if (type == type_a && length == 4 &&
                   answer.address_count < answer.addresses.size()) {
            answer.addresses[answer.address_count++] = Address::v4(&message[data]);
        } else if (type == type_aaaa && length == 16 &&
                   answer.address_count < answer.addresses.size()) {
            answer.addresses[answer.address_count++] = Address::v6(&message[data]);
        } else {
            continue;
        }
        answer.lifetime = std::min(answer.lifetime, lifetime);
    }
    if (answer.address_count == 0) return {Kind::answer, {}};
    return {Kind::answer, answer};
}

}  // namespace umbra
