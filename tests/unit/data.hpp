// Files under tests/data.
#pragma once

#include <cstdint>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace umbra::test {

inline std::vector<std::uint8_t> data_file(const std::string& name) {
    std::ifstream file(UMBRA_TEST_DATA "/" + name, std::ios::binary);
    if (!file) throw std::runtime_error("tests/data/" + name + " is missing");
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace umbra::test
