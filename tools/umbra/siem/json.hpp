// What the formats of JSON share.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "daemon/decode/address.hpp"

namespace umbra::siem {

using Json = nlohmann::ordered_json;

// Sets a field where there is anything to set.
inline void set(Json& object, const char* key, const std::string& text) {
    if (!text.empty()) object[key] = text;
}

// Only addresses may stand where a schema wants one: a pseudonym or a network is none.
inline void set_address(Json& object, const char* key, const std::string& text) {
    if (Address::parse(text)) object[key] = text;
}

inline std::string one_line(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace umbra::siem
