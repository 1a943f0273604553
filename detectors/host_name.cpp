#include "detectors/host_name.hpp"

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

}  // namespace

std::optional<HostName> HostName::parse(Bytes bytes) {
    if (!bytes.empty() && bytes.back() == '.') bytes = bytes.first(bytes.size() - 1);
    HostName name;
    if (bytes.empty() || bytes.size() > name.characters_.size()) return std::nullopt;

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
    return name;
}

}  // namespace umbra
