// A page of HTML that stands alone: styles, scripts and data are in it, and nothing is fetched.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "tools/umbra/output.hpp"

namespace umbra::html {

// `text` between tags, as one run of letters whatever their direction. A line may end after
// `break_after`, but not before a digit.
std::string isolated(std::string_view text, char break_after = ',');

// A table of what `rows` shows to people, to sort and to search. At most so many rows: the caption
// says how many there are more.
std::string table(const Rows& rows, const std::string& caption, std::size_t most_rows, bool utc);

std::string section(const std::string& id, const std::string& heading, const std::string& content);

// A chart that report.js draws of `data[name]`; `what` is its text for who cannot see it.
std::string chart(const std::string& name, const std::string& what, bool is_low = false);

// The page. Its Content-Security-Policy lets nothing run but its own scripts, by their hashes.
std::string page(const std::string& title, const std::string& body,
                 const nlohmann::ordered_json& data);

}  // namespace umbra::html
