// From the catalogue's files to a catalogue without a fault.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "signatures/catalogue.hpp"
#include "signatures/list_file.hpp"

namespace umbra {

struct Fault {
    std::string file;
    int line = 0;
    std::string sentence;

    std::string to_string() const;
};

// Where the catalogue is: the shipped folder, and the site's own entries over it.
struct CatalogueFolders {
    std::filesystem::path shipped;
    std::filesystem::path local{};  // empty: none
};

// The folders that options name. Without a name the shipped one is the installed one, else that of
// the source tree, and the local one /etc/umbra/catalogue.d where there is one.
CatalogueFolders catalogue_folders(const std::string& shipped = "", const std::string& local = "");

// Reads both folders and checks them; what is faulty is left out. Throws Failure where a folder
// cannot be read, or the shipped one holds no catalogue.
Catalogue check_catalogue(const CatalogueFolders& folders, std::vector<Fault>& faults);

// Throws Failure with the first fault. What the daemon runs with is faultless.
Catalogue load_catalogue(const CatalogueFolders& folders);

// The steps of check_catalogue.

// Reads every `*.yaml` of `directory`, which may have none. Faults of form are added to `faults`.
Catalogue read_catalogue(const std::filesystem::path& directory, std::vector<Fault>& faults);

// Faults that a single entry does not show: names in two services, names that belong to many
// claimed with everything below them, services without a `ui` or `api` host. `shared_apexes` holds
// names that no entry may claim so.
void lint(const Catalogue& catalogue, const std::vector<ListItem>& shared_apexes,
          std::vector<Fault>& faults);

// The part of it that an overlay may bring about: names that no lookup leads to.
void lint_precedence(const Catalogue& catalogue, std::vector<Fault>& faults);

// Puts `local` over `catalogue`: a vendor takes the local header, a service with the same id is
// replaced whole, a name or range that a local service claims is taken away from the shipped one.
void overlay(Catalogue& catalogue, const Catalogue& local);

}  // namespace umbra
