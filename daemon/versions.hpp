// What --version prints.
#pragma once

#include <string>

namespace umbra {

// The program's version, then a line for each library with the version that runs.
std::string version_text(const std::string& program);

}  // namespace umbra
