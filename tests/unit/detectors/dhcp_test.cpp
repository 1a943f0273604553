#include "detectors/dhcp.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "tests/unit/detectors/dhcp_messages.hpp"

using namespace umbra;
using test::Dhcp4Message;
using test::Dhcp6Message;
using test::Octets;

namespace {

std::string name_in(const std::optional<HostName>& name) {
    return name ? std::string(name->view()) : "none";
}

}  // namespace

TEST_CASE("an acknowledgment says who is given which address for how long") {
    const Octets message = Dhcp4Message{.type = 5, .given = "10.1.2.3", .options = {}}
                               .seconds_option(51, 86400)
                               .address_option(54, "10.1.0.1")
                               .option(12, "LAPTOP-7")
                               .message();
    const auto dhcp = read_dhcp4(message.view());
    REQUIRE(dhcp);
    CHECK(dhcp->type == Dhcp4::Type::ack);
    CHECK(dhcp->client.to_string() == "02:a0:00:00:00:01");
    CHECK(dhcp->given == test::address("10.1.2.3"));
    CHECK_FALSE(dhcp->has);
    CHECK(dhcp->lease == 86400U);
    CHECK(dhcp->names_server);
    CHECK(name_in(dhcp->name) == "laptop-7");
}

TEST_CASE("a request names its client and the address that it wants or has") {
    const Octets message = Dhcp4Message{.type = 3, .has = "10.1.2.3", .options = {}}
                               .address_option(50, "10.1.2.4")
                               .message();
    const auto dhcp = read_dhcp4(message.view());
    REQUIRE(dhcp);
    CHECK(dhcp->type == Dhcp4::Type::request);
    CHECK(dhcp->has == test::address("10.1.2.3"));
    CHECK(dhcp->asked == test::address("10.1.2.4"));
    CHECK_FALSE(dhcp->given);
    CHECK_FALSE(dhcp->lease);
    CHECK_FALSE(dhcp->names_server);
    CHECK_FALSE(dhcp->name);
}

TEST_CASE("a client's full name is worth more than its short one, in either order and encoding") {
    Octets labels;
    labels.bytes({0x05, 0, 0, 8});
    labels.text("laptop-7");
    labels.u8(4);
    labels.text("corp");
    labels.bytes({7});
    labels.text("example");
    labels.u8(0);
    const Octets before =
        Dhcp4Message{.type = 3, .options = {}}.option(81, labels.view()).option(12, "x").message();
    CHECK(name_in(read_dhcp4(before.view())->name) == "laptop-7.corp.example");
    const std::string ascii("\x01\0\0laptop-8.corp.example", 24);
    const Octets after =
        Dhcp4Message{.type = 3, .options = {}}.option(12, "x").option(81, ascii).message();
    CHECK(name_in(read_dhcp4(after.view())->name) == "laptop-8.corp.example");
    SECTION("what is no host name is no name") {
        const Octets message = Dhcp4Message{.type = 3, .options = {}}
                                   .option(81, std::string_view("\0\0\0<script>", 11))
                                   .option(12, "=cmd|calc")
                                   .message();
        CHECK_FALSE(read_dhcp4(message.view())->name);
    }
}

TEST_CASE("what is no DHCP message of an Ethernet client is none") {
    const Octets good = Dhcp4Message{.type = 5, .given = "10.1.2.3", .options = {}}.message();
    const auto changed = [&](std::size_t at, std::uint8_t value) {
        std::vector<std::uint8_t> bytes(good.view().begin(), good.view().end());
        bytes[at] = value;
        return read_dhcp4(bytes).has_value();
    };
    CHECK(changed(4, 9));          // the transaction
    CHECK_FALSE(changed(1, 6));    // not Ethernet
    CHECK_FALSE(changed(236, 0));  // the cookie
    CHECK_FALSE(changed(28, 1));   // a group's address
    CHECK_FALSE(changed(242, 9));  // no such type
    for (std::size_t length = 0; length < 243; ++length)
        CHECK_FALSE(read_dhcp4(good.view().first(length)));
}

TEST_CASE("DHCPv6: a reply gives addresses to a client that its identifier tells") {
    const std::array<std::uint8_t, 10> link_layer{0, 3, 0, 1, 2, 0xa0, 0, 0, 0, 5};
    const Octets message = Dhcp6Message{.type = 7, .options = {}}
                               .option(1, link_layer)
                               .lease("fd00::1234", 7200)
                               .lease("fd00::5678", 0)
                               .message();
    const auto dhcp = read_dhcp6(message.view());
    REQUIRE(dhcp);
    CHECK(dhcp->type == Dhcp6::Type::reply);
    CHECK_FALSE(dhcp->by_client());
    CHECK_FALSE(dhcp->relayed);
    CHECK(dhcp->client_id.size() == 10);
    CHECK(dhcp->in_client_id.to_string() == "02:a0:00:00:00:05");
    REQUIRE(dhcp->found().size() == 2);
    CHECK(dhcp->found()[0].address == test::address("fd00::1234"));
    CHECK(dhcp->found()[0].valid == 7200);
    CHECK(dhcp->found()[1].valid == 0);
}

TEST_CASE("DHCPv6: a client's name, a temporary address, and identifiers of other kinds") {
    Octets name;
    name.bytes({0, 8});
    name.text("Tablet-3");
    Octets temporary;
    temporary.u32(2);
    temporary.u16(5);
    temporary.u16(24);
    temporary.bytes(test::address("fd00::9").bytes);
    temporary.u32(100);
    temporary.u32(200);
    const std::array<std::uint8_t, 14> with_time{0, 1, 0, 1, 1, 2, 3, 4, 2, 0xa0, 0, 0, 0, 6};
    const Octets message = Dhcp6Message{.type = 3, .options = {}}
                               .option(1, with_time)
                               .option(39, name.view())
                               .option(4, temporary.view())
                               .message();
    const auto dhcp = read_dhcp6(message.view());
    REQUIRE(dhcp);
    CHECK(dhcp->by_client());
    CHECK(dhcp->in_client_id.to_string() == "02:a0:00:00:00:06");
    CHECK(name_in(dhcp->name) == "tablet-3");
    REQUIRE(dhcp->found().size() == 1);
    CHECK(dhcp->found()[0].valid == 200);
    const std::array<std::uint8_t, 18> uuid{0, 4, 1, 2, 3};
    const Octets other = Dhcp6Message{.type = 1, .options = {}}.option(1, uuid).message();
    CHECK_FALSE(read_dhcp6(other.view())->in_client_id.known());
}

TEST_CASE("DHCPv6: out of the hands of relays, with what the first of them says of the client") {
    const std::array<std::uint8_t, 4> id{0, 2, 0, 0};
    const std::array<std::uint8_t, 6> client{2, 0xa0, 0, 0, 0, 7};
    const Octets message = Dhcp6Message{.type = 5, .options = {}}.option(1, id).message();
    const Octets once = test::relayed(message.view(), 12, client);
    const Octets twice = test::relayed(once.view());
    const auto dhcp = read_dhcp6(twice.view());
    REQUIRE(dhcp);
    CHECK(dhcp->relayed);
    CHECK(dhcp->type == Dhcp6::Type::renew);
    CHECK(dhcp->said_by_relay.to_string() == "02:a0:00:00:00:07");
    Octets deep = twice;
    for (int i = 0; i < 8; ++i)
        deep = test::relayed(deep.view());
    CHECK_FALSE(read_dhcp6(deep.view()));
}

TEST_CASE("DHCP messages that are cut or changed anywhere do no harm") {
    const std::array<std::uint8_t, 10> id{0, 3, 0, 1, 2, 0xa0, 0, 0, 0, 5};
    const Octets inner =
        Dhcp6Message{.type = 7, .options = {}}.option(1, id).lease("fd00::1", 60).message();
    const Octets v6 = test::relayed(inner.view(), 13);
    const Octets v4 =
        Dhcp4Message{.type = 5, .given = "10.1.2.3", .options = {}}.option(12, "name").message();
    std::mt19937 random(1);
    for (int round = 0; round < 20'000; ++round) {
        for (const Octets* message : {&v4, &v6}) {
            std::vector<std::uint8_t> bytes(message->view().begin(), message->view().end());
            bytes.resize(random() % (bytes.size() + 1));
            if (!bytes.empty())
                bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
            bytes.shrink_to_fit();
            read_dhcp4(bytes);
            if (const auto dhcp = read_dhcp6(bytes)) REQUIRE(dhcp->lease_count <= 8);
        }
    }
}
