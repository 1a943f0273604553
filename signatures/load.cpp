#include "signatures/load.hpp"

#include <fmt/format.h>

#include "daemon/support/failure.hpp"

namespace umbra {
namespace {

// Beside the program, as `cmake --install` puts them below any prefix; else where they were meant
// to be installed.
std::filesystem::path installed_catalogue() {
    std::error_code error;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
    const auto beside = program.parent_path().parent_path() / "share/umbra/catalogue";
    return std::filesystem::is_directory(beside, error) ? beside : UMBRA_DATA_DIR "/catalogue";
}

}  // namespace

std::string Fault::to_string() const {
    return fmt::format("{}:{}: {}", file, line, sentence);
}

CatalogueFolders catalogue_folders(const std::string& shipped, const std::string& local) {
    constexpr const char* in_source = UMBRA_SOURCE_DIR "/signatures/catalogue";
    constexpr const char* usual_local = "/etc/umbra/catalogue.d";
    CatalogueFolders folders{shipped, local};
    if (shipped.empty()) {
        folders.shipped = installed_catalogue();
        if (!std::filesystem::is_directory(folders.shipped)) folders.shipped = in_source;
    }
    if (local.empty() && std::filesystem::is_directory(usual_local)) folders.local = usual_local;
    return folders;
}

Catalogue check_catalogue(const CatalogueFolders& folders, std::vector<Fault>& faults) {
    const std::vector<ListItem> apexes = companion_list(folders.shipped, "shared-apexes.txt");
    Catalogue catalogue = read_catalogue(folders.shipped, faults);
    if (catalogue.vendors.empty() && faults.empty()) {
        throw bad_input(fmt::format("{}: no *.yaml in this folder", folders.shipped.string()));
    }
    catalogue.regions = Regions::read(folders.shipped);
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
