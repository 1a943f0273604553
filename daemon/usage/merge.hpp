// Windows of several workers, made one.
#pragma once

#include "daemon/usage/usage.hpp"

namespace umbra {

// Adds `more`, of the same interval: rows of the same usage are added up, and so is coverage.
void merge(ClosedWindow& window, ClosedWindow more);

// Adds values to those of the same metric.
void merge(std::vector<CoverageItem>& items, const std::vector<CoverageItem>& more);

}  // namespace umbra
