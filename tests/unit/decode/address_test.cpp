#include "daemon/decode/address.hpp"

#include <catch2/catch.hpp>

using namespace umbra;

TEST_CASE("addresses are read and written in their usual notation") {
    for (const char* text : {"10.1.2.3", "2001:db8::1", "::1", "fe80::1:2:3:4"}) {
        const auto address = Address::parse(text);
        REQUIRE(address);
        CHECK(address->to_string() == text);
    }
    CHECK(Address::parse("10.1.2.3")->is_v4());
    CHECK_FALSE(Address::parse("::1")->is_v4());
    for (const char* text : {"", "10.1.2", "10.1.2.256", "host", "1:2", "10.1.2.3 "}) {
        CHECK_FALSE(Address::parse(text));
    }
}

TEST_CASE("a network holds what its prefix says, and nothing of the other family") {
    const auto ten = Network::parse("10.0.0.0/8");
    REQUIRE(ten);
    CHECK(ten->contains(*Address::parse("10.255.0.1")));
    CHECK_FALSE(ten->contains(*Address::parse("11.0.0.1")));
    CHECK_FALSE(ten->contains(*Address::parse("a00::1")));
    const auto odd = Network::parse("192.168.4.0/22");
    REQUIRE(odd);
    CHECK(odd->contains(*Address::parse("192.168.7.255")));
    CHECK_FALSE(odd->contains(*Address::parse("192.168.8.0")));
    CHECK(Network::parse("0.0.0.0/0")->contains(*Address::parse("8.8.8.8")));
    CHECK_FALSE(Network::parse("0.0.0.0/0")->contains(*Address::parse("2001:db8::1")));
    CHECK(Network::parse("::/0")->contains(*Address::parse("2001:db8::1")));
    CHECK(Network::parse("10.1.1.1")->contains(*Address::parse("10.1.1.1")));
}

TEST_CASE("what is no network is refused") {
    for (const char* text : {"", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.1/8",
                             "fd00::1/8", "10.0.0.0/8x", "net", "::/129", "10.0.0.0/8/8"}) {
        INFO(text);
        CHECK_FALSE(Network::parse(text));
    }
}
