#include "daemon/decode/layer.hpp"

namespace umbra::decode {
namespace {

constexpr int most_extension_headers = 8;

// +---------------+---------------+-------------------------+---+-+
// |  next header  |   reserved    |     fragment offset     |res|M|
// +---------------+---------------+-------------------------+---+-+
// |                        identification                         |
// +---------------------------------------------------------------+
Step read_fragment_header(Frame& frame, std::uint8_t& next) {
    const Bytes header = frame.take(8);
    if (!frame.bytes.ok()) return Step::truncated;
    next = header[0];
    constexpr std::uint16_t more_fragments = 0x0001, offset = 0xfff8;  // in units of one byte
    const std::uint16_t place = u16_at(header, 2);
    if ((place & (more_fragments | offset)) == 0) return Step::decoded;  // whole: RFC 6946
    Fragment fragment;
    fragment.key.identification = u32_at(header, 4);
    fragment.protocol = next;
    fragment.offset = place & offset;
    fragment.more = place & more_fragments;
    return read_fragment(frame, fragment, next);
}

}  // namespace

// +-------+---------------+---------------------------------------+
// |version| traffic class |              flow label               |
// +-------+---------------+-------+---------------+---------------+
// |        payload length         |  next header  |   hop limit   |
// +-------------------------------+---------------+---------------+
// |                 source address (16 bytes)                     |
// |               destination address (16 bytes)                  |
// +---------------------------------------------------------------+
Step read_ipv6(Frame& frame) {
    const Bytes header = frame.take(40);
    if (!frame.bytes.ok()) return Step::truncated;
    if (header[0] >> 4 != 6) return Step::malformed;
    // Zero: a jumbogram (RFC 2675) or segmentation offload; the frame says how long the packet is.
    std::uint32_t length = u16_at(header, 4);
    if (length == 0) length = frame.on_wire;
    if (length > frame.on_wire) {
        frame.length_lied = true;
        length = frame.on_wire;
    }
    frame.limit(length);
    frame.packet.source = Address::v6(&header[8]);
    frame.packet.destination = Address::v6(&header[24]);
    frame.packet.ip_id = 0;

    std::uint8_t next = header[6];
    for (int headers = 0; headers <= most_extension_headers; ++headers) {
        std::uint32_t extension_length = 0;
        switch (next) {
            case 0:    // hop-by-hop options
            case 43:   // routing
            case 60:   // destination options
            case 135:  // mobility
            case 139:  // host identity protocol
            case 140:  // shim6
                if (frame.bytes.left() < 2) return Step::truncated;
                extension_length = (frame.bytes.rest()[1] + 1U) * 8U;
                break;
            case 51:  // authentication header (RFC 4302): counted in 4-byte units
                if (frame.bytes.left() < 2) return Step::truncated;
                extension_length = (frame.bytes.rest()[1] + 2U) * 4U;
                break;
            case 44: {
                const Step step = read_fragment_header(frame, next);
                if (step != Step::decoded) return step;
                continue;
            }
            case 58:
                return read_icmpv6(frame, header[7]);
            default:
                return after_ip_protocol(frame, next);
        }
        if (extension_length > frame.on_wire) return Step::malformed;
        const Bytes extension = frame.take(extension_length);
        if (!frame.bytes.ok()) return Step::truncated;
        next = extension[0];
    }
    return Step::too_deep;
}

}  // namespace umbra::decode
