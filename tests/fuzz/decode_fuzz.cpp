// Every link layer, tunnel and fragment. The input is a number for the link layer and a series of
// frames, each behind how much time passed, how much of it was not captured, and its length.
#include <cstdlib>

#include "daemon/decode/decoder.hpp"

namespace {

constexpr int link_types[] = {0, 1, 9, 12, 50, 51, 104, 108, 113, 219, 228, 229, 276};

void expect(bool holds) {
    if (!holds) std::abort();
}

std::uint64_t sum(const umbra::DecodeCounters& counters) {
    std::uint64_t frames = 0;
    for (const std::uint64_t ended : counters.ended)
        frames += ended;
    return frames;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    umbra::FragmentLimits limits;
    limits.most_datagrams = 4;
    limits.memory = 20'000;
    umbra::Decoder decoder(limits);
    umbra::Reader input(umbra::Bytes(data, size));
    decoder.set_link_type(link_types[input.u8() % std::size(link_types)]);
    std::uint64_t frames = 0, read = 0;
    umbra::Micros time = 0;
    while (input.ok() && input.left() > 0) {
        time += input.u8() * umbra::second / 100;
        // A little, or much more than there can be.
        const std::uint32_t some = input.u8();
        const std::uint32_t not_captured = some < 224 ? some : 1U << (some - 224);
        const umbra::Bytes frame = input.take(input.u16());
        umbra::Packet packet;
        packet.time = time;
        ++frames;
        if (!decoder.decode(frame, static_cast<std::uint32_t>(frame.size()) + not_captured, packet))
            continue;
        expect(packet.payload.size() <= packet.payload_length);
        expect(packet.payload_length <= frame.size() + not_captured ||
               packet.payload_length <= 65535);
        for (const std::uint8_t byte : packet.payload)
            read += byte;
    }
    expect(sum(decoder.counters()) == frames);
    expect(decoder.fragment_counters().reassembled <= decoder.fragment_counters().seen);
    return read == ~std::uint64_t{0};  // never; so that the payload is read
}
