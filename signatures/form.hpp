// What reading the catalogue's files has in common: values out of a tree, each fault noted with its
// line, reading going on.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "signatures/load.hpp"
#include "signatures/yaml.hpp"

namespace umbra {

class FormReader {
  public:
    FormReader(std::string file, std::vector<Fault>& faults)
        : file_(std::move(file)), faults_(faults) {}

    // Whether `node` is a map of `known` keys, none of them twice.
    bool check_keys(const YamlNode& node, std::span<const std::string_view> known);

    // A text that must be there.
    std::optional<std::string> text_of(const YamlNode& node, std::string_view key);
    // A text or null; null must be written, so that nobody forgets to look it up.
    std::optional<std::string> text_or_null(const YamlNode& node, std::string_view key);
    // The items of a list, none empty or twice; a single text is a list of one. Faults where the
    // node is neither, or an item is not `good`: "unknown WHAT `item`".
    template <typename Good>
    std::vector<std::string> words_of(const YamlNode& node, std::string_view what, Good good) {
        std::vector<std::string> words = words_of(node, what);
        std::erase_if(words, [&](const std::string& word) {
            if (good(word)) return false;
            fault(node.line, "unknown " + std::string(what) + " `" + word + "`");
            return true;
        });
        return words;
    }
    // 2026-11-24 under `key`, a day that there is.
    std::optional<std::string> day_of(const YamlNode& node, std::string_view key);
    // A web address under `key`.
    std::optional<std::string> url_of(const YamlNode& node, std::string_view key);

    void fault(int line, std::string sentence) {
        faults_.push_back({file_, line, std::move(sentence)});
    }
    const std::string& file() const { return file_; }

  private:
    std::vector<std::string> words_of(const YamlNode& node, std::string_view what);

    std::string file_;
    std::vector<Fault>& faults_;
};

// The block `facts` of a service.
Facts read_facts(const YamlNode& node, FormReader& form);

// Whether `text` is made of lower case letters, digits and hyphens, as ids are.
bool is_id_word(std::string_view text);

// Whether `code` is an ISO 3166-1 alpha-2 country code that is officially assigned.
bool is_country(std::string_view code);

}  // namespace umbra
