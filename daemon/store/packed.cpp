#include "daemon/store/packed.hpp"

#include <array>

namespace umbra::store {
namespace {

constexpr std::size_t numbers_a_facet = 6;

void put(std::string& out, std::int64_t number) {
    auto rest = static_cast<std::uint64_t>(number);
    for (; rest >= 0x80; rest >>= 7)
        out += static_cast<char>(rest | 0x80);
    out += static_cast<char>(rest);
}

bool take(std::string_view& bytes, std::int64_t& number) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
        const auto byte = static_cast<std::uint8_t>(bytes.front());
        bytes.remove_prefix(1);
        value |= std::uint64_t{byte & 0x7fU} << shift;
        if (byte < 0x80) {
            number = static_cast<std::int64_t>(value);
            return true;
        }
    }
    return false;
}

}  // namespace

std::string pack(std::span<const Figure> figures, std::int64_t week) {
    std::string bytes;
    std::int64_t facet_before = 0;
    for (const auto& [host_id, facet_id, sums] : figures) {
        for (const std::int64_t number :
             {facet_id - facet_before, sums.flows, sums.bytes_out, sums.bytes_in,
              sums.first_seen - week, sums.last_seen - sums.first_seen}) {
            put(bytes, number);
        }
        facet_before = facet_id;
    }
    return bytes;
}

bool unpack(std::string_view bytes, std::int64_t week, std::int64_t host_id,
            std::vector<Figure>& figures) {
    std::int64_t facet_id = 0;
    while (!bytes.empty()) {
        std::array<std::int64_t, numbers_a_facet> numbers{};
        for (std::int64_t& number : numbers) {
            if (!take(bytes, number)) return false;
        }
        const auto& [facet_step, flows, out, in, first, duration] = numbers;
        facet_id += facet_step;
        figures.push_back(
            {host_id, facet_id, {flows, out, in, week + first, week + first + duration}});
    }
    return true;
}

}  // namespace umbra::store
