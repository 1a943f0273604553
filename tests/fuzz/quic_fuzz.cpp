// The datagrams of a flow, each behind a byte of flags and two of length. In one mode they are
// taken as they are; in the other they are frames, which the generator seals, so that what lies
// behind the tag of an Initial packet is reached too.
#include "detectors/quic.hpp"
#include "tools/trafgen/quic.hpp"

namespace {

using namespace umbra;

trafgen::Message sealed(std::uint8_t flags, std::uint32_t number, Bytes frames) {
    static constexpr std::array versions{trafgen::quic_version::v1, trafgen::quic_version::v2,
                                         trafgen::quic_version::draft_29, 0x1a1a1a1aU};
    trafgen::InitialPacket packet{.version = versions[flags & 3U]};
    packet.keys_id.assign(8, flags & 4U);
    packet.number = number;
    packet.number_length = 1 + (flags >> 3U & 3U);
    return trafgen::seal_initial(packet, frames);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static InitialOpener opener;
    Reader input(Bytes(data, size));
    const bool frames = (input.u8() & 1U) != 0;
    QuicHello flow;
    for (std::uint32_t number = 0; input.ok() && input.left() > 0; ++number) {
        const std::uint8_t flags = input.u8();
        const Bytes part = input.take(std::min<std::size_t>(input.u16(), input.left()));
        // A copy of its own size, so that the sanitizer sees a read past the end.
        const trafgen::Message datagram = frames && part.size() < 16'000
                                              ? sealed(flags, number, part)
                                              : trafgen::Message(part.begin(), part.end());
        const bool truncated = (flags & 0x40U) != 0;
        if (looks_like_quic(datagram, false) && !looks_like_quic(datagram, true)) __builtin_trap();
        const Detection found = flow.look(datagram, (flags & 0x80U) == 0, truncated, opener);
        if (found.name.has_value() != (found.evidence != Evidence::none)) __builtin_trap();
        if (flow.memory() > 3 * QuicHello::longest_hello) __builtin_trap();
        if (found.verdict != Detection::Verdict::need_more) break;
    }
    if (flow.conclude().verdict != Detection::Verdict::done) __builtin_trap();
    return 0;
}
