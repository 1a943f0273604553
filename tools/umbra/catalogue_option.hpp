// The options that say which catalogue a command asks.
#pragma once

#include "signatures/load.hpp"
#include "tools/umbra/command.hpp"

namespace umbra {

// --catalogue and --catalogue-extra.
void add_catalogue_options(boost::program_options::options_description& options);
CatalogueFolders catalogue_folders(const boost::program_options::variables_map& values);

}  // namespace umbra
