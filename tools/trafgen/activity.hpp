// What people and programmes do with AI services, each with a label in the truth: to measure how
// well the usage class tells them apart.
#pragma once

#include <functional>

#include "tools/trafgen/conversation.hpp"

namespace umbra::trafgen {

enum class Activity : std::uint8_t {
    lookup,      // names are resolved, as browsers do for links that nobody follows
    page_visit,  // some pages are looked at, and left open
    chat,        // a session of twenty prompts
    upload,      // a document of about 5 MB, and a question or two about it
    api_loop,    // a programme that asks on and on
    telemetry,   // what an open tab or an installed application reports by itself
};
constexpr unsigned activity_count = 6;

// What an activity of one host is made with: both ends of a new connection to a site, and the
// lookup of the site's name.
struct Ends {
    std::function<End()> client;
    std::function<End(std::string_view)> server;
    std::function<Conversation(std::string_view, Micros)> lookup;
};

// The conversations of one activity that begins at `begin`, lookups among them. Sizes and pauses
// are drawn widely, so that the kinds overlap as they do in life.
std::vector<Conversation> act(Activity activity, Random& random, const Ends& ends, Micros begin);

}  // namespace umbra::trafgen
