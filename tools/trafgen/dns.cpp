#include "tools/trafgen/messages.hpp"

namespace umbra::trafgen {
namespace {

void write_name(Octets& out, std::string_view name) {
    while (!name.empty()) {
        const std::string_view label = name.substr(0, name.find('.'));
        out.with_length(1, [&] { out.text(label); });
        name.remove_prefix(std::min(name.size(), label.size() + 1));
    }
    out.u8(0);
}

void write_head(Octets& out, std::uint16_t id, std::uint16_t flags, int answers,
                std::string_view name, int type) {
    out.u16(id);
    out.u16(flags);
    out.u16(1);
    out.u16(static_cast<std::uint64_t>(answers));
    out.u32(0);
    write_name(out, name);
    out.u16(static_cast<std::uint64_t>(type));
    out.u16(1);
}

constexpr int type_a = 1, type_cname = 5, type_aaaa = 28;
constexpr std::uint16_t question_name = 0xc00c;  // a compression pointer to the question's name

}  // namespace

Message dns_query(std::uint16_t id, std::string_view name, bool ipv6) {
    Octets out;
    write_head(out, id, 0x0100, 0, name, ipv6 ? type_aaaa : type_a);
    return out.take();
}

Message dns_answer(std::uint16_t id, std::string_view name, std::string_view alias,
                   const Address& address) {
    const int type = address.is_v4() ? type_a : type_aaaa;
    Octets out;
    write_head(out, id, 0x8180, alias.empty() ? 1 : 2, name, type);
    out.u16(question_name);
    if (!alias.empty()) {
        out.u16(type_cname);
        out.u16(1);
        out.u32(300);
        const std::size_t alias_at = out.size() + 2;
        out.with_length(2, [&] { write_name(out, alias); });
        out.u16(0xc000 | alias_at);
    }
    out.u16(static_cast<std::uint64_t>(type));
    out.u16(1);
    out.u32(300);
    out.with_length(2, [&] {
        const auto bytes = std::span(address.bytes);
        out.bytes(address.is_v4() ? bytes.subspan(12) : bytes);
    });
    return out.take();
}

Message text_message(std::string_view text) {
    return {text.begin(), text.end()};
}

}  // namespace umbra::trafgen
