#include "detectors/ja4.hpp"

#include <catch2/catch.hpp>

#include "detectors/tls.hpp"
#include "tests/unit/detectors/hellos.hpp"

using namespace umbra;
using test::Message;
using test::Octets;

namespace {

// A hello by the lists that JA4's raw form shows.
struct Offer {
    std::vector<int> suites, extensions, algorithms;
    std::string_view alpn = "h2";
    std::vector<int> versions = {0x0304, 0x0303};
    std::uint16_t legacy_version = 0x0303;

    Message message() const {
        Octets out;
        const auto values = [&](const std::vector<int>& list, std::size_t width) {
            out.with_length(width, [&] {
                for (const int value : list)
                    out.u16(static_cast<std::uint64_t>(value));
            });
        };
        out.u8(1);
        out.with_length(3, [&] {
            out.u16(legacy_version);
            out.fill(32, 7);
            out.u8(0);
            if (legacy_version >> 8 == 0xfe) out.u8(0);
            values(suites, 2);
            out.with_length(1, [&] { out.u8(0); });
            out.with_length(2, [&] {
                for (const int type : extensions) {
                    out.u16(static_cast<std::uint64_t>(type));
                    out.with_length(2, [&] {
                        if (type == 0x000d) values(algorithms, 2);
                        if (type == 0x002b) values(versions, 1);
                        if (type == 0x0010) {
                            out.with_length(2,
                                            [&] { out.with_length(1, [&] { out.text(alpn); }); });
                        }
                    });
                }
            });
        });
        return out.take();
    }
    std::string ja4(char transport = 't') const {
        const auto shape = HelloShape::of(message());
        return shape ? umbra::ja4(*shape, transport) : "none";
    }
};

// The example of github.com/FoxIO-LLC/ja4, technical_details/JA4.md (version of June 2024): Chrome,
// in the original order of its JA4_ro, here with GREASE where Chrome puts it.
const Offer chrome{{0x4a4a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8,
                    0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035},
                   {0x1a1a, 0x001b, 0x0000, 0x0033, 0x0010, 0x4469, 0x0017, 0x002d, 0x000d, 0x0005,
                    0x0023, 0x0012, 0x002b, 0xff01, 0x000b, 0x000a, 0x0015, 0xdada},
                   {0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601},
                   "h2",
                   {0xfafa, 0x0304, 0x0303}};

// Firefox 120, by the JA4_r that Wireshark's plugin of the same project shows for its hello.
const Offer firefox{
    {0x1301, 0x1303, 0x1302, 0xc02b, 0xc02f, 0xcca9, 0xcca8, 0xc02c, 0xc030, 0xc00a, 0xc009, 0xc013,
     0xc014, 0x009c, 0x009d, 0x002f, 0x0035},
    {0x0000, 0x0017, 0xff01, 0x000a, 0x000b, 0x0023, 0x0010, 0x0005, 0x0022, 0x0033, 0x002b, 0x000d,
     0x002d, 0x001c, 0xfe0d},
    {0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201}};

}  // namespace

TEST_CASE("JA4 of published hellos") {
    CHECK(chrome.ja4() == "t13d1516h2_8daaf6152771_e5627efa2ab1");
    CHECK(firefox.ja4() == "t13d1715h2_5b57614c22b0_5c2c66f702b0");
    // The same page: without signature algorithms the hash is of the extensions alone.
    Offer without = chrome;
    without.algorithms = {};
    CHECK(without.ja4() == "t13d1516h2_8daaf6152771_6d807ffa2a79");
}

TEST_CASE("JA4 of QUIC and DTLS, of addresses, and of hellos that offer nothing") {
    // Its README: the suites of Chrome's QUIC hellos.
    const Offer quic{{0x1301, 0x1302, 0x1303}, {0x0000, 0x0010, 0x002b}, {}, "h3", {0x0304}};
    CHECK(quic.ja4('q').starts_with("q13d0303h3_55b375c5d22e_"));
    Offer address = quic;
    std::erase(address.extensions, 0);
    CHECK(address.ja4('q').starts_with("q13i0302h3_55b375c5d22e_"));
    const Offer datagrams{{0x1301}, {0x002b}, {}, "", {0xfefc, 0xfefd}, 0xfefd};
    CHECK(datagrams.ja4('d').starts_with("dd3i010100_"));
    Offer old = datagrams;
    old.extensions = {};
    CHECK(old.ja4('d').starts_with("dd2i010000_"));
    const Offer nothing{{}, {}, {}};
    CHECK(nothing.ja4() == "t12i000000_000000000000_000000000000");
}

TEST_CASE("JA4 writes the first protocol's ends, or those of its hexadecimal form") {
    const auto written = [](std::string_view alpn) {
        Offer offer = chrome;
        offer.alpn = alpn;
        return offer.ja4().substr(8, 2);
    };
    CHECK(written("http/1.1") == "h1");
    CHECK(written("x") == "xx");
    CHECK(written("") == "00");
    // The examples of technical_details/JA4.md.
    CHECK(written("\xab") == "ab");
    CHECK(written("\xab\xcd") == "ad");
    CHECK(written("\x30\xab") == "3b");
    CHECK(written("\x30\x31\xab\xcd") == "3d");
    CHECK(written("\x30\xab\xcd\x31") == "01");
}

TEST_CASE("a hello that is cut off or offers too much has no fingerprint") {
    const Message whole = chrome.message();
    for (std::size_t length = 0; length < whole.size(); ++length)
        CHECK_FALSE(HelloShape::of(Bytes(whole).first(length)));
    CHECK(HelloShape::of(whole));
    Offer many = chrome;
    many.suites.assign(129, 0x1301);
    CHECK(many.ja4() == "none");
    many.suites.assign(128, 0x1301);
    CHECK(many.ja4().starts_with("t13d9916h2_"));
}

TEST_CASE("browsers are told from what scripts are written with") {
    const auto of_browser = [](const Offer& offer) {
        return HelloShape::of(offer.message()).value().of_browser();
    };
    CHECK(of_browser(chrome));
    CHECK(of_browser(firefox));
    Offer websocket = chrome;
    websocket.alpn = "http/1.1";
    CHECK(of_browser(websocket));
    // Node 24 offers Firefox's suites, and not its extensions.
    Offer node = firefox;
    node.alpn = "http/1.1";
    std::erase(node.extensions, 0x0022);
    CHECK_FALSE(of_browser(node));
    Offer old = chrome;
    old.versions = {0xfafa, 0x0303};
    CHECK_FALSE(of_browser(old));
}

TEST_CASE("every way to read a hello gives its shape") {
    trafgen::Random random(1);
    const Message hello = trafgen::client_hello(random, "claude.ai", false);
    const std::string expected = ja4(HelloShape::of(hello).value(), 't');
    for (const std::size_t record : {16384U, 300U}) {
        const Message records = trafgen::tls_records(hello, record);
        const Detection found = detect_tls(records);
        REQUIRE(found.hello);
        CHECK(ja4(*found.hello, 't') == expected);
        CHECK_FALSE(detect_tls(Bytes(records).first(records.size() - 1)).hello);
    }
}
