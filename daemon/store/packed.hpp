// The figures of one host in one week, as the bytes of `usage_week.packed`.
//
// For each facet, in ascending order of their ids, six numbers: the id less the one before, flows,
// bytes out, bytes in, first seen since the week's begin, last seen since first seen. A number is
// written as LEB128: seven bits a byte, the lowest first, the high bit set on all but the last.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "daemon/store/figures.hpp"

namespace umbra::store {

// `figures` are of one host, in ascending order of the facet.
std::string pack(std::span<const Figure> figures, std::int64_t week);

// Appends them to `figures`. False where the bytes are not what pack makes: the file is damaged.
bool unpack(std::string_view bytes, std::int64_t week, std::int64_t host_id,
            std::vector<Figure>& figures);

}  // namespace umbra::store
