// A host name read from the wire, checked and brought to one form.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "daemon/decode/reader.hpp"

namespace umbra {

// Lower case, no trailing dot, 1 to 253 bytes (RFC 1035 section 2.3.4); letters, digits, `-`, `_`
// and dots between labels of at most 63 bytes. The bytes live inside the value.
class HostName {
  public:
    // Nothing where `bytes` is no such name: NUL, a byte over 127, an empty label, too long, …
    static std::optional<HostName> parse(Bytes bytes);
    static std::optional<HostName> parse(std::string_view text) {
        return parse(Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
    }

    // An IPv4 address in dotted form, which some clients say in place of a name: the last label is
    // a number, as a top-level domain never is (RFC 3696 section 2).
    bool is_address() const;

    // Without the port.
    std::string_view host() const { return without_port(view()); }
    static std::string_view without_port(std::string_view name) {
        return name.substr(0, name.find(':'));
    }

    // As it was said: some clients put a port behind the name, `example.com:443`.
    std::string_view view() const { return {characters_.data(), length_}; }

  private:
    std::array<char, 253> characters_;
    std::uint8_t length_ = 0;
};

}  // namespace umbra
