// What an HTML report brings along, from the files beside this one and from Chart.js as Debian
// ships it.
#pragma once

#include <string_view>

namespace umbra::assets {

std::string_view chart_js();
std::string_view report_css();
std::string_view report_js();

}  // namespace umbra::assets
