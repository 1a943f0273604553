#include "daemon/usage/host_directory.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/detectors/dhcp_messages.hpp"
#include "tests/unit/folder.hpp"

using namespace umbra;
using test::address;
using test::Dhcp4Message;
using test::Dhcp6Message;
using test::Octets;

namespace {

constexpr Micros start = 1793610000 * second;
constexpr std::uint64_t laptop = 0x02a000000001, tablet = 0x02a000000002, router = 0x02b000000001;

std::array<std::uint8_t, 6> bytes_of(std::uint64_t mac) {
    std::array<std::uint8_t, 6> bytes{};
    for (std::size_t i = 0; i < 6; ++i)
        bytes[i] = static_cast<std::uint8_t>(mac >> (8 * (5 - i)));
    return bytes;
}

struct Directory {
    Scope scope;
    HostDirectory hosts{scope, 1024};
    Micros now = start;
    std::vector<Octets> kept;  // what packets point into

    std::string who(std::string_view text) {
        const Address host = address(text);
        const HostIdentity found = hosts.identify(host, hosts.machine_at(host, now), now);
        return found.key + " " + found.name.value_or("-");
    }
    Packet datagram(Octets message, std::uint16_t from, std::uint16_t to, std::uint64_t mac,
                    std::string_view source) {
        kept.push_back(std::move(message));
        Packet packet = test::Tcp{.source = source}.packet();
        packet.transport = Transport::udp;
        packet.source_port = from;
        packet.destination_port = to;
        packet.payload = kept.back().view();
        packet.source_mac = {mac};
        packet.time = now;
        return packet;
    }
    void lease(std::string_view given, std::uint64_t mac, std::uint32_t seconds,
               std::string_view has = "0.0.0.0") {
        hosts.dhcp(datagram(
            Dhcp4Message{
                .type = 5, .client = bytes_of(mac), .has = has, .given = given, .options = {}}
                .seconds_option(51, seconds)
                .address_option(54, "10.0.0.1")
                .message(),
            67, 68, router, "10.0.0.1"));
    }
    void request(std::uint64_t mac, std::string_view name) {
        hosts.dhcp(datagram(Dhcp4Message{.type = 3, .client = bytes_of(mac), .options = {}}
                                .option(12, name)
                                .message(),
                            68, 67, mac, "0.0.0.0"));
    }
    void solicit(std::string_view source, std::uint64_t mac) {
        Octets message;
        message.bytes({135, 0, 0, 0, 0, 0, 0, 0});
        message.bytes(address("fd00::1").bytes);
        message.bytes({1, 1});
        message.bytes(bytes_of(mac));
        Packet packet = datagram(std::move(message), 0, 0, mac, source);
        packet.on_link = OnLink::neighbour_discovery;
        hosts.neighbour(packet);
    }
    void frame(std::string_view source, std::uint64_t mac) {
        hosts.saw(datagram(Octets(), 40000, 443, mac, source));
    }
    void use(const std::string& lines) {
        const test::Folder folder;
        hosts.use(std::make_shared<const HostsFile>(
            HostsFile::read(folder.write("hosts.csv", "address,name,department,site\n" + lines))));
    }
};

}  // namespace

TEST_CASE("a lease ties an address to a machine and the name that it calls itself by") {
    Directory d;
    CHECK(d.who("10.0.0.7") == "10.0.0.7 -");
    d.request(laptop, "LAPTOP-7");
    CHECK(d.who("10.0.0.7") == "10.0.0.7 -");
    d.lease("10.0.0.7", laptop, 3600);
    CHECK(d.who("10.0.0.7") == "mac:02:a0:00:00:00:01 laptop-7");
    CHECK(d.who("10.0.0.8") == "10.0.0.8 -");
    SECTION("until it ends") {
        d.now += 3600 * second;
        CHECK(d.who("10.0.0.7") == "mac:02:a0:00:00:00:01 laptop-7");
        d.now += second;
        CHECK(d.who("10.0.0.7") == "10.0.0.7 -");
    }
    SECTION("unless it is renewed") {
        d.now += 1800 * second;
        d.lease("10.0.0.7", laptop, 3600, "10.0.0.7");
        d.now += 3600 * second;
        CHECK(d.who("10.0.0.7") == "mac:02:a0:00:00:00:01 laptop-7");
    }
    SECTION("or until it is given back, by that machine only") {
        const auto release = [&](std::uint64_t mac) {
            d.hosts.dhcp(d.datagram(
                Dhcp4Message{.type = 7, .client = bytes_of(mac), .has = "10.0.0.7", .options = {}}
                    .message(),
                68, 67, mac, "10.0.0.7"));
        };
        release(tablet);
        CHECK(d.who("10.0.0.7") == "mac:02:a0:00:00:00:01 laptop-7");
        release(laptop);
        CHECK(d.who("10.0.0.7") == "10.0.0.7 -");
    }
    SECTION("neighbours do not outdo it") {
        d.hosts.neighbour([&] {
            Octets arp;
            arp.bytes({0, 1, 8, 0, 6, 4, 0, 1});
            arp.bytes(bytes_of(tablet));
            arp.bytes({10, 0, 0, 7, 0, 0, 0, 0, 0, 0, 10, 0, 0, 1});
            Packet packet = d.datagram(std::move(arp), 0, 0, tablet, "10.0.0.7");
            packet.on_link = OnLink::arp;
            return packet;
        }());
        CHECK(d.who("10.0.0.7") == "mac:02:a0:00:00:00:01 laptop-7");
    }
}

TEST_CASE("an address that moves to another machine is another host from then on") {
    Directory d;
    const Address shared = address("10.0.0.7");
    d.lease("10.0.0.7", laptop, 3600);
    const std::uint32_t first = d.hosts.machine_at(shared, d.now);
    d.lease("10.0.0.7", laptop, 3600, "10.0.0.7");
    CHECK(d.hosts.machine_at(shared, d.now) == first);
    d.lease("10.0.0.7", tablet, 3600);
    const std::uint32_t second_machine = d.hosts.machine_at(shared, d.now);
    CHECK(second_machine != first);
    CHECK(d.hosts.identify(shared, first, d.now).key == "mac:02:a0:00:00:00:01");
    CHECK(d.hosts.identify(shared, second_machine, d.now).key == "mac:02:a0:00:00:00:02");
    d.lease("10.0.0.7", router, 3600);
    CHECK(d.hosts.identify(shared, first, d.now).key == "10.0.0.7");
    CHECK(d.hosts.identify(shared, second_machine, d.now).key == "mac:02:a0:00:00:00:02");
}

TEST_CASE("what an address did before it was leased is not the new machine's") {
    Directory d;
    const Address given = address("10.0.0.7");
    const std::uint32_t before = d.hosts.machine_at(given, d.now);
    SECTION("newly leased") {
        d.lease("10.0.0.7", laptop, 3600);
        CHECK(d.hosts.identify(given, before, d.now).key == "10.0.0.7");
    }
    SECTION("renewed: the machine had it before the capture began") {
        d.lease("10.0.0.7", laptop, 3600, "10.0.0.7");
        CHECK(d.hosts.identify(given, before, d.now).key == "mac:02:a0:00:00:00:01");
    }
}

TEST_CASE("acknowledgments that are no lease give none") {
    Directory d;
    const auto acknowledge = [&](Dhcp4Message message) {
        d.hosts.dhcp(d.datagram(message.message(), 67, 68, router, "10.0.0.1"));
        return d.who("10.0.0.7");
    };
    const Dhcp4Message plain{
        .type = 5, .client = bytes_of(laptop), .given = "10.0.0.7", .options = {}};
    Dhcp4Message no_lease = plain, no_server = plain;
    CHECK(acknowledge(no_lease.address_option(54, "10.0.0.1")) == "10.0.0.7 -");
    CHECK(acknowledge(no_server.seconds_option(51, 3600)) == "10.0.0.7 -");
    d.lease("203.0.113.7", laptop, 3600);
    CHECK(d.who("203.0.113.7") == "203.0.113.7 -");  // outside
}

TEST_CASE("privacy addresses join the machine that has the other addresses") {
    Directory d;
    d.lease("10.0.0.7", laptop, 3600);
    d.request(laptop, "laptop-7");
    d.solicit("fd00::aaaa", laptop);
    d.solicit("fd00::bbbb", laptop);
    d.solicit("fd00::cccc", tablet);
    for (const char* text : {"10.0.0.7", "fd00::aaaa", "fd00::bbbb"})
        CHECK(d.who(text) == "mac:02:a0:00:00:00:01 laptop-7");
    CHECK(d.who("fd00::cccc") == "mac:02:a0:00:00:00:02 -");
}

TEST_CASE("DHCPv6 tells a client by its frame, by its relay, or by its identifier") {
    const std::array<std::uint8_t, 4> id{0, 2, 0, 9};
    const std::array<std::uint8_t, 10> with_mac{0, 3, 0, 1, 2, 0xa0, 0, 0, 0, 1};
    Directory d;
    const auto reply = [&](Bytes client_id) {
        d.hosts.dhcp(d.datagram(Dhcp6Message{.type = 7, .options = {}}
                                    .option(1, client_id)
                                    .lease("fd00::7", 3600)
                                    .message(),
                                547, 546, router, "fe80::1"));
        return d.who("fd00::7");
    };
    const auto asked = Dhcp6Message{.type = 3, .options = {}}.option(1, id).message();
    SECTION("frame") {
        d.hosts.dhcp(d.datagram(asked, 546, 547, laptop, "fe80::7"));
        CHECK(reply(id) == "mac:02:a0:00:00:00:01 -");
    }
    SECTION("a frame from further away bears somebody else's address") {
        d.hosts.dhcp(d.datagram(asked, 546, 547, router, "fd00::99"));
        CHECK(reply(id) == "fd00::7 -");
    }
    SECTION("relay") {
        d.hosts.dhcp(d.datagram(test::relayed(asked.view(), 12, bytes_of(laptop)), 547, 547, router,
                                "fd00::1"));
        CHECK(reply(id) == "mac:02:a0:00:00:00:01 -");
    }
    SECTION("identifier") {
        CHECK(reply(with_mac) == "mac:02:a0:00:00:00:01 -");
        CHECK(reply(id) == "mac:02:a0:00:00:00:01 -");  // no client of its own: nothing changes
    }
    SECTION("released") {
        reply(with_mac);
        d.hosts.dhcp(d.datagram(Dhcp6Message{.type = 8, .options = {}}
                                    .option(1, with_mac)
                                    .lease("fd00::7", 0)
                                    .message(),
                                546, 547, router, "fd00::99"));
        CHECK(d.who("fd00::7") == "fd00::7 -");
    }
}

TEST_CASE("a router's Ethernet address is not taken for that of the hosts behind it") {
    Directory d;
    d.use("02:b0:00:00:00:01,gateway,,\n02:a0:00:00:00:01,laptop-7,Sales,Paris\n");
    SECTION("frames of many inside hosts") {
        d.frame("10.0.0.7", router);
        d.frame("10.0.0.8", router);
        CHECK(d.who("10.0.0.7") == "10.0.0.7 -");
        CHECK(d.who("10.0.0.8") == "10.0.0.8 -");
        d.solicit("fd00::1", router);
        CHECK(d.who("fd00::1") == "fd00::1 -");
    }
    SECTION("of IPv6, more than a host with privacy addresses uses at a time") {
        for (const char* host : {"fd00::11", "fd00::12", "fd00::13", "fd00::14", "fd00::15"})
            d.frame(host, router);
        CHECK(d.who("fd00::11") == "fd00::11 -");
    }
    SECTION("it says so") {
        Octets advertisement;
        advertisement.bytes({134, 0, 0, 0, 64, 0, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0});
        Packet packet = d.datagram(std::move(advertisement), 0, 0, router, "fe80::1");
        packet.on_link = OnLink::neighbour_discovery;
        d.hosts.neighbour(packet);
        d.frame("10.0.0.7", router);
        d.solicit("fd00::1", router);
        CHECK(d.who("10.0.0.7") == "10.0.0.7 -");
        CHECK(d.who("fd00::1") == "fd00::1 -");
    }
    SECTION("a machine of the list that bears its own is known by its frames") {
        d.frame("10.0.0.7", laptop);
        d.frame("fd00::7", laptop);
        CHECK(d.who("10.0.0.7") == "mac:02:a0:00:00:00:01 laptop-7");
        CHECK(d.who("fd00::7") == "mac:02:a0:00:00:00:01 laptop-7");
        d.frame("10.0.0.9", tablet);  // not of the list
        CHECK(d.who("10.0.0.9") == "10.0.0.9 -");
    }
    SECTION("and may change its address after a while") {
        d.frame("10.0.0.7", laptop);
        d.now += 400 * second;
        d.frame("10.0.9.7", laptop);
        CHECK(d.who("10.0.9.7") == "mac:02:a0:00:00:00:01 laptop-7");
    }
}

TEST_CASE("forged addresses make the directory forget, not grow") {
    Scope scope;
    HostDirectory hosts(scope, 64);
    Directory d;
    for (std::uint32_t i = 0; i < 10'000; ++i) {
        const std::string source =
            "10.9." + std::to_string(i / 250) + "." + std::to_string(i % 250);
        Octets message =
            Dhcp4Message{.type = 5, .client = bytes_of(laptop + i), .given = source, .options = {}}
                .seconds_option(51, 3600)
                .address_option(54, "10.0.0.1")
                .option(12, "forged")
                .message();
        hosts.dhcp(d.datagram(std::move(message), 67, 68, router, "10.0.0.1"));
        d.kept.clear();
    }
    CHECK(hosts.evicted() == 2 * 10'000 - 64 - 4 * 64);
}
