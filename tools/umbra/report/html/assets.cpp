#include "tools/umbra/report/html/assets.hpp"

// The files go into the program as they are; CMake says where they lie.
#define UMBRA_ASSET(name, path)     \
    __asm__(                        \
        ".section .rodata\n"        \
        ".global umbra_asset_" name \
        "\n"                        \
        ".global umbra_asset_" name \
        "_end\n"                    \
        "umbra_asset_" name         \
        ":\n"                       \
        ".incbin \"" path           \
        "\"\n"                      \
        "umbra_asset_" name         \
        "_end:\n.byte 0\n"          \
        ".previous\n");

UMBRA_ASSET("chart_js", UMBRA_CHART_JS)
UMBRA_ASSET("report_css", UMBRA_REPORT_CSS)
UMBRA_ASSET("report_js", UMBRA_REPORT_JS)

extern "C" {
extern const char umbra_asset_chart_js[], umbra_asset_chart_js_end[];
extern const char umbra_asset_report_css[], umbra_asset_report_css_end[];
extern const char umbra_asset_report_js[], umbra_asset_report_js_end[];
}

namespace umbra::assets {

std::string_view chart_js() {
    return {umbra_asset_chart_js, umbra_asset_chart_js_end};
}

std::string_view report_css() {
    return {umbra_asset_report_css, umbra_asset_report_css_end};
}

std::string_view report_js() {
    return {umbra_asset_report_js, umbra_asset_report_js_end};
}

}  // namespace umbra::assets
