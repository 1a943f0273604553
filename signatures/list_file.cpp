#include "signatures/list_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "daemon/support/failure.hpp"

namespace umbra {

std::vector<ListItem> list_file(const std::filesystem::path& file) {
    if (!std::filesystem::exists(file)) return {};
    std::ifstream stream(file);
    if (!stream) throw bad_input(fmt::format("{}: cannot be read", file.string()));
    std::vector<ListItem> items;
    int number = 0;
    for (std::string line; std::getline(stream, line);) {
        ++number;
        line.erase(std::min(line.find('#'), line.size()));
        line.erase(line.find_last_not_of(" \t\r") + 1);
        if (!line.empty()) items.push_back({line, fmt::format("{}:{}", file.string(), number)});
    }
    return items;
}

std::vector<ListItem> companion_list(const std::filesystem::path& directory,
                                     const std::string& file) {
    const auto folder = std::filesystem::absolute(directory / "").lexically_normal().parent_path();
    const auto inside = folder / file;
    return list_file(std::filesystem::exists(inside) ? inside : folder.parent_path() / file);
}

}  // namespace umbra
