// Reading the YAML form of the catalogue.
#include <fmt/format.h>

#include "daemon/support/digest.hpp"
#include "daemon/support/failure.hpp"
#include "daemon/support/text_file.hpp"
#include "detectors/host_name.hpp"
#include "signatures/form.hpp"

namespace umbra {
namespace {

using Kind = YamlNode::Kind;

constexpr std::array<std::string_view, 6> file_keys{"vendor",       "name",        "legal_entity",
                                                    "headquarters", "sovereignty", "services"};
constexpr std::array<std::string_view, 9> service_keys{
    "id", "name", "category", "takes", "gives", "voice", "names", "ranges", "facts"};
constexpr std::array<std::string_view, 4> name_keys{"name", "match", "role", "shared"};
constexpr std::array<std::string_view, 3> range_keys{"cidr", "source", "read"};
constexpr std::array<std::string_view, 6> media{"text", "code", "image", "audio", "video", "files"};
constexpr std::array<std::string_view, 3> voice_functions{"speech_to_text", "text_to_speech",
                                                          "cloning"};

std::optional<std::string> fault_of_name(const SignatureName& entry) {
    std::string name = entry.name;
    if (name.find('/') != std::string::npos) {
        return fmt::format("`{}` is a URL, not a host name", name);
    }
    if (std::ranges::any_of(name, [](char c) { return c >= 'A' && c <= 'Z'; })) {
        return fmt::format("`{}` has upper case", name);
    }
    if (entry.kind == MatchKind::pattern) {
        const auto at = ("." + name + ".").find(".*.");
        if (at == std::string::npos || std::ranges::count(name, '*') != 1) {
            return fmt::format("pattern `{}` needs exactly one label `*`", name);
        }
        name[at] = 'x';
    }
    const auto checked = HostName::parse(name);
    const bool is_name = checked && checked->host() == name && !checked->is_address();
    if (!is_name || name.find('.') == std::string::npos) {
        return fmt::format("`{}` is no valid host name", entry.name);
    }
    return std::nullopt;
}

// Reads one file into the catalogue.
class FileReader : private FormReader {
  public:
    FileReader(const std::string& file, Catalogue& catalogue, std::vector<Fault>& faults)
        : FormReader(file, faults), catalogue_(catalogue) {}

    void read(const std::string& text, const std::string& stem) {
        YamlNode root;
        try {
            root = parse_yaml(text);
        } catch (const YamlError& error) {
            fault(error.line, error.what());
            return;
        }
        if (!check_keys(root, file_keys)) return;
        Vendor vendor;
        vendor.id = text_of(root, "vendor").value_or("");
        vendor.name = text_of(root, "name").value_or(vendor.id);
        vendor.legal_entity = text_or_null(root, "legal_entity");
        vendor.headquarters = text_or_null(root, "headquarters");
        vendor.sovereignty = text_or_null(root, "sovereignty");
        const auto line_of = [&](const char* key) {
            const YamlNode* value = root.find(key);
            return value ? value->key_line : root.line;
        };
        if (vendor.id != stem) {
            fault(line_of("vendor"),
                  fmt::format("vendor `{}` is not the name of the file", vendor.id));
        } else if (!is_id_word(vendor.id)) {
            fault(
                line_of("vendor"),
                fmt::format("vendor `{}`: lower case letters, digits and hyphens only", vendor.id));
        }
        if (vendor.headquarters && !is_country(*vendor.headquarters)) {
            fault(line_of("headquarters"),
                  fmt::format("unknown country `{}`", *vendor.headquarters));
        }
        if (vendor.sovereignty && !is_sovereignty(*vendor.sovereignty)) {
            fault(line_of("sovereignty"),
                  fmt::format("unknown sovereignty `{}`", *vendor.sovereignty));
        }
        catalogue_.vendors.push_back(std::move(vendor));
        const YamlNode* services = root.find("services");
        if (!services || services->kind != Kind::list || services->items.empty()) {
            fault(line_of("services"), "a vendor needs a list `services`");
            return;
        }
        for (const YamlNode& service : services->items)
            read_service(service);
    }

  private:
    void read_service(const YamlNode& node) {
        if (!check_keys(node, service_keys)) return;
        const std::string& vendor = catalogue_.vendors.back().id;
        Service service;
        service.id = text_of(node, "id").value_or("");
        service.name = text_of(node, "name").value_or("");
        service.category = text_of(node, "category").value_or("");
        service.vendor = static_cast<std::uint32_t>(catalogue_.vendors.size() - 1);
        service.file = file();
        service.line = node.line;
        if (!service.id.starts_with(vendor + ".") ||
            !is_id_word(std::string_view(service.id).substr(vendor.size() + 1))) {
            fault(
                node.line,
                fmt::format("service id `{}` is not `{}.` and a word of lower case letters, digits "
                            "and hyphens",
                            service.id, vendor));
        }
        if (!is_category(service.category)) {
            const YamlNode* category = node.find("category");
            fault(category ? category->key_line : node.line,
                  fmt::format("unknown category `{}`", service.category));
        }
        service.takes = read_media(node, "takes");
        service.gives = read_media(node, "gives");
        if (const YamlNode* voice = node.find("voice")) {
            service.voice = words_of(*voice, "voice", [](const std::string& word) {
                return std::ranges::find(voice_functions, word) != voice_functions.end();
            });
        } else if (service.category == "voice") {
            fault(node.line, fmt::format("service `{}` of category voice needs `voice`, which says "
                                         "what it does with it",
                                         service.id));
        }
        if (const YamlNode* facts = node.find("facts")) service.facts = read_facts(*facts, *this);

        const auto index = static_cast<std::uint32_t>(catalogue_.services.size());
        const YamlNode* names = node.find("names");
        if (names && names->kind == Kind::list) {
            for (const YamlNode& name : names->items)
                read_name(name, index);
        } else {
            fault(node.line, fmt::format("service `{}` needs a list `names`", service.id));
        }
        if (const YamlNode* ranges = node.find("ranges")) {
            if (ranges->kind != Kind::list) fault(ranges->key_line, "`ranges` is a list");
            for (const YamlNode& range : ranges->items)
                read_range(range, index);
        }
        catalogue_.services.push_back(std::move(service));
    }

    std::optional<std::vector<std::string>> read_media(const YamlNode& node, const char* key) {
        const YamlNode* value = node.find(key);
        if (!value) {
            fault(node.line, fmt::format("`{}` is missing; what is not known is null", key));
            return std::nullopt;
        }
        if (value->kind == Kind::null) return std::nullopt;
        return words_of(*value, key, [](const std::string& word) {
            return std::ranges::find(media, word) != media.end();
        });
    }

    void read_name(const YamlNode& node, std::uint32_t service) {
        if (!check_keys(node, name_keys)) return;
        SignatureName name;
        name.name = text_of(node, "name").value_or("");
        name.service = service;
        name.file = file();
        name.line = node.line;
        const std::string kind = text_of(node, "match").value_or("");
        const std::string role = text_of(node, "role").value_or("");
        const auto known_kind = match_kind(kind);
        const auto known_role = host_role(role);
        if (!known_kind) return fault(node.line, fmt::format("unknown match kind `{}`", kind));
        if (!known_role) return fault(node.line, fmt::format("unknown role `{}`", role));
        name.kind = *known_kind;
        name.role = *known_role;
        if (const YamlNode* shared = node.find("shared")) {
            name.shared = shared->text == "true";
            if (!name.shared && shared->text != "false") {
                return fault(shared->key_line, "`shared` is true or false");
            }
        }
        if (const auto sentence = fault_of_name(name)) return fault(node.line, *sentence);
        catalogue_.names.push_back(std::move(name));
    }

    void read_range(const YamlNode& node, std::uint32_t service) {
        if (!check_keys(node, range_keys)) return;
        const std::string cidr = text_of(node, "cidr").value_or("");
        const auto network = Network::parse(cidr);
        const auto source = url_of(node, "source");
        const auto read = day_of(node, "read");
        if (!network) return fault(node.line, fmt::format("`{}` is no network", cidr));
        if (source && read) {
            catalogue_.ranges.push_back(
                {*network, cidr, service, *source, *read, file(), node.line});
        }
    }

    Catalogue& catalogue_;
};

// With a hyphen after it; nothing where no source was read.
std::string newest_date(const Catalogue& catalogue) {
    std::string newest;
    for (const SignatureRange& range : catalogue.ranges)
        newest = std::max(newest, range.read);
    for (const Service& service : catalogue.services) {
        if (!service.facts) continue;
        for (const auto& fact : service.facts->all) {
            if (fact) newest = std::max(newest, fact->read);
        }
    }
    return newest.empty() ? newest : newest + "-";
}

}  // namespace

Catalogue read_catalogue(const std::filesystem::path& directory, std::vector<Fault>& faults) {
    std::error_code error;
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
        if (entry.path().extension() == ".yaml") files.push_back(entry.path());
    }
    if (error) throw bad_input(fmt::format("{}: {}", directory.string(), error.message()));
    std::ranges::sort(files);

    Catalogue catalogue;
    std::string content;
    for (const auto& file : files) {
        const std::string text = read_text(file);
        FileReader(file.string(), catalogue, faults).read(text, file.stem().string());
        content += file.filename().string() + '\0' + text + '\0';
    }
    catalogue.version = newest_date(catalogue) + sha256_digits(content, 6);
    return catalogue;
}

}  // namespace umbra
