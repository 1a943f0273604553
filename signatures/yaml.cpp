#include "signatures/yaml.hpp"

#include <yaml.h>

#include <algorithm>
#include <utility>

namespace umbra {
namespace {

using Kind = YamlNode::Kind;

constexpr std::size_t deepest = 16;  // lists and maps in each other; the forms have six

int line_of(const yaml_mark_t& mark) {
    return static_cast<int>(mark.line) + 1;
}

[[noreturn]] void refuse(const yaml_event_t& event, const std::string& what) {
    throw YamlError(line_of(event.start_mark), what + " is not part of the form");
}

// libyaml's parser over a text, event by event.
class Events {
  public:
    explicit Events(const std::string& text) : text_(text) {
        yaml_parser_initialize(&parser_);
        yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text_.data()),
                                     text_.size());
    }
    ~Events() {
        yaml_event_delete(&event_);
        yaml_parser_delete(&parser_);
    }
    Events(const Events&) = delete;
    Events& operator=(const Events&) = delete;

    // Valid until the next one.
    const yaml_event_t& next() {
        yaml_event_delete(&event_);
        if (yaml_parser_parse(&parser_, &event_) == 0) {
            throw YamlError(line_of_problem(), std::string("no YAML: ") + parser_.problem);
        }
        return event_;
    }

  private:
    int line_of_problem() const {
        if (parser_.error != YAML_READER_ERROR) return line_of(parser_.problem_mark);
        // Bytes that are no UTF-8 are found before lines are counted.
        const auto before = std::string_view(text_).substr(0, parser_.problem_offset);
        return static_cast<int>(std::ranges::count(before, '\n')) + 1;
    }

    const std::string& text_;
    yaml_parser_t parser_{};
    yaml_event_t event_{};
};

// YAML 1.2 section 10.3.2: what is written without quotes and means nothing.
bool is_null(const yaml_event_t& scalar, std::string_view text) {
    return scalar.data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
           (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL");
}

// Builds the tree.
class Builder {
  public:
    void take(const yaml_event_t& event) {
        switch (event.type) {
            case YAML_DOCUMENT_START_EVENT:
                if (std::exchange(started_, true)) refuse(event, "a second document");
                break;
            case YAML_ALIAS_EVENT:
                refuse(event, "an alias");
            case YAML_SCALAR_EVENT:
                take_scalar(event);
                break;
            case YAML_SEQUENCE_START_EVENT:
                open(event, Kind::list, event.data.sequence_start.anchor != nullptr);
                break;
            case YAML_MAPPING_START_EVENT:
                open(event, Kind::map, event.data.mapping_start.anchor != nullptr);
                break;
            case YAML_SEQUENCE_END_EVENT:
            case YAML_MAPPING_END_EVENT:
                open_.pop_back();
                break;
            default:
                break;
        }
    }
    YamlNode root() { return std::move(root_); }

  private:
    // A list or map whose end has not come. Its node stays where it is: its parent takes no other
    // item before that end.
    struct Open {
        YamlNode* node;
        bool has_key = false;
        std::string key{};
        int key_line = 0;
    };

    void take_scalar(const yaml_event_t& event) {
        const auto& scalar = event.data.scalar;
        const std::string_view text(reinterpret_cast<const char*>(scalar.value), scalar.length);
        if (!open_.empty() && open_.back().node->kind == Kind::map && !open_.back().has_key) {
            Open& map = open_.back();
            map.has_key = true;
            map.key = text;
            map.key_line = line_of(event.start_mark);
            return;
        }
        const Kind kind = is_null(event, text) ? Kind::null : Kind::scalar;
        YamlNode& node = add(event, kind, scalar.anchor != nullptr);
        if (kind == Kind::scalar) node.text = text;
    }

    void open(const yaml_event_t& event, Kind kind, bool has_anchor) {
        if (open_.size() >= deepest) refuse(event, "such a depth");
        open_.push_back({&add(event, kind, has_anchor)});
    }

    YamlNode& add(const yaml_event_t& event, Kind kind, bool has_anchor) {
        if (has_anchor) refuse(event, "an anchor");
        YamlNode* node = &root_;
        if (!open_.empty()) {
            Open& parent = open_.back();
            const bool in_map = parent.node->kind == Kind::map;
            if (in_map && !parent.has_key) refuse(event, "a key that is no text");
            node = &parent.node->items.emplace_back();
            if (in_map) {
                node->key = std::move(parent.key);
                node->key_line = parent.key_line;
                parent.has_key = false;
            }
        }
        node->kind = kind;
        node->line = line_of(event.start_mark);
        return *node;
    }

    YamlNode root_;
    std::vector<Open> open_;
    bool started_ = false;
};

}  // namespace

const YamlNode* YamlNode::find(std::string_view name) const {
    if (kind != Kind::map) return nullptr;
    const auto found = std::ranges::find(items, name, &YamlNode::key);
    return found == items.end() ? nullptr : &*found;
}

YamlNode parse_yaml(const std::string& text) {
    Events events(text);
    Builder builder;
    for (bool ended = false; !ended;) {
        const yaml_event_t& event = events.next();
        ended = event.type == YAML_STREAM_END_EVENT;
        builder.take(event);
    }
    return builder.root();
}

}  // namespace umbra
