// Lists that lie beside the catalogue.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace umbra {

// A line of a list. `#` begins a comment; lines with nothing else are left out.
struct ListItem {
    std::string text;
    std::string place;  // file:line, for a fault
};

// Empty where there is no such file. Throws Failure where it cannot be read.
std::vector<ListItem> list_file(const std::filesystem::path& file);

// The lists that go with a catalogue folder, in it or beside it: `candidates.txt`, `not-ai.tsv`,
// `regions.tsv`, `shared-apexes.txt`.
std::vector<ListItem> companion_list(const std::filesystem::path& directory,
                                     const std::string& file);

}  // namespace umbra
