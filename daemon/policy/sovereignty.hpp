// Where the bytes of a usage rest. Who can compel their disclosure is another question, which the
// vendor's law answers (Vendor::sovereignty), wherever they rest.
#pragma once

#include <optional>
#include <string>

#include "daemon/usage/usage.hpp"

namespace umbra {

// Fills `region` of every usage by its host name.
void locate(ClosedWindow& window);

// An ISO 3166 country, or `EU` where it is some of its members. The region that the host name says
// comes first; else what the catalogue has a source for. Nothing where neither is known, and where
// the source names places under several laws: which of them it is depends on the customer's
// contract, which is not on the wire.
std::optional<std::string> residency_of(const Usage& usage);

// The same from a usage's parts.
std::optional<std::string> residency_of(const Regions& regions, std::string_view region,
                                        const Service& service);

}  // namespace umbra
