#pragma once

#include <string>

namespace umbra {

// Whether anybody may register a name below it: `com`, `co.uk`. Only the registries' part of the
// public suffix list counts, as libpsl has it built in: hosters enter names of theirs in the other
// part at any time (hf.space is there), and no catalogue may become faulty by an upgrade.
bool is_public_suffix(const std::string& name);

}  // namespace umbra
