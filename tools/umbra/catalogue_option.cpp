#include "tools/umbra/catalogue_option.hpp"

namespace po = boost::program_options;

namespace umbra {

void add_catalogue_options(po::options_description& options) {
    const auto folder = [] { return po::value<std::string>()->default_value("", ""); };
    options.add_options()("catalogue", folder()->value_name("DIR"),
                          "folder of catalogue files (default: the installed one)")(
        "catalogue-extra", folder()->value_name("DIR"),
        "folder of the site's own entries over them (default: /etc/umbra/catalogue.d)");
}

CatalogueFolders catalogue_folders(const po::variables_map& values) {
    return catalogue_folders(values["catalogue"].as<std::string>(),
                             values["catalogue-extra"].as<std::string>());
}

}  // namespace umbra
