#include "daemon/usage/usage_class.hpp"

namespace umbra {
namespace {

// A prompt with its headers is some kilobytes, and so are beacons and acknowledgments: it takes a
// document to reach this.
constexpr std::uint64_t upload_bytes = 500'000;
// Who reads a page loads it at once, and another one minutes later. Who talks sends again and
// again.
constexpr unsigned interactive_tenths = 4;

// The page that the document was put into came back as well, so that less may have gone out than
// came in; but over QUIC even a pure download makes acknowledgments of some hundredths of it go
// out.
bool is_upload(const Usage& usage) {
    return usage.bytes_out >= upload_bytes && usage.bytes_out >= usage.bytes_in / 4;
}

struct Rule {
    UsageClass usage;
    bool (*holds)(const Usage&);
};

constexpr Rule rules[] = {
    // Nothing was said: the name was resolved, or a connection tried that nobody answered.
    {UsageClass::contact, [](const Usage& usage) { return usage.bytes_out + usage.bytes_in == 0; }},
    // The host is there for programmes, by its vendor's own documentation. A browser may talk to it
    // too, for a page that has no server of its own: that decides nothing, save when it uploads.
    // What a hello looks like can be imitated, so that alone it never makes a use of an API.
    {UsageClass::api,
     [](const Usage& usage) {
         const bool browser_only = usage.browser && !usage.programme;
         return usage.role == HostRole::api && !(browser_only && is_upload(usage));
     }},
    // A document, whatever the host is for.
    {UsageClass::upload, is_upload},
    // Questions and answers: to the host that people look at, spread over the window, and with more
    // in the answers than in the questions. Beacons of an open page are spread as well, but little
    // comes back.
    {UsageClass::interactive,
     [](const Usage& usage) {
         return usage.role == HostRole::ui && usage.busy_tenths >= interactive_tenths &&
                usage.bytes_in > usage.bytes_out;
     }},
    // What is left: a page that was looked at, or what pages load and report by themselves.
    {UsageClass::visit, [](const Usage&) { return true; }},
};

}  // namespace

UsageClass classify(const Usage& usage) {
    for (const Rule& rule : rules) {
        if (rule.holds(usage)) return rule.usage;
    }
    return UsageClass::visit;
}

}  // namespace umbra
