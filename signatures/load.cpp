// Reading the YAML form of the catalogue.
#include <fmt/format.h>
#include <openssl/sha.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <fstream>
#include <initializer_list>
#include <sstream>

#include "daemon/decode/address.hpp"
#include "daemon/support/failure.hpp"
#include "detectors/host_name.hpp"
#include "signatures/catalogue.hpp"

namespace umbra {
namespace {

// Reads one file into the catalogue; every fault is noted with its line and reading goes on.
class FileReader {
  public:
    FileReader(std::string file, Catalogue& catalogue, std::vector<Fault>& faults)
        : file_(std::move(file)), catalogue_(catalogue), faults_(faults) {}

    void read(const std::string& text, const std::string& stem) {
        YAML::Node root;
        try {
            root = YAML::Load(text);
        } catch (const YAML::Exception& error) {
            faults_.push_back({file_, error.mark.line + 1, "no YAML: " + error.msg});
            return;
        }
        if (!check_keys(root, {"vendor", "name", "legal_entity", "headquarters", "sovereignty",
                               "services"})) {
            return;
        }
        Vendor vendor;
        vendor.id = text_of(root, "vendor").value_or("");
        vendor.name = text_of(root, "name").value_or(vendor.id);
        vendor.legal_entity = text_or_null(root, "legal_entity");
        vendor.headquarters = text_or_null(root, "headquarters");
        vendor.sovereignty = text_or_null(root, "sovereignty");
        if (vendor.id != stem) {
            fault(root["vendor"] ? root["vendor"] : root,
                  fmt::format("vendor `{}` is not the name of the file", vendor.id));
        }
        if (vendor.headquarters && !is_country(*vendor.headquarters)) {
            fault(root["headquarters"], fmt::format("unknown country `{}`", *vendor.headquarters));
        }
        if (vendor.sovereignty && !is_sovereignty(*vendor.sovereignty)) {
            fault(root["sovereignty"],
                  fmt::format("unknown sovereignty `{}`", *vendor.sovereignty));
        }
        catalogue_.vendors.push_back(vendor);
        const YAML::Node services = root["services"];
        if (!services || !services.IsSequence() || services.size() == 0) {
            fault(services ? services : root, "a vendor needs a list `services`");
            return;
        }
        for (const auto& service : services)
            read_service(service, vendor.id);
    }

  private:
    void read_service(const YAML::Node& node, const std::string& vendor) {
        if (!check_keys(node, {"id", "name", "category", "names", "ranges"})) return;
        Service service;
        service.id = text_of(node, "id").value_or("");
        service.name = text_of(node, "name").value_or("");
        service.category = text_of(node, "category").value_or("");
        service.vendor = static_cast<std::uint32_t>(catalogue_.vendors.size() - 1);
        if (!service.id.starts_with(vendor + ".") || service.id.size() == vendor.size() + 1) {
            fault(node, fmt::format("service id `{}` is not `{}.` and a word", service.id, vendor));
        }
        if (!is_category(service.category)) {
            fault(node["category"] ? node["category"] : node,
                  fmt::format("unknown category `{}`", service.category));
        }
        const auto index = static_cast<std::uint32_t>(catalogue_.services.size());
        catalogue_.services.push_back(service);
        const YAML::Node names = node["names"];
        if (!names || !names.IsSequence()) {
            fault(node, fmt::format("service `{}` needs a list `names`", service.id));
            return;
        }
        for (const auto& name : names)
            read_name(name, index);
        for (const auto& range : node["ranges"])
            read_range(range);
    }

    void read_name(const YAML::Node& node, std::uint32_t service) {
        if (!check_keys(node, {"name", "match", "role", "shared"})) return;
        SignatureName name;
        name.name = text_of(node, "name").value_or("");
        name.service = service;
        name.file = file_;
        name.line = node.Mark().line + 1;
        const std::string kind = text_of(node, "match").value_or("");
        const std::string role = text_of(node, "role").value_or("");
        const auto known_kind = match_kind(kind);
        const auto known_role = host_role(role);
        if (!known_kind) return fault(node, fmt::format("unknown match kind `{}`", kind));
        if (!known_role) return fault(node, fmt::format("unknown role `{}`", role));
        name.kind = *known_kind;
        name.role = *known_role;
        if (const YAML::Node shared = node["shared"]) {
            if (shared.Scalar() != "true" && shared.Scalar() != "false") {
                return fault(shared, "`shared` is true or false");
            }
            name.shared = shared.Scalar() == "true";
        }
        if (const auto sentence = fault_of_name(name)) return fault(node, *sentence);
        catalogue_.names.push_back(std::move(name));
    }

    static std::optional<std::string> fault_of_name(const SignatureName& entry) {
        std::string name = entry.name;
        if (name.find("://") != std::string::npos || name.find('/') != std::string::npos) {
            return fmt::format("`{}` is a URL, not a host name", name);
        }
        if (std::ranges::any_of(name, [](char c) { return c >= 'A' && c <= 'Z'; })) {
            return fmt::format("`{}` has upper case", name);
        }
        if (entry.kind == MatchKind::pattern) {
            const auto star = "." + name + ".";
            const auto at = star.find(".*.");
            if (at == std::string::npos || std::ranges::count(name, '*') != 1) {
                return fmt::format("pattern `{}` needs exactly one label `*`", name);
            }
            name[at] = 'x';
        }
        const auto checked = HostName::parse(name);
        if (!checked || checked->view() != name || name.find('.') == std::string::npos) {
            return fmt::format("`{}` is no valid host name", name);
        }
        return std::nullopt;
    }

    void read_range(const YAML::Node& node) {
        if (!check_keys(node, {"cidr", "source"})) return;
        const std::string cidr = text_of(node, "cidr").value_or("");
        if (!Network::parse(cidr)) fault(node, fmt::format("`{}` is no network", cidr));
        text_of(node, "source");
    }

    static bool is_country(const std::string& code) {
        return code.size() == 2 &&
               std::ranges::all_of(code, [](char c) { return c >= 'A' && c <= 'Z'; });
    }

    bool check_keys(const YAML::Node& node, std::initializer_list<std::string_view> known) {
        if (!node.IsMap()) {
            fault(node, "expected `key: value` pairs");
            return false;
        }
        bool good = true;
        std::vector<std::string> seen;
        for (const auto& entry : node) {
            const std::string& key = entry.first.Scalar();
            const bool twice = std::ranges::find(seen, key) != seen.end();
            if (twice || std::ranges::find(known, key) == known.end()) {
                fault(entry.first, fmt::format("{} key `{}`", twice ? "doubled" : "unknown", key));
                good = false;
            }
            seen.push_back(key);
        }
        return good;
    }

    // A text that must be there.
    std::optional<std::string> text_of(const YAML::Node& node, const char* key) {
        const YAML::Node value = node[key];
        if (value && value.IsScalar() && !value.Scalar().empty()) return value.Scalar();
        fault(value ? value : node, fmt::format("`{}` is missing", key));
        return std::nullopt;
    }
    // A text or null; null must be written, so that nobody forgets to look it up.
    std::optional<std::string> text_or_null(const YAML::Node& node, const char* key) {
        const YAML::Node value = node[key];
        if (value && value.IsNull()) return std::nullopt;
        return text_of(node, key);
    }

    void fault(const YAML::Node& node, std::string sentence) {
        faults_.push_back({file_, std::max(node.Mark().line, 0) + 1, std::move(sentence)});
    }

    std::string file_;
    Catalogue& catalogue_;
    std::vector<Fault>& faults_;
};

std::string whole_text(const std::filesystem::path& file) {
    std::ifstream stream(file);
    if (!stream) throw bad_input(fmt::format("{}: cannot be read", file.string()));
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

}  // namespace

Catalogue read_catalogue(const std::filesystem::path& directory, std::vector<Fault>& faults) {
    std::error_code error;
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
        if (entry.path().extension() == ".yaml") files.push_back(entry.path());
    }
    if (error) throw bad_input(fmt::format("{}: {}", directory.string(), error.message()));
    if (files.empty())
        throw bad_input(fmt::format("{}: no *.yaml in this folder", directory.string()));
    std::ranges::sort(files);

    Catalogue catalogue;
    std::string content;
    for (const auto& file : files) {
        const std::string text = whole_text(file);
        FileReader(file.string(), catalogue, faults).read(text, file.stem().string());
        content += file.filename().string() + '\0' + text + '\0';
    }
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(content.data()), content.size(), digest.data());
    for (std::size_t i = 0; i < 6; ++i)
        catalogue.version += fmt::format("{:02x}", digest[i]);
    return catalogue;
}

std::vector<std::string> read_name_list(const std::filesystem::path& file) {
    std::istringstream lines(whole_text(file));
    std::vector<std::string> names;
    for (std::string line; std::getline(lines, line);) {
        line.erase(std::min(line.find('#'), line.size()));
        line.erase(line.find_last_not_of(" \t\r") + 1);
        if (!line.empty()) names.push_back(line);
    }
    return names;
}

}  // namespace umbra
