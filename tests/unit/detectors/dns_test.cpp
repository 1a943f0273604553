#include "detectors/dns.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/packets.hpp"
#include "tools/trafgen/messages.hpp"

using namespace umbra;
using trafgen::Message;
using trafgen::Octets;
using Kind = DnsResult::Kind;

namespace {

// A response to a question for `name` (already in wire form), with the records that `write`
// appends.
template <typename Write>
Message response(std::string_view name, int answers, Write write, std::uint16_t flags = 0x8180) {
    Octets out;
    out.u16(1);
    out.u16(flags);
    out.u16(1);
    out.u16(static_cast<std::uint64_t>(answers));
    out.u32(0);
    out.text(name);
    out.u8(0);
    out.u16(1);
    out.u16(1);
    write(out);
    return out.take();
}

void record(Octets& out, Message owner, int type, std::uint32_t lifetime, Message data,
            int record_class = 1) {
    out.bytes(owner);
    out.u16(static_cast<std::uint64_t>(type));
    out.u16(static_cast<std::uint64_t>(record_class));
    out.u32(lifetime);
    out.with_length(2, [&] { out.bytes(data); });
}

Message wire(std::string_view text) {
    return {text.begin(), text.end()};
}

const Message to_question{0xc0, 12};
constexpr std::string_view claude = "\6claude\2ai";
constexpr int a = 1, cname = 5, aaaa = 28;

}  // namespace

TEST_CASE("A and AAAA answers, as trafgen writes them") {
    for (const char* text : {"203.0.113.9", "2001:db8::9"}) {
        for (const char* alias : {"", "edge.example.net"}) {
            const auto result =
                read_dns(trafgen::dns_answer(7, "ChatGPT.com", alias, test::address(text)));
            REQUIRE(result.kind == Kind::answer);
            REQUIRE(result.answer);
            CHECK(result.answer->question.view() == "chatgpt.com");
            REQUIRE(result.answer->found().size() == 1);
            CHECK(result.answer->found()[0].to_string() == text);
            CHECK(result.answer->lifetime == 300);
        }
    }
    const auto query = read_dns(trafgen::dns_query(7, "chatgpt.com", false));
    CHECK(query.kind == Kind::query);
    CHECK_FALSE(query.answer);
}

TEST_CASE("a chain of CNAME records leads to the addresses; the shortest lifetime counts") {
    const auto result = read_dns(response(claude, 5, [](Octets& out) {
        record(out, to_question, cname, 600, wire(std::string_view("\1x\7example\0", 11)));
        record(out, wire(std::string_view("\1X\7example\0", 11)), cname, 30,
               wire(std::string_view("\1y\7example\0", 11)));
        record(out, wire(std::string_view("\1y\7example\0", 11)), a, 90, {192, 0, 2, 1});
        record(out, wire(std::string_view("\1y\7example\0", 11)), a, 90, {192, 0, 2, 2});
        record(out, wire(std::string_view("\5other\7example\0", 15)), a, 5,
               {192, 0, 2, 66});  // of nobody in the chain
    }));
    REQUIRE(result.answer);
    CHECK(result.answer->question.view() == "claude.ai");
    CHECK(result.answer->lifetime == 30);
    REQUIRE(result.answer->found().size() == 2);
    CHECK(result.answer->found()[1].to_string() == "192.0.2.2");
}

TEST_CASE("answers that name no address of a host name") {
    CHECK_FALSE(read_dns(response(claude, 0, [](Octets&) {})).answer);
    CHECK_FALSE(read_dns(response(
                             claude, 1,
                             [](Octets& out) {
                                 record(out, to_question, a, 1, {192, 0, 2, 1});
                             },
                             0x8183))
                    .answer);
    CHECK_FALSE(read_dns(response(claude, 1, [](Octets& out) {
                    record(out, to_question, a, 1, {192, 0, 2, 1}, 3);
                })).answer);
    CHECK_FALSE(read_dns(response(claude, 1, [](Octets& out) {
                    record(out, to_question, a, 1, {192, 0, 2});
                })).answer);
    CHECK_FALSE(read_dns(response("\4a\xff!b", 1, [](Octets& out) {
                    record(out, to_question, a, 1, {192, 0, 2, 1});
                })).answer);
}

TEST_CASE("compression pointers that loop, point forward or out are refused") {
    const auto kind_with_owner = [](Message owner) {
        return read_dns(response(claude, 1,
                                 [&](Octets& out) { record(out, owner, aaaa, 1, Message(16, 1)); }))
            .kind;
    };
    const std::size_t owner_at = 12 + 10 + 1 + 4;
    CHECK(kind_with_owner({0xc0, static_cast<std::uint8_t>(owner_at)}) ==
          Kind::malformed);  // itself
    CHECK(kind_with_owner({0xc0, static_cast<std::uint8_t>(owner_at + 4)}) ==
          Kind::malformed);                                   // forward
    CHECK(kind_with_owner({0xff, 0xff}) == Kind::malformed);  // out
    CHECK(kind_with_owner({1, 'a', 0xc0, static_cast<std::uint8_t>(owner_at)}) ==
          Kind::malformed);                                // a loop of labels
    CHECK(kind_with_owner({0x80, 0}) == Kind::malformed);  // reserved
    CHECK(kind_with_owner({0xc0, 12}) == Kind::answer);
}

TEST_CASE("a message cut at any byte, or that counts more records than it has, is no answer") {
    const Message whole =
        trafgen::dns_answer(7, "chatgpt.com", "edge.example.net", test::address("192.0.2.1"));
    for (std::size_t length = 0; length < whole.size(); ++length) {
        const Message part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
        CHECK_FALSE(read_dns(part).answer);
    }
    Message lie = whole;
    lie[7] = 200;
    CHECK(read_dns(lie).kind == Kind::malformed);
    CHECK(read_dns(Message(40, 0xff)).kind == Kind::not_dns);
    CHECK(read_dns(Message(40, 0)).kind == Kind::not_dns);
}

TEST_CASE("more addresses than there is room for") {
    const auto result = read_dns(response(claude, 60, [](Octets& out) {
        for (std::uint8_t i = 0; i < 60; ++i)
            record(out, to_question, a, 1, {192, 0, 2, i});
    }));
    REQUIRE(result.answer);
    CHECK(result.answer->found().size() == DnsAnswer::most_addresses);
}

namespace {

// An HTTPS record's data: priority 1, target `.`, ALPN, address hints, and an ECH configuration
// list (RFC 9849 section 4) whose public name is `public_name`.
Message service_binding(std::string_view public_name) {
    Octets ech;
    ech.with_length(2, [&] {
        ech.u16(0xfe0c);  // an older version: passed over
        ech.with_length(2, [&] { ech.fill(7, 1); });
        ech.u16(0xfe0d);
        ech.with_length(2, [&] {
            ech.u8(17);
            ech.u16(0x20);
            ech.with_length(2, [&] { ech.fill(32, 5); });
            ech.with_length(2, [&] { ech.u32(0x00010001); });
            ech.u8(64);
            ech.with_length(1, [&] { ech.text(public_name); });
            ech.u16(0);
        });
    });
    Octets out;
    out.u16(1);
    out.u8(0);
    out.u16(1);
    out.with_length(2, [&] { out.text("\2h3"); });
    out.u16(4);
    out.with_length(2, [&] { out.bytes({203, 0, 113, 4, 203, 0, 113, 5}); });
    out.u16(5);
    out.with_length(2, [&] { out.bytes(ech.view()); });
    out.u16(6);
    out.with_length(2, [&] { out.bytes(test::address("2001:db8::6").bytes); });
    return out.take();
}

}  // namespace

TEST_CASE("an HTTPS record gives address hints and the outer name of encrypted hellos") {
    const Message data = service_binding("cloudflare-ech.com");
    for (const std::string_view question :
         {claude, std::string_view("\5_8443\6_https\6claude\2ai")}) {
        const Message message =
            response(question, 1, [&](Octets& out) { record(out, to_question, 65, 300, data); });
        const auto result = read_dns(message);
        REQUIRE(result.answer);
        CHECK(result.answer->question.view() == "claude.ai");
        REQUIRE(result.answer->ech_public_name);
        CHECK(result.answer->ech_public_name->view() == "cloudflare-ech.com");
        REQUIRE(result.answer->found().size() == 3);
        CHECK(result.answer->found()[1].to_string() == "203.0.113.5");
        CHECK(result.answer->found()[2].to_string() == "2001:db8::6");
        CHECK(result.answer->lifetime == 300);
        for (std::size_t length = 0; length < message.size(); ++length) {
            const Message part(message.begin(),
                               message.begin() + static_cast<std::ptrdiff_t>(length));
            CHECK_FALSE(read_dns(part).answer);
        }
    }
}

TEST_CASE("an HTTPS record whose lengths lie is refused or gives less, never more") {
    const Message data = service_binding("cloudflare-ech.com");
    for (std::size_t at = 0; at < data.size(); ++at) {
        Message lie = data;
        lie[at] = 0xff;
        const auto result = read_dns(
            response(claude, 1, [&](Octets& out) { record(out, to_question, 65, 300, lie); }));
        if (result.answer) CHECK(result.answer->found().size() <= 5);
    }
    const Message alias{0, 0, 0};
    CHECK_FALSE(read_dns(response(claude, 1, [&](Octets& out) {
                    record(out, to_question, 65, 300, alias);
                })).answer);
}
