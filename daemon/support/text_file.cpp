#include "daemon/support/text_file.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "daemon/support/failure.hpp"

namespace umbra {

std::string read_text(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream || std::filesystem::is_directory(file)) {
        throw bad_input(fmt::format("{}: cannot be read", file.string()));
    }
    return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace umbra
