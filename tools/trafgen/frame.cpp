#include "tools/trafgen/frame.hpp"

#include <cstring>

namespace umbra::trafgen {
namespace {

constexpr std::size_t record_length = 5 + 16384;
constexpr std::size_t filler_records = 16;

// The one's complement sum of 16-bit words (RFC 1071), begun with `sum`.
std::uint64_t add_words(std::span<const std::uint8_t> bytes, std::uint64_t sum) {
    std::size_t at = 0;
    for (; at + 1 < bytes.size(); at += 2)
        sum += static_cast<std::uint64_t>(bytes[at]) << 8 | bytes[at + 1];
    if (at < bytes.size()) sum += static_cast<std::uint64_t>(bytes[at]) << 8;
    return sum;
}

std::uint16_t folded(std::uint64_t sum) {
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(~sum);
}

void put_u16(std::uint8_t* at, std::uint64_t value) {
    at[0] = static_cast<std::uint8_t>(value >> 8);
    at[1] = static_cast<std::uint8_t>(value);
}

}  // namespace

FrameWriter::FrameWriter(std::uint64_t seed, std::uint16_t vlan) : vlan_(vlan) {
    Random random(seed);
    // One record longer than it is used from, so that a segment never reaches past its end.
    for (std::size_t i = 0; i <= filler_records; ++i) {
        filler_.insert(filler_.end(), {23, 3, 3, 0x40, 0x00});
        for (int word = 0; word < 16384 / 8; ++word) {
            const std::uint64_t bits = random.word();
            const auto* bytes = reinterpret_cast<const std::uint8_t*>(&bits);
            filler_.insert(filler_.end(), bytes, bytes + 8);
        }
    }
}

void FrameWriter::copy_payload(const Stream& stream, std::uint64_t offset, std::size_t length,
                               std::uint8_t* to) const {
    if (length == 0) return;
    if (offset < stream.head.size()) {
        const std::size_t given = std::min<std::size_t>(length, stream.head.size() - offset);
        std::memcpy(to, &stream.head[offset], given);
        to += given;
        offset += given;
        length -= given;
    }
    const std::size_t at = (offset - stream.head.size()) % (filler_records * record_length);
    std::memcpy(to, &filler_[at], length);
}

std::span<const std::uint8_t> FrameWriter::frame(const Conversation& conversation,
                                                 const Segment& segment) {
    const bool tcp = conversation.transport == Transport::tcp;
    const End& from = segment.from_client ? conversation.client : conversation.server;
    const End& to = segment.from_client ? conversation.server : conversation.client;
    const bool v4 = from.address.is_v4();
    const std::size_t transport_header = tcp ? 20 : 8;
    const std::size_t transport_length = transport_header + segment.length;

    Octets head;
    head.bytes({0x02, 0x00, 0x5e, 0x10, 0x00, 0x01, 0x02, 0x00, 0x5e, 0x20, 0x00, 0x02});
    if (vlan_ != 0) {
        head.u16(0x8100);
        head.u16(vlan_);
    }
    head.u16(v4 ? 0x0800 : 0x86dd);
    const std::size_t ip_at = head.size();
    const auto source = std::span(from.address.bytes).subspan(v4 ? 12 : 0);
    const auto destination = std::span(to.address.bytes).subspan(v4 ? 12 : 0);
    const auto protocol = static_cast<std::uint8_t>(conversation.transport);
    if (v4) {
        head.u16(0x4500);
        head.u16(20 + transport_length);
        head.u16(ip_id_++);
        head.u16(0x4000);  // do not fragment
        head.u8(64);
        head.u8(protocol);
        head.u16(0);
    } else {
        head.u32(0x60000000);
        head.u16(transport_length);
        head.u8(protocol);
        head.u8(64);
    }
    head.bytes(source);
    head.bytes(destination);
    const std::size_t transport_at = head.size();
    head.u16(from.port);
    head.u16(to.port);
    if (tcp) {
        const bool syn = segment.tcp_flags & tcp_flag::syn;
        const std::uint32_t own =
            segment.from_client ? conversation.up_sequence : conversation.down_sequence;
        const std::uint32_t other =
            segment.from_client ? conversation.down_sequence : conversation.up_sequence;
        head.u32(static_cast<std::uint32_t>(own + (syn ? 0 : 1) + segment.offset));
        head.u32((segment.tcp_flags & tcp_flag::ack)
                     ? static_cast<std::uint32_t>(other + 1 + segment.acknowledged)
                     : 0);
        head.u8(0x50);
        head.u8(segment.tcp_flags);
        head.u16(64240);
        head.u32(0);
    } else {
        head.u16(transport_length);
        head.u16(0);
    }
    frame_.assign(head.view().begin(), head.view().end());
    frame_.resize(head.size() + segment.length);
    const Stream& stream = segment.from_client ? conversation.up : conversation.down;
    copy_payload(stream, segment.offset, segment.length, frame_.data() + head.size());
    if (!tcp && segment.offset >= stream.head.size() && segment.length > 0) {
        // The short header of a QUIC packet (RFC 9000 section 17.3).
        frame_[head.size()] = static_cast<std::uint8_t>(0x40 | (frame_[head.size()] & 0x3f));
    }

    if (v4)
        put_u16(&frame_[ip_at + 10], folded(add_words(std::span(frame_).subspan(ip_at, 20), 0)));
    std::uint64_t sum = add_words(source, 0);
    sum = add_words(destination, sum) + protocol + transport_length;
    std::uint16_t checksum = folded(add_words(std::span(frame_).subspan(transport_at), sum));
    if (!tcp && checksum == 0) checksum = 0xffff;  // RFC 768: zero would mean none
    put_u16(&frame_[transport_at + (tcp ? 16 : 6)], checksum);
    return frame_;
}

}  // namespace umbra::trafgen
