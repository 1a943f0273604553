#include "signatures/yaml.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>
#include <utility>

namespace umbra {
namespace {

using Kind = YamlNode::Kind;

// Builds the tree from yaml-cpp's events.
class Builder : public YAML::EventHandler {
  public:
    YamlNode take() { return std::move(root_); }

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (std::exchange(started_, true)) refuse(mark, "a second document");
    }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        add(Kind::null, mark, anchor);
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
        refuse(mark, "an alias");
    }
    void OnScalar(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                  const std::string& value) override {
        if (!open_.empty() && open_.back().node->kind == Kind::map && !open_.back().has_key) {
            Open& map = open_.back();
            map.has_key = true;
            map.key = value;
            map.key_line = mark.line + 1;
            return;
        }
        add(Kind::scalar, mark, anchor).text = value;
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value /*style*/) override {
        open_.push_back({&add(Kind::list, mark, anchor)});
    }
    void OnSequenceEnd() override { open_.pop_back(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value /*style*/) override {
        open_.push_back({&add(Kind::map, mark, anchor)});
    }
    void OnMapEnd() override { open_.pop_back(); }

  private:
    // A list or map whose end has not come. Its node stays where it is: its parent takes no other
    // item before that end.
    struct Open {
        YamlNode* node;
        bool has_key = false;
        std::string key{};
        int key_line = 0;
    };

    [[noreturn]] static void refuse(const YAML::Mark& mark, const std::string& what) {
        throw YamlError(mark.line + 1, what + " is not part of the form");
    }

    YamlNode& add(Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
        if (anchor != YAML::NullAnchor) refuse(mark, "an anchor");
        YamlNode* node = &root_;
        if (!open_.empty()) {
            Open& parent = open_.back();
            const bool in_map = parent.node->kind == Kind::map;
            if (in_map && !parent.has_key) refuse(mark, "a key that is no text");
            node = &parent.node->items.emplace_back();
            if (in_map) {
                node->key = std::move(parent.key);
                node->key_line = parent.key_line;
                parent.has_key = false;
            }
        }
        node->kind = kind;
        node->line = mark.line + 1;
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
    Builder builder;
    try {
        std::istringstream stream(text);
        YAML::Parser parser(stream);
        while (parser.HandleNextDocument(builder)) {
        }
    } catch (const YAML::Exception& error) {
        throw YamlError(error.mark.line + 1, "no YAML: " + error.msg);
    }
    return builder.take();
}

}  // namespace umbra
