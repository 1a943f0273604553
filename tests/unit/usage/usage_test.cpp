#include "daemon/usage/usage.hpp"

#include <catch2/catch.hpp>

#include "daemon/support/failure.hpp"
#include "daemon/usage/network_list.hpp"

using namespace umbra;

TEST_CASE("inside is what local-net says") {
    const NetworkList usual = NetworkList::private_ranges();
    for (const char* inside :
         {"10.0.0.1", "172.31.255.1", "192.168.1.1", "169.254.9.9", "fd12::1", "fe80::1"}) {
        CHECK(usual.contains(*Address::parse(inside)));
    }
    for (const char* outside : {"172.32.0.1", "8.8.8.8", "2001:db8::1", "192.169.0.1"}) {
        CHECK_FALSE(usual.contains(*Address::parse(outside)));
    }
    const NetworkList own = NetworkList::of("local-net", {"198.51.100.0/24", "2001:db8:5::/48"});
    CHECK(own.contains(*Address::parse("198.51.100.9")));
    CHECK(own.contains(*Address::parse("2001:db8:5::9")));
    CHECK_FALSE(own.contains(*Address::parse("10.0.0.1")));
    CHECK_THROWS_AS(NetworkList::of("local-net", {"10.0.0.0/8", "marketing"}), Failure);
}
