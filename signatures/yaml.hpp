// A YAML file as a tree that knows its lines.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace umbra {

// A value: a scalar's text, a list's items, or a map's values, each with its key.
struct YamlNode {
    enum class Kind { null, scalar, list, map };

    Kind kind = Kind::null;
    int line = 1;
    std::string text;             // of a scalar
    std::string key;              // where it is a map's value
    int key_line = 1;             // of that key
    std::vector<YamlNode> items;  // of a list or a map

    // The value of a map under `name`; null where there is none, or this is no map.
    const YamlNode* find(std::string_view name) const;
};

struct YamlError : std::runtime_error {
    YamlError(int at, const std::string& sentence) : std::runtime_error(sentence), line(at) {}
    int line;
};

// The one document of `text`. Throws YamlError where it is no YAML, has a second document, or uses
// what the catalogue's form does not: anchors, aliases, keys that are no scalars.
YamlNode parse_yaml(const std::string& text);

}  // namespace umbra
