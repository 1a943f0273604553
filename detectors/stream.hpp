// What one direction of a TCP stream begins with.
#pragma once

#include "detectors/detection.hpp"

namespace umbra {

// Asks the detectors of streams in turn, and again of what a proxy's tunnel or STARTTLS carries.
// `need_more` as long as one of them may still recognise it.
Detection detect_stream(Bytes head);

}  // namespace umbra
