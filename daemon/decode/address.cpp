#include "daemon/decode/address.hpp"

#include <arpa/inet.h>

#include <charconv>

namespace umbra {

std::optional<Address> Address::parse(std::string_view text) {
    const std::string terminated(text);
    std::array<std::uint8_t, 16> raw{};
    if (inet_pton(AF_INET, terminated.c_str(), raw.data()) == 1) return v4(raw.data());
    if (inet_pton(AF_INET6, terminated.c_str(), raw.data()) == 1) return v6(raw.data());
    return std::nullopt;
}

std::string Address::to_string() const {
    char text[INET6_ADDRSTRLEN] = "";
    if (is_v4()) {
        inet_ntop(AF_INET, bytes.data() + 12, text, sizeof text);
    } else {
        inet_ntop(AF_INET6, bytes.data(), text, sizeof text);
    }
    return text;
}

Address Address::masked(unsigned prefix) const {
    Address first = *this;
    for (unsigned byte = prefix / 8; byte < first.bytes.size(); ++byte) {
        const unsigned kept = byte == prefix / 8 ? prefix % 8 : 0;
        first.bytes[byte] &= static_cast<std::uint8_t>(0xff00U >> kept);
    }
    return first;
}

std::optional<Network> Network::parse(std::string_view text) {
    const auto slash = text.find('/');
    const auto base = Address::parse(text.substr(0, slash));
    if (!base) return std::nullopt;
    Network network{*base, 128};
    if (slash != std::string_view::npos) {
        const std::string_view digits = text.substr(slash + 1);
        const unsigned longest = base->is_v4() ? 32 : 128;
        unsigned length = 0;
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), length);
        if (error != std::errc{} || end != digits.data() + digits.size() || length > longest) {
            return std::nullopt;
        }
        network.prefix = length + (128 - longest);
    }
    for (unsigned bit = network.prefix; bit < 128; ++bit) {
        if ((network.base.bytes[bit / 8] >> (7 - bit % 8)) & 1U) return std::nullopt;
    }
    return network;
}

}  // namespace umbra
