#include "tests/unit/decode/decoding.hpp"

using namespace umbra;
using namespace umbra::test;

namespace {

Octets tagged(std::uint16_t type, std::initializer_list<std::uint8_t> tag, const Octets& content) {
    Octets frame = ethernet(type);
    frame.bytes(tag);
    frame.bytes(content.view());
    return frame;
}

// An IPv4 packet behind its EtherType.
Octets typed_ipv4() {
    Octets content;
    content.u16(0x0800);
    content.bytes(inner_ipv4().view());
    return content;
}

}  // namespace

TEST_CASE("tags of switching fabrics before the EtherType are passed over") {
    SECTION("Cisco metadata with a security group tag") {
        check_inner(tagged(0x8909, {0x01, 0x01, 0x00, 0x01, 0x00, 0x02}, typed_ipv4()));
    }
    SECTION("VN-tag") {
        check_inner(tagged(0x8926, {0x00, 0x11, 0x80, 0x05}, typed_ipv4()));
    }
    SECTION("E-tag") {
        check_inner(tagged(0x893f, {0xe0, 0x01, 0x00, 0x02, 0x00, 0x00}, typed_ipv4()));
    }
}

TEST_CASE("MACsec is read where it does not encrypt") {
    SECTION("with the channel's identifier") {
        check_inner(tagged(0x88e5, {0x20, 0, 0, 0, 0, 9, 2, 2, 2, 2, 2, 2, 0, 1}, typed_ipv4()));
    }
    SECTION("without") {
        check_inner(tagged(0x88e5, {0x00, 0, 0, 0, 0, 9}, typed_ipv4()));
    }
    SECTION("encrypted it is no IP") {
        const Octets frame = tagged(0x88e5, {0x0c, 0, 0, 0, 0, 9}, typed_ipv4());
        CHECK(decode_frame(frame.view()).ended() == Step::not_ip);
    }
}

TEST_CASE("Ethernet in the Ethernet of a backbone: the inner one's VLAN tag counts") {
    Octets inner = inner_tagged_ethernet();
    Octets outer_tag = ethernet(0x88a8);
    outer_tag.u16(100);
    const auto with = [&](std::uint16_t type, std::initializer_list<std::uint8_t> header) {
        Octets frame = outer_tag;
        frame.u16(type);
        frame.bytes(header);
        frame.bytes(inner.view());
        return check_inner(frame).packet.vlan;
    };
    SECTION("provider backbone bridge") {
        CHECK(with(0x88e7, {0x00, 0x00, 0x30, 0x39}) == 7);
    }
    SECTION("FabricPath") {
        CHECK(with(0x8903, {0x00, 0x60}) == 7);
    }
    SECTION("TRILL without options") {
        CHECK(with(0x22f3, {0x00, 0x3f, 0x00, 0x01, 0x00, 0x02}) == 7);
    }
    SECTION("TRILL with two words of options") {
        CHECK(with(0x22f3, {0x00, 0xbf, 0, 1, 0, 2, 9, 9, 9, 9, 9, 9, 9, 9}) == 7);
    }
}
