// Small files of text, as a whole.
#pragma once

#include <filesystem>
#include <string>

namespace umbra {

// Throws Failure, with the path, where the file cannot be read.
std::string read_text(const std::filesystem::path& file);

}  // namespace umbra
