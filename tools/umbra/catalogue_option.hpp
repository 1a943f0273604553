// Which catalogue a command asks, and what for.
#pragma once

#include "signatures/load.hpp"
#include "tools/umbra/command.hpp"

namespace umbra {

// --catalogue and --catalogue-extra.
void add_catalogue_options(boost::program_options::options_description& options);
CatalogueFolders catalogue_folders(const boost::program_options::variables_map& values);

// The service with that id. Throws Failure with the nearest ones; `where` begins its sentence.
const Service& service_called(const std::string& id, const Catalogue& catalogue,
                              std::string_view where);

}  // namespace umbra
