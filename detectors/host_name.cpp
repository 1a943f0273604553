#include "detectors/host_name.hpp"

#include <algorithm>

namespace umbra {
namespace {

constexpr std::size_t longest_label = 63;

// The character as a host name has it, or NUL where no host name has it.
constexpr char normalized(std::uint8_t byte) {
    if (byte >= 'A' && byte <= 'Z') return static_cast<char>(byte - 'A' + 'a');
    const bool allowed =
        (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-' || byte == '_';
    return allowed ? static_cast<char>(byte) : '\0';
}

// A colon and up to five digits at the end; empty where there is none.
Bytes port_of(Bytes bytes) {
    constexpr std::size_t longest = 6;
    for (std::size_t length = 1; length <= std::min(longest, bytes.size()); ++length) {
        const std::uint8_t byte = bytes[bytes.size() - length];
        if (byte == ':') return length > 1 ? bytes.last(length) : Bytes{};
        if (byte < '0' || byte > '9') break;
    }
    return {};
}

}  // namespace

std::optional<HostName> HostName::parse(Bytes bytes) {
    const Bytes port = port_of(bytes);
    bytes = bytes.first(bytes.size() - port.size());
    if (!bytes.empty() && bytes.back() == '.') bytes = bytes.first(bytes.size() - 1);
    HostName name;
    if (bytes.empty() || bytes.size() + port.size() > name.characters_.size()) return std::nullopt;

    std::size_t label_length = 0;
    for (const std::uint8_t byte : bytes) {
        if (byte == '.') {
            if (label_length == 0) return std::nullopt;
            label_length = 0;
            name.characters_[name.length_++] = '.';
            continue;
        }
        const char c = normalized(byte);
        if (c == '\0' || ++label_length > longest_label) return std::nullopt;
        name.characters_[name.length_++] = c;
    }
    if (label_length == 0) return std::nullopt;
    for (const std::uint8_t byte : port)
        name.characters_[name.length_++] = static_cast<char>(byte);
    return name;
}

bool HostName::is_address() const {
    const std::string_view last_label = host().substr(host().rfind('.') + 1);
    return last_label.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace umbra
