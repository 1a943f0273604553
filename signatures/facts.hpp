// What is known of a service's risks. Undocumented is nothing, never a guess.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace umbra {

enum class FactKey : std::uint8_t {
    residency,           // where customers' content rests: ISO 3166 countries, EU, EEA or global
    trains_on_input,     // yes, no, or opt-out: it does so until the user refuses
    retention,           // how long content is kept, a few words
    certifications,      // of `certifications()`
    models,              // whose models it runs
    anonymous_use,       // yes or no: usable without an account
    enterprise_differs,  // yes or no: an enterprise tier has other terms on the above
};
constexpr std::size_t fact_count = 7;

std::string_view to_string(FactKey key);
const std::array<std::string_view, 5>& certifications();

struct Fact {
    std::vector<std::string> value;  // one, or several where the key takes a list
    std::string source;              // URL of the page that says it
    std::string read;                // the day on which that page was read, 2026-11-24
};

// By FactKey; nothing where it was looked for and not found.
struct Facts {
    std::array<std::optional<Fact>, fact_count> all;

    const std::optional<Fact>& operator[](FactKey key) const {
        return all[static_cast<std::size_t>(key)];
    }
    std::optional<Fact>& operator[](FactKey key) { return all[static_cast<std::size_t>(key)]; }
};

}  // namespace umbra
