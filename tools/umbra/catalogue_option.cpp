#include "tools/umbra/catalogue_option.hpp"

#include "tools/umbra/language/language.hpp"
#include "tools/umbra/unknown_word.hpp"

namespace po = boost::program_options;

namespace umbra {

void add_catalogue_options(po::options_description& options) {
    const auto folder = [] { return po::value<std::string>()->default_value("", ""); };
    options.add_options()("catalogue", folder()->value_name("DIR"),
                          _("folder of catalogue files (default: the installed one)"))(
        "catalogue-extra", folder()->value_name("DIR"),
        _("folder of the site's own entries over them (default: /etc/umbra/catalogue.d)"));
}

CatalogueFolders catalogue_folders(const po::variables_map& values) {
    return catalogue_folders(values["catalogue"].as<std::string>(),
                             values["catalogue-extra"].as<std::string>());
}

const Service& service_called(const std::string& id, const Catalogue& catalogue,
                              std::string_view where) {
    std::vector<std::string> known;
    for (const Service& service : catalogue.services) {
        if (service.id == id) return service;
        known.push_back(service.id);
    }
    fail_unknown(where, id, known);
}

}  // namespace umbra
