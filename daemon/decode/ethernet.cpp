#include "daemon/decode/layer.hpp"

namespace umbra::decode {

//  0                   6                   12              14
// +-------------------+-------------------+---------------+
// |    destination    |      source       |  type/length  | ...
// +-------------------+-------------------+---------------+
Step read_ethernet(Frame& frame) {
    frame.take(12);
    return frame.bytes.ok() ? Step::ether_type : Step::truncated;
}

}  // namespace umbra::decode
