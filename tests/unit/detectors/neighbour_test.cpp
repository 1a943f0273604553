#include "detectors/neighbour.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/decode/decoding.hpp"

using namespace umbra;
using test::Octets;

namespace {

const std::array<std::uint8_t, 6> own{0x02, 0xa0, 0, 0, 0, 1};
const std::array<std::uint8_t, 6> other{0x02, 0xb0, 0, 0, 0, 2};

Octets frame_from_own(std::uint16_t type) {
    Octets frame;
    frame.fill(6, 0xff);
    frame.bytes(own);
    frame.u16(type);
    return frame;
}

std::optional<Neighbour> read(const Octets& frame) {
    Decoder decoder;
    Packet packet;
    CHECK_FALSE(decoder.decode(frame.view(), static_cast<std::uint32_t>(frame.size()), packet));
    return read_neighbour(packet);
}

struct Arp {
    std::uint16_t operation = 1;
    std::array<std::uint8_t, 6> sender = own;
    std::string_view address = "10.0.0.9";

    Octets frame() const {
        Octets out = frame_from_own(0x0806);
        out.bytes({0, 1, 8, 0, 6, 4});
        out.u16(operation);
        out.bytes(sender);
        const Address said = test::address(address);
        out.bytes(Bytes(said.bytes).subspan(12));
        out.fill(6, 0);
        out.bytes({10, 0, 0, 1});
        return out;
    }
};

struct Icmp {
    std::uint8_t type = 135;
    std::uint32_t flags = 0;
    std::string_view source = "fd00::9", target = "fd00::1";
    std::uint8_t option = 1;  // 0: none
    std::array<std::uint8_t, 6> link_layer = own;
    std::uint8_t hop_limit = 255;

    Octets frame() const {
        Octets message;
        message.bytes({type, 0, 0, 0});
        message.u32(flags);
        if (type != 133 && type != 134) message.bytes(test::address(target).bytes);
        if (option != 0) {
            message.bytes({option, 1});
            message.bytes(link_layer);
        }
        Octets out = frame_from_own(0x86dd);
        out.u32(0x60000000);
        out.u16(message.size());
        out.u8(58);
        out.u8(hop_limit);
        out.bytes(test::address(source).bytes);
        out.bytes(test::address("ff02::1").bytes);
        out.bytes(message.view());
        return out;
    }
};

std::string address_in(const std::optional<Neighbour>& neighbour) {
    return neighbour && neighbour->address ? neighbour->address->to_string() : "none";
}

}  // namespace

TEST_CASE("an ARP request tells the sender's own address, nothing else of ARP does") {
    const auto asked = read(Arp{}.frame());
    CHECK(address_in(asked) == "10.0.0.9");
    CHECK(asked->mac.to_string() == "02:a0:00:00:00:01");
    CHECK_FALSE(asked->is_router);
    CHECK_FALSE(read(Arp{.operation = 2}.frame()));        // a reply may be a proxy's
    CHECK_FALSE(read(Arp{.sender = other}.frame()));       // for somebody else
    CHECK_FALSE(read(Arp{.address = "0.0.0.0"}.frame()));  // a probe
}

TEST_CASE("solicitations tell the sender's own address, also one that it is about to take") {
    const auto asked = read(Icmp{}.frame());
    CHECK(address_in(asked) == "fd00::9");
    CHECK(asked->mac.to_string() == "02:a0:00:00:00:01");
    CHECK(address_in(read(Icmp{.type = 133}.frame())) == "fd00::9");
    CHECK(address_in(read(Icmp{.source = "::", .target = "fd00::77", .option = 0}.frame())) ==
          "fd00::77");
    CHECK_FALSE(read(Icmp{.link_layer = other}.frame()));
    CHECK_FALSE(read(Icmp{.option = 0}.frame()));
    CHECK_FALSE(read(Icmp{.hop_limit = 254}.frame()));  // a router passed it on
}

TEST_CASE("advertisements tell an address where they are no proxy's, and who is a router") {
    constexpr std::uint32_t router = 1U << 31, override = 1U << 29;
    const Icmp advertisement{.type = 136, .flags = override, .target = "fd00::9", .option = 2};
    CHECK(address_in(read(advertisement.frame())) == "fd00::9");
    Icmp changed = advertisement;
    changed.flags = 0;
    CHECK(address_in(read(changed.frame())) == "none");
    changed.flags = override | router;
    CHECK(read(changed.frame())->is_router);
    changed = advertisement;
    changed.link_layer = other;
    CHECK(address_in(read(changed.frame())) == "none");
    CHECK(read(Icmp{.type = 134}.frame())->is_router);
    CHECK(address_in(read(Icmp{.type = 134}.frame())) == "none");
    CHECK(read(Icmp{.type = 137}.frame())->is_router);
    CHECK_FALSE(read(Icmp{.type = 128}.frame()));  // an echo request
}

TEST_CASE("messages of neighbours that are cut anywhere say less, never something else") {
    for (const Octets& frame :
         {Icmp{}.frame(), Icmp{.type = 136, .option = 2}.frame(), Arp{}.frame()}) {
        for (std::size_t length = 14; length < frame.size(); ++length) {
            const std::vector<std::uint8_t> cut(
                frame.view().begin(), frame.view().begin() + static_cast<std::ptrdiff_t>(length));
            Decoder decoder;
            Packet packet;
            decoder.decode(cut, static_cast<std::uint32_t>(frame.size()), packet);
            const auto neighbour = read_neighbour(packet);
            if (neighbour && neighbour->address) {
                CHECK((neighbour->address == test::address("fd00::9") ||
                       neighbour->address == test::address("10.0.0.9")));
            }
        }
    }
}

TEST_CASE("behind a tunnel without an Ethernet of its own nobody's Ethernet address is known") {
    const Octets inner = test::inner_ipv4();
    Octets frame = frame_from_own(0x0800);
    test::put_outer_ipv4(frame, 4, inner.size());
    frame.bytes(inner.view());
    const test::Result plain = test::decode_frame(test::inner_ethernet().view());
    CHECK(plain.packet.source_mac.known());
    const test::Result tunnelled = test::decode_frame(frame.view());
    REQUIRE(tunnelled.decoded);
    CHECK_FALSE(tunnelled.packet.source_mac.known());
}
