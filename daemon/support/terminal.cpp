#include "daemon/support/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace umbra {

int terminal_width(int descriptor, int otherwise) {
    winsize size{};
    if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    const char* columns = std::getenv("COLUMNS");
    const long width = columns ? std::strtol(columns, nullptr, 10) : 0;
    return width >= 20 && width <= 1000 ? static_cast<int>(width) : otherwise;
}

int terminal_height(int descriptor, int otherwise) {
    winsize size{};
    return ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row : otherwise;
}

bool wants_colour(int descriptor) {
    const char* no_colour = std::getenv("NO_COLOR");
    return isatty(descriptor) && (no_colour == nullptr || std::string_view(no_colour).empty());
}

}  // namespace umbra
