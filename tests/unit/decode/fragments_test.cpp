// Datagrams from fragments: in frames of both families, and the bounded table behind them.
#include <algorithm>
#include <numeric>

#include "tests/unit/decode/decoding.hpp"

using namespace umbra;
using namespace umbra::test;
using decode::Datagram;
using decode::Fragment;
using decode::Fragments;

namespace {

constexpr std::uint16_t more_fragments = 0x2000;

// Bytes that tell where in the payload they belong.
std::string numbered(std::size_t length) {
    std::string text(length, ' ');
    for (std::size_t i = 0; i < length; ++i)
        text[i] = static_cast<char>(i * 7 + i / 256);
    return text;
}

// TCP from the usual ends with that payload.
Octets segment_of(std::string_view payload) {
    Octets segment;
    put_tcp(segment, payload);
    return segment;
}

// The part [begin, end) of what an IPv4 datagram carries, in Ethernet.
Octets ipv4_fragment(Bytes content, std::size_t begin, std::size_t end, std::uint16_t id = 1,
                     std::uint8_t protocol = 6) {
    Octets frame = ethernet(0x0800);
    const auto more = static_cast<std::uint16_t>(end < content.size() ? more_fragments : 0);
    frame.u16(0x4500);
    frame.u16(20 + end - begin);
    frame.u16(id);
    frame.u16(begin / 8 | more);
    frame.u8(64);
    frame.u8(protocol);
    frame.u16(0);
    frame.bytes({10, 0, 0, 1, 203, 0, 113, 1});
    frame.bytes(content.subspan(begin, end - begin));
    return frame;
}

// The same for IPv6, behind a hop-by-hop header in each.
Octets ipv6_fragment(Bytes content, std::size_t begin, std::size_t end, std::uint8_t next = 6,
                     std::uint32_t id = 1) {
    Octets frame = ethernet(0x86dd);
    put_ipv6(frame, 0, 8 + 8 + end - begin);
    frame.bytes({44, 0, 1, 4, 0, 0, 0, 0});
    frame.u8(next);
    frame.u8(0);
    frame.u16(begin | (end < content.size() ? 1U : 0U));
    frame.u32(id);
    frame.bytes(content.subspan(begin, end - begin));
    return frame;
}

using MakeFragment = Octets (*)(Bytes, std::size_t, std::size_t);
Octets four(Bytes content, std::size_t begin, std::size_t end) {
    return ipv4_fragment(content, begin, end);
}
Octets six(Bytes content, std::size_t begin, std::size_t end) {
    return ipv6_fragment(content, begin, end);
}

// A fragment for the table itself; the datagram has the given number.
Fragment fragment(std::string_view bytes, std::uint32_t offset, bool more, std::uint32_t number = 1,
                  Micros time = 0) {
    Fragment made;
    made.key.identification = number;
    made.protocol = 17;
    made.offset = offset;
    made.more = more;
    made.bytes = bytes_of(bytes);
    made.length = static_cast<std::uint32_t>(bytes.size());
    made.time = time;
    return made;
}

std::string text_of(const std::optional<Datagram>& datagram) {
    if (!datagram) return "nothing";
    return {datagram->bytes.begin(), datagram->bytes.end()};
}

}  // namespace

TEST_CASE("fragments of both families give the datagram, in any order and duplicated") {
    const std::string payload = numbered(3000);
    const Octets segment = segment_of(payload);
    const std::vector<std::size_t> cuts{0, 16, 1480, 1488, 2960, segment.size()};
    for (const MakeFragment make : {four, six}) {
        std::vector<Octets> frames;
        for (std::size_t i = 0; i + 1 < cuts.size(); ++i)
            frames.push_back(make(segment.view(), cuts[i], cuts[i + 1]));
        std::vector<std::size_t> order(frames.size());
        std::iota(order.begin(), order.end(), 0);
        do {
            Decoder decoder;
            for (std::size_t i = 0; i < order.size(); ++i) {
                const Result result = decode_with(decoder, frames[order[i]].view());
                CHECK(result.decoded == (i + 1 == order.size()));
                if (result.decoded) {
                    check_inner_ends(result.packet);
                    CHECK(result.packet.payload_length == payload.size());
                    CHECK(result.payload == payload);
                } else {
                    // Seen twice, as a mirror of both ends of a link sends it.
                    CHECK_FALSE(decode_with(decoder, frames[order[i]].view()).decoded);
                }
            }
            CHECK(decoder.fragment_counters().reassembled == 1);
            CHECK(decoder.fragment_counters().overlapping == 0);
            CHECK(decoder.fragment_counters().seen == 2 * frames.size() - 1);
            CHECK(decoder.counters().count(Step::fragment) == 2 * frames.size() - 2);
            CHECK(decoder.counters().count(Step::decoded) == 1);
        } while (std::ranges::next_permutation(order).found);
    }
}

TEST_CASE("the largest datagram") {
    const std::string payload = numbered(65528 - 8);
    Octets udp;
    udp.u16(40000);
    udp.u16(443);
    udp.u16(8 + payload.size());
    udp.u16(0);
    udp.text(payload);
    Decoder decoder;
    Result result;
    for (std::size_t begin = 0; begin < udp.size(); begin += 1480) {
        const std::size_t end = std::min(begin + 1480, udp.size());
        result = decode_with(decoder, ipv4_fragment(udp.view(), begin, end, 1, 17).view());
    }
    REQUIRE(result.decoded);
    CHECK(result.payload == payload);
}

TEST_CASE("extension headers and what they announce may be in the fragments of IPv6") {
    Octets content;
    content.bytes({6, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});  // destination options
    content.bytes(segment_of("data after it").view());
    Decoder decoder;
    decode_with(decoder, ipv6_fragment(content.view(), 24, content.size(), 60).view());
    const Result result = decode_with(decoder, ipv6_fragment(content.view(), 0, 24, 60).view());
    REQUIRE(result.decoded);
    CHECK(result.payload == "data after it");
}

TEST_CASE("the first fragment says what an IPv6 datagram carries") {
    const Octets segment = segment_of("some data");
    Decoder decoder;
    decode_with(decoder, ipv6_fragment(segment.view(), 8, segment.size(), 17).view());
    const Result result = decode_with(decoder, ipv6_fragment(segment.view(), 0, 8, 6).view());
    REQUIRE(result.decoded);
    CHECK(result.packet.transport == Transport::tcp);
}

TEST_CASE("fragments of different datagrams do not mix") {
    const Octets one = segment_of("one datagram"), two = segment_of("two datagram");
    Decoder decoder;
    SECTION("by identification") {
        decode_with(decoder, ipv4_fragment(one.view(), 0, 16, 1).view());
        CHECK_FALSE(
            decode_with(decoder, ipv4_fragment(two.view(), 16, two.size(), 2).view()).decoded);
    }
    SECTION("by protocol, in IPv4") {
        decode_with(decoder, ipv4_fragment(one.view(), 0, 16, 1, 6).view());
        CHECK_FALSE(
            decode_with(decoder, ipv4_fragment(two.view(), 16, two.size(), 1, 17).view()).decoded);
    }
    SECTION("by family and by address") {
        decode_with(decoder, ipv4_fragment(one.view(), 0, 16, 1, 6).view());
        CHECK_FALSE(decode_with(decoder, ipv6_fragment(two.view(), 16, two.size()).view()).decoded);
        const Octets frame = ipv4_fragment(two.view(), 16, two.size());
        std::vector<std::uint8_t> other(frame.view().begin(), frame.view().end());
        other[14 + 15] = 2;  // from 10.0.0.2
        CHECK_FALSE(decode_with(decoder, other).decoded);
    }
    CHECK(decoder.fragment_counters().reassembled == 0);
}

TEST_CASE("fragments inside a tunnel, and a tunnel inside fragments") {
    const std::string payload = numbered(200);
    const Octets segment = segment_of(payload);
    SECTION("inside") {
        Decoder decoder;
        Result result;
        for (const auto& [begin, end] : {std::pair{0, 104}, std::pair{104, 220}}) {
            const Octets inner =
                ipv4_fragment(segment.view(), std::size_t(begin), std::size_t(end));
            Octets vxlan;
            vxlan.bytes({0x08, 0, 0, 0, 0, 0, 9, 0});
            result = decode_with(decoder, over_udp(4789, vxlan, inner.view()).view());
        }
        REQUIRE(result.decoded);
        check_inner_ends(result.packet);
        CHECK(result.payload == payload);
        CHECK(result.packet.vlan == 0);
    }
    SECTION("outside, and inside too") {
        // Two fragments, each behind GRE, in one outer datagram of two fragments each.
        Decoder decoder;
        Result result;
        std::uint16_t outer_id = 100;
        for (const auto& [begin, end] : {std::pair{0, 104}, std::pair{104, 220}}) {
            const Octets inner =
                ipv4_fragment(segment.view(), std::size_t(begin), std::size_t(end));
            Octets gre;
            gre.u32(0x00000800);
            gre.bytes(inner.view().subspan(14));
            ++outer_id;
            decode_with(decoder, ipv4_fragment(gre.view(), 0, 64, outer_id, 47).view());
            result = decode_with(decoder,
                                 ipv4_fragment(gre.view(), 64, gre.size(), outer_id, 47).view());
        }
        REQUIRE(result.decoded);
        check_inner_ends(result.packet);
        CHECK(result.payload == payload);
        CHECK(decoder.fragment_counters().reassembled == 3);
    }
}

TEST_CASE("a fragment cut by the snap length gives no wrong byte") {
    const std::string payload = numbered(300);
    const Octets segment = segment_of(payload);
    const std::vector<std::size_t> cuts{0, 104, 208, segment.size()};
    for (std::size_t which = 0; which < 3; ++which) {
        const Octets whole = ipv4_fragment(segment.view(), cuts[which], cuts[which + 1]);
        for (std::size_t length = 0; length < whole.size(); ++length) {
            Decoder decoder;
            Result result;
            for (std::size_t i = 0; i < 3; ++i) {
                const Octets frame = ipv4_fragment(segment.view(), cuts[i], cuts[i + 1]);
                const Bytes bytes = i == which ? frame.view().first(length) : frame.view();
                result = decode_with(decoder, bytes, frame.size());
            }
            INFO("fragment " << which << " cut at " << length);
            if (length < 14 + 20) {  // not even the IP header: the datagram stays incomplete
                CHECK_FALSE(result.decoded);
                continue;
            }
            const std::size_t present = cuts[which] + length - 14 - 20;
            CHECK(result.decoded == (present >= 20));
            if (!result.decoded) continue;
            CHECK(result.packet.payload_length == payload.size());
            CHECK(result.payload == payload.substr(0, present - 20));
        }
    }
}

TEST_CASE("a fragment that was cut, and its copy that was not cut to the same length") {
    Fragments fragments({});
    Fragment cut = fragment("abcdefgh", 0, true);
    cut.bytes = cut.bytes.first(3);
    CHECK_FALSE(fragments.add(cut));
    CHECK_FALSE(fragments.add(fragment("abcdefgh", 0, true)));
    const auto datagram = fragments.add(fragment("ij", 8, false));
    REQUIRE(datagram);
    CHECK(text_of(datagram) == "abc");
    CHECK(datagram->length == 10);
}

TEST_CASE("overlapping fragments discard the datagram with all that still comes of it") {
    const std::string filler(64, 'x');
    struct Piece {
        std::string_view bytes;
        std::uint32_t offset;
        bool more;
    };
    const std::vector<std::vector<Piece>> bad{
        {{"abcdefghijklmnop", 0, true}, {"IJKLMNOPqrst", 8, false}},     // tail over head
        {{"IJKLMNOPqrst", 8, false}, {"abcdefghijklmnop", 0, true}},     // the other way around
        {{"abcdefghijklmnopqrstuvwx", 0, true}, {"IJ", 8, false}},       // teardrop: inside
        {{"IJKLMNOP", 8, true}, {"abcdefghijklmnopqrstuvwx", 0, true}},  // around
        {{"abcdefgh", 0, true}, {"ABCDEFGH", 0, true}},                  // other bytes in one place
        {{"abcdefgh", 8, true}, {"abcdefgh", 8, false}},                 // not last and last
        {{"abcdefgh", 8, false}, {"abcdefgh", 8, true}},
        {{"abcd", 16, false}, {"abcd", 24, false}},  // two ends
        {{"abcd", 24, false}, {"abcd", 16, false}},
        {{"abcdefgh", 24, true}, {"abcd", 8, false}},  // past the end
        {{"abcd", 8, false}, {"abcdefgh", 24, true}},
    };
    for (const auto& pieces : bad) {
        Fragments fragments({});
        for (const Piece& piece : pieces)
            CHECK_FALSE(fragments.add(fragment(piece.bytes, piece.offset, piece.more)));
        CHECK(fragments.counters().overlapping == 1);
        CHECK(fragments.memory() == 0);
        // Its honest fragments, 1 ms later, and its end.
        for (std::uint32_t offset = 0; offset < 64; offset += 8) {
            CHECK_FALSE(fragments.add(fragment(std::string_view(filler).substr(offset, 8), offset,
                                               offset < 56, 1, 1000)));
        }
        CHECK(fragments.counters().overlapping == 1);
        CHECK(fragments.counters().expired == 0);
    }
}

TEST_CASE("overlapping fragments in frames, as attacks sent them") {
    const Octets segment = segment_of(numbered(100));
    Decoder decoder;
    decode_with(decoder, ipv4_fragment(segment.view(), 0, 40).view());
    decode_with(decoder, ipv4_fragment(segment.view(), 24, segment.size()).view());
    CHECK_FALSE(
        decode_with(decoder, ipv4_fragment(segment.view(), 40, segment.size()).view()).decoded);
    CHECK(decoder.fragment_counters().overlapping == 1);
    CHECK(decoder.counters().count(Step::fragment) == 3);
}

TEST_CASE("fragments that contradict themselves are malformed") {
    const auto ended = [](std::uint16_t place, std::size_t length, std::size_t total) {
        Octets frame = ethernet(0x0800);
        frame.u16(0x4500);
        frame.u16(total);
        frame.u16(1);
        frame.u16(place);
        frame.u16(0x4006);
        frame.u16(0);
        frame.bytes({10, 0, 0, 1, 203, 0, 113, 1});
        frame.fill(length, 0);
        return decode_frame(frame.view()).ended();
    };
    CHECK(ended(more_fragments, 16, 36) == Step::fragment);
    CHECK(ended(more_fragments, 15, 35) == Step::malformed);  // not the last, not in units of 8
    CHECK(ended(more_fragments, 0, 20) == Step::malformed);   // nothing
    CHECK(ended(2, 0, 20) == Step::malformed);
    CHECK(ended(0x1fff, 7, 27) == Step::fragment);             // ends at 65,535
    CHECK(ended(0x1fff, 8, 28) == Step::malformed);            // ping of death: past 65,535
    CHECK(ended(more_fragments, 16, 200) == Step::malformed);  // longer than its frame
}

TEST_CASE(
    "a fragment of which the wire is said to have had more than any datagram has is malformed") {
    Octets frame = ipv4_fragment(bytes_of("abcdefghijklmnop"), 8, 16);
    std::vector<std::uint8_t> bytes(frame.view().begin(), frame.view().end());
    bytes[16] = bytes[17] = 0;  // the IP length: the frame tells it
    CHECK(decode_frame(bytes, 0xffffffff).ended() == Step::malformed);
    CHECK(decode_frame(bytes, 0xfffffff0).ended() == Step::malformed);
}

TEST_CASE("after half a minute a datagram is given up on") {
    Fragments fragments({});
    fragments.add(fragment("abcdefgh", 0, true, 1, 0));
    SECTION("in time") {
        CHECK(text_of(fragments.add(fragment("ij", 8, false, 1, 30 * second))) == "abcdefghij");
        CHECK(fragments.counters().expired == 0);
    }
    SECTION("too late") {
        CHECK_FALSE(fragments.add(fragment("ij", 8, false, 1, 30 * second + 1)));
        CHECK(fragments.counters().expired == 1);
        // It begins anew with what came late.
        CHECK(text_of(fragments.add(fragment("ABCDEFGH", 0, true, 1, 31 * second))) ==
              "ABCDEFGHij");
    }
    SECTION("given up on when any fragment comes") {
        fragments.add(fragment("abcdefgh", 0, true, 2, 40 * second));
        CHECK(fragments.counters().expired == 1);
    }
}

TEST_CASE("a clock that steps back keeps what is under way") {
    Fragments fragments({});
    fragments.add(fragment("abcdefgh", 0, true, 1, 100 * second));
    CHECK(text_of(fragments.add(fragment("ij", 8, false, 1, 10 * second))) == "abcdefghij");
}

TEST_CASE(
    "copies of a whole datagram's fragments are passed over; a later one of its number is new") {
    Fragments fragments({});
    fragments.add(fragment("abcdefgh", 0, true, 1, 0));
    CHECK(fragments.add(fragment("ij", 8, false, 1, 0)));
    CHECK_FALSE(fragments.add(fragment("ij", 8, false, 1, 200)));
    CHECK_FALSE(fragments.add(fragment("abcdefgh", 0, true, 1, 300)));
    CHECK(fragments.counters().expired == 0);
    constexpr Micros later = second / 10;
    CHECK_FALSE(fragments.add(fragment("ABCDEFGH", 0, true, 1, later)));
    CHECK(text_of(fragments.add(fragment("IJ", 8, false, 1, later))) == "ABCDEFGHIJ");
    CHECK(fragments.counters().reassembled == 2);
    CHECK(fragments.memory() == 0);
}

TEST_CASE("thousands of half datagrams stay within the bound; the oldest make room") {
    FragmentLimits limits;
    limits.most_datagrams = 100;
    Fragments fragments(limits);
    for (std::uint32_t number = 0; number < 10'000; ++number)
        fragments.add(fragment("abcdefgh", 0, true, number));
    CHECK(fragments.counters().expired == 9'900);
    CHECK(text_of(fragments.add(fragment("ij", 8, false, 9'900))) == "abcdefghij");
    CHECK_FALSE(fragments.add(fragment("ij", 8, false, 9'800)));
}

TEST_CASE(
    "whole and refused datagrams take no memory, nor give any back when they are pushed out") {
    FragmentLimits limits;
    limits.most_datagrams = 3;
    Fragments fragments(limits);
    for (std::uint32_t number = 0; number < 20; ++number) {
        fragments.add(fragment("abcdefgh", 0, true, number));
        fragments.add(number % 2 == 0 ? fragment("ij", 8, false, number)
                                      : fragment("another!", 0, true, number));
        CHECK(fragments.memory() == 0);
    }
    CHECK(fragments.counters().reassembled == 10);
    CHECK(fragments.counters().overlapping == 10);
    fragments.add(fragment("abcdefgh", 0, true, 100));
    CHECK(fragments.memory() > 0);
    CHECK(fragments.add(fragment("ij", 8, false, 100)));
}

TEST_CASE("large half datagrams stay within the bound of memory") {
    FragmentLimits limits;
    limits.memory = 200'000;
    Fragments fragments(limits);
    const std::string bytes = numbered(16'384);
    for (std::uint32_t number = 0; number < 1'000; ++number) {
        fragments.add(fragment(bytes, 0, true, number));
        CHECK(fragments.memory() <= limits.memory);
    }
    CHECK(fragments.counters().expired > 900);
    CHECK(fragments.add(fragment("end", 16'384, false, 999)));
}

TEST_CASE("a datagram in more parts than any link makes is given up on") {
    Fragments fragments({});
    std::uint64_t given = 0;
    // Backwards, which costs most.
    for (std::uint32_t offset = 65'520; offset > 0; offset -= 8)
        given += fragments.add(fragment("abcdefgh", offset, true)).has_value();
    CHECK(given == 0);
    CHECK(fragments.counters().expired == 1);
    CHECK(fragments.memory() == 0);
}
