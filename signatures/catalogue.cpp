#include "signatures/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>

#include "daemon/support/failure.hpp"

namespace umbra {
namespace {

constexpr std::array<std::string_view, 6> role_names{"ui",     "api",  "upload",
                                                     "static", "auth", "telemetry"};
constexpr std::array<std::string_view, 3> kind_names{"exact", "suffix", "pattern"};
constexpr std::array<std::string_view, 17> categories{
    "chat",    "search",       "coding", "inference_api", "aggregator",  "model_hub",
    "agent",   "image_video",  "voice",  "music",         "translation", "writing",
    "meeting", "presentation", "data",   "companion",     "embedded"};
constexpr std::array<std::string_view, 6> sovereignties{"eu", "us", "cn", "uk", "ch", "other"};

template <typename Enum, std::size_t N>
std::optional<Enum> by_name(const std::array<std::string_view, N>& names, std::string_view text) {
    const auto found = std::ranges::find(names, text);
    if (found == names.end()) return std::nullopt;
    return static_cast<Enum>(found - names.begin());
}

}  // namespace

std::string_view to_string(HostRole role) {
    return role_names[static_cast<std::size_t>(role)];
}
std::optional<HostRole> host_role(std::string_view text) {
    return by_name<HostRole>(role_names, text);
}
std::string_view to_string(MatchKind kind) {
    return kind_names[static_cast<std::size_t>(kind)];
}
std::optional<MatchKind> match_kind(std::string_view text) {
    return by_name<MatchKind>(kind_names, text);
}
bool is_category(std::string_view text) {
    return std::ranges::find(categories, text) != categories.end();
}
bool is_sovereignty(std::string_view text) {
    return std::ranges::find(sovereignties, text) != sovereignties.end();
}

std::string Fault::to_string() const {
    return fmt::format("{}:{}: {}", file, line, sentence);
}

std::vector<std::string> companion_list(const std::filesystem::path& directory,
                                        const std::string& file) {
    std::filesystem::path path = directory / file;
    if (!std::filesystem::exists(path)) {
        path = std::filesystem::absolute(directory / "")
                   .lexically_normal()
                   .parent_path()
                   .parent_path() /
               file;
    }
    if (!std::filesystem::exists(path)) return {};
    std::ifstream stream(path);
    if (!stream) throw bad_input(fmt::format("{}: cannot be read", path.string()));
    std::vector<std::string> items;
    for (std::string line; std::getline(stream, line);) {
        line.erase(std::min(line.find('#'), line.size()));
        line.erase(line.find_last_not_of(" \t\r") + 1);
        if (!line.empty()) items.push_back(line);
    }
    return items;
}

CatalogueFolders catalogue_folders(const std::string& shipped, const std::string& local) {
    constexpr const char* installed = UMBRA_DATA_DIR "/catalogue";
    constexpr const char* usual_local = "/etc/umbra/catalogue.d";
    CatalogueFolders folders{shipped, local};
    if (shipped.empty()) {
        folders.shipped = std::filesystem::is_directory(installed) ? installed
                                                                   : UMBRA_SOURCE_DIR
                              "/signatures/catalogue";
    }
    if (local.empty() && std::filesystem::is_directory(usual_local)) folders.local = usual_local;
    return folders;
}

Catalogue check_catalogue(const CatalogueFolders& folders, std::vector<Fault>& faults) {
    const std::vector<std::string> apexes = companion_list(folders.shipped, "shared-apexes.txt");
    Catalogue catalogue = read_catalogue(folders.shipped, faults);
    if (catalogue.vendors.empty() && faults.empty()) {
        throw bad_input(fmt::format("{}: no *.yaml in this folder", folders.shipped.string()));
    }
    lint(catalogue, apexes, faults);
    if (folders.local.empty()) return catalogue;

    const Catalogue local = read_catalogue(folders.local, faults);
    lint(local, apexes, faults);
    if (local.vendors.empty()) return catalogue;
    overlay(catalogue, local);
    if (faults.empty()) lint_precedence(catalogue, faults);
    return catalogue;
}

Catalogue load_catalogue(const CatalogueFolders& folders) {
    std::vector<Fault> faults;
    Catalogue catalogue = check_catalogue(folders, faults);
    if (!faults.empty()) throw bad_input(faults.front().to_string());
    return catalogue;
}

}  // namespace umbra
