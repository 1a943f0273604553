// Host names kept once each, by number, for as long as somebody holds them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace umbra {

class NameTable {
  public:
    static constexpr std::uint32_t none = ~0U;

    explicit NameTable(std::uint32_t most_names) : most_names_(most_names) {}

    // The number of `name`, held once more; `none` where the table is full of other names.
    std::uint32_t hold(std::string_view name);
    // `none` is held by nobody, and its text is empty.
    void hold_again(std::uint32_t id) {
        if (id != none) ++entries_[id].holders;
    }
    void release(std::uint32_t id);

    // Valid while the name is held.
    std::string_view text(std::uint32_t id) const {
        return id == none ? std::string_view() : *entries_[id].text;
    }

    std::size_t size() const { return ids_.size(); }
    std::uint64_t refused() const { return refused_; }

  private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>{}(text);
        }
    };
    struct Entry {
        const std::string* text;  // the key in `ids_`, which never moves
        std::uint32_t holders;
    };

    std::uint32_t most_names_;
    std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> ids_;
    std::vector<Entry> entries_;
    std::vector<std::uint32_t> free_;
    std::uint64_t refused_ = 0;
};

}  // namespace umbra
