#include "tools/umbra/siem/text.hpp"

#include "tools/umbra/text.hpp"

namespace umbra::siem {

std::string wire_name(std::string_view name) {
    std::string safe;
    for (const char c : name) {
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '.' || c == '_' ||
                              (c == '-' && !safe.empty());
        safe += is_plain ? std::string(1, c) : escaped({&c, 1});
    }
    return safe;
}

std::string written_text(std::string_view text) {
    std::size_t end = text.find('\\');
    std::string safe = cell_text(text.substr(0, end));
    while (end != std::string_view::npos) {
        const std::size_t begin = end + 1;
        end = text.find('\\', begin);
        safe += escaped("\\") + readable(text.substr(begin, end - begin));
    }
    return safe;
}

}  // namespace umbra::siem
