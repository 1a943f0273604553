// What kind of use a row of usage shows.
#pragma once

#include "daemon/usage/usage.hpp"

namespace umbra {

// By the first rule that holds of the table in usage_class.cpp, which is all there is to it.
UsageClass classify(const Usage& usage);

}  // namespace umbra
