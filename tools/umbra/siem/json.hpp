// What the formats of JSON share.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "daemon/decode/address.hpp"
#include "daemon/store/reader.hpp"
#include "tools/umbra/siem/text.hpp"

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

// What a record says that the schemas have no field for, in the export's own names.
inline void set_own_words(Json& object, const store::UsageRecord& record) {
    set(object, "department", written_text(record.department.value_or("")));
    object["vendor"] = written_text(record.vendor);
    object["category"] = record.category;
    object["policy"] = record.policy;
    set(object, "vendor_country", record.headquarters.value_or(""));
    object["evidence"] = record.evidence;
    object["visibility"] = record.visibility;
    object["usage"] = record.usage;
    object["catalogue_version"] = record.catalogue_version;
}

inline std::string one_line(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace umbra::siem
