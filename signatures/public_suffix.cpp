#include "signatures/public_suffix.hpp"

#include <libpsl.h>

namespace umbra {

bool is_public_suffix(const std::string& name) {
    return psl_is_public_suffix2(psl_builtin(), name.c_str(), PSL_TYPE_ICANN) == 1;
}

}  // namespace umbra
