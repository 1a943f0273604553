#include "daemon/decode/mac.hpp"

#include <catch2/catch.hpp>

using namespace umbra;

TEST_CASE("Ethernet addresses are read in the forms that people write them in") {
    for (const char* text : {"00:1b:63:84:45:e6", "00-1B-63-84-45-E6", "001b.6384.45e6"}) {
        REQUIRE(Mac::parse(text));
        CHECK(Mac::parse(text)->to_string() == "00:1b:63:84:45:e6");
    }
    for (const char* text : {"", "00:1b:63:84:45", "00:1b:63:84:45:e6:77", "00:1b:63:84:45:g6",
                             "00:1b-63:84:45:e6", "001b.6384:45e6", "001b63844 5e6", "10.0.0.1",
                             "0:1b:63:84:45:e66", "-0:1b:63:84:45:e6"}) {
        INFO(text);
        CHECK_FALSE(Mac::parse(text));
    }
}

TEST_CASE("the address of a group, or of nobody, is no host's own") {
    CHECK_FALSE(Mac::parse("ff:ff:ff:ff:ff:ff"));
    CHECK_FALSE(Mac::parse("33:33:00:00:00:01"));
    CHECK_FALSE(Mac::parse("00:00:00:00:00:00"));
    CHECK(Mac::parse("02:00:00:00:00:01"));
}
