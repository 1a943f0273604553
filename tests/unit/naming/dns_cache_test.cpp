#include "daemon/naming/dns_cache.hpp"

#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "tests/unit/packets.hpp"

using namespace umbra;
using test::address;

namespace {

struct Cache {
    NameTable names{1000};
    DnsCache cache{1024, names};

    std::string find(const char* client, const char* server, Micros now) {
        const auto name = cache.find(cache.key(address(client), address(server)), now);
        return name ? std::string(names.text(*name)) : "nothing";
    }
    void add(const char* client, const char* server, const char* name, std::uint32_t lifetime,
             Micros now) {
        cache.add(cache.key(address(client), address(server)), name, lifetime, now);
    }
};

}  // namespace

TEST_CASE("an answer is evidence for the client that asked alone") {
    Cache c;
    c.add("10.0.0.1", "192.0.2.1", "claude.ai", 300, 0);
    CHECK(c.find("10.0.0.1", "192.0.2.1", second) == "claude.ai");
    CHECK(c.find("10.0.0.2", "192.0.2.1", second) == "nothing");
    CHECK(c.find("10.0.0.1", "192.0.2.2", second) == "nothing");
}

TEST_CASE("an entry lives as long as its record, at least a minute, at most a day") {
    Cache c;
    c.add("10.0.0.1", "192.0.2.1", "short.example", 0, 0);
    c.add("10.0.0.1", "192.0.2.2", "usual.example", 300, 0);
    c.add("10.0.0.1", "192.0.2.3", "long.example", 4'000'000'000U, 0);
    CHECK(c.find("10.0.0.1", "192.0.2.1", 60 * second) == "short.example");
    CHECK(c.find("10.0.0.1", "192.0.2.1", 61 * second) == "nothing");
    CHECK(c.find("10.0.0.1", "192.0.2.2", 300 * second) == "usual.example");
    CHECK(c.find("10.0.0.1", "192.0.2.2", 301 * second) == "nothing");
    CHECK(c.find("10.0.0.1", "192.0.2.3", 86'400 * second) == "long.example");
    CHECK(c.find("10.0.0.1", "192.0.2.3", 86'401 * second) == "nothing");
}

TEST_CASE("of two names for one address the latest stands") {
    Cache c;
    c.add("10.0.0.1", "192.0.2.1", "claude.ai", 300, 0);
    c.add("10.0.0.1", "192.0.2.1", "www.example.com", 300, second);
    CHECK(c.find("10.0.0.1", "192.0.2.1", 2 * second) == "www.example.com");
}

TEST_CASE("an outer name of encrypted hellos is a fact of its own") {
    Cache c;
    const auto key = c.cache.key(address("10.0.0.1"), "cloudflare-ech.com");
    c.cache.add(key, "claude.ai", 300, 0);
    const auto name = c.cache.find(key, second);
    REQUIRE(name);
    CHECK(c.names.text(*name) == "claude.ai");
    CHECK_FALSE(c.cache.find(c.cache.key(address("10.0.0.2"), "cloudflare-ech.com"), second));
    CHECK_FALSE(c.cache.find(c.cache.key(address("10.0.0.1"), "cloudflare-ech.net"), second));
}

TEST_CASE("a full name table lets no older name stand for a newer one") {
    NameTable names(1);
    DnsCache cache(64, names);
    cache.add(cache.key(address("10.0.0.1"), address("192.0.2.1")), "claude.ai", 300, 0);
    cache.add(cache.key(address("10.0.0.1"), address("192.0.2.1")), "www.example.com", 300, 0);
    CHECK_FALSE(cache.find(cache.key(address("10.0.0.1"), address("192.0.2.1")), 0));
    CHECK(names.refused() == 1);
}

TEST_CASE(
    "a flood of answers stays within the bound, counts what it drove out, and leaks no name") {
    NameTable names(100'000);
    DnsCache cache(1024, names);
    for (int i = 0; i < 20'000; ++i) {
        const std::string server = fmt::format("198.18.{}.{}", i / 250, i % 250);
        cache.add(cache.key(address("10.0.0.1"), address(server)), fmt::format("host{}.example", i),
                  300, i * 1000);
    }
    CHECK(names.size() <= 1024);
    CHECK(cache.evicted() + names.size() == 20'000);
    CHECK(cache.find(cache.key(address("10.0.0.1"), address("198.18.79.249")),
                     20 * second));  // the last one
}
