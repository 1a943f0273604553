#include "daemon/store/privacy_note.hpp"

#include <catch2/catch.hpp>

#include "daemon/store/writer.hpp"
#include "tests/unit/folder.hpp"
#include "tests/unit/usage/catalogue.hpp"

using namespace umbra;
using store::PrivacyNote;

TEST_CASE("a database keeps its hosts in one way and under one key") {
    const test::Folder folder;
    const std::string path = folder / "umbra.db";
    const PrivacyNote clear, one{"hmac", "1111111111111111"}, other{"hmac", "2222222222222222"};
    // While there are no hosts, everything is open.
    store::keep_to(clear, path);
    store::keep_to(other, path);
    store::keep_to(one, path);
    CHECK(store::read_privacy_note(path) == one);

    store::Writer writer(path, "paris", test::small_catalogue());
    ClosedWindow window{.begin = 0, .end = 300 * second, .usage = {}, .coverage = {}};
    Usage usage;
    usage.catalogue = std::make_shared<const Catalogue>(test::small_catalogue());
    usage.identity.key = usage.identity.address = "h:aaaa";
    window.usage.push_back(usage);
    writer.write(window);
    store::keep_to(one, path);
    CHECK(test::failure_of([&] { store::keep_to(other, path); }) ==
          path +
              ": its hosts are kept hmac under key 1111111111111111, and now they should be hmac "
              "under key 2222222222222222; begin a new database for that");
    CHECK(test::failure_of([&] { store::keep_to(clear, path); }).find("should be clear") !=
          std::string::npos);
    CHECK(store::read_privacy_note(path) == one);
}

TEST_CASE("a database without a note keeps its hosts in the clear") {
    const test::Folder folder;
    store::Writer(folder / "umbra.db", "paris", test::small_catalogue());
    CHECK(store::read_privacy_note(folder / "umbra.db") == PrivacyNote{});
}
