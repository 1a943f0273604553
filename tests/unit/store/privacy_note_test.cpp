#include "daemon/store/privacy_note.hpp"

#include <catch2/catch.hpp>

#include "daemon/store/writer.hpp"
#include "tests/unit/folder.hpp"
#include "tests/unit/usage/catalogue.hpp"

using namespace umbra;
using store::PrivacyNote;

namespace {

void keep_to(const PrivacyNote& note, const std::string& path) {
    SQLite::Database database = store::open_for_writing(path);
    store::keep_to(note, database, path);
}

}  // namespace

TEST_CASE("a database keeps its hosts in one way and under one key") {
    const test::Folder folder;
    const std::string path = folder / "umbra.db";
    const PrivacyNote clear, one{"hmac", "1111111111111111"}, other{"hmac", "2222222222222222"};
    // While there are no hosts, everything is open.
    keep_to(clear, path);
    keep_to(other, path);
    keep_to(one, path);
    CHECK(store::read_privacy_note(path) == one);

    store::Writer writer(path, {.sensor = "paris", .privacy = one});
    ClosedWindow window{.begin = 0, .end = 300 * second, .usage = {}, .coverage = {}};
    Usage usage;
    usage.catalogue = std::make_shared<const Catalogue>(test::small_catalogue());
    usage.identity.key = usage.identity.address = "h:aaaa";
    window.usage.push_back(usage);
    writer.write(window);
    keep_to(one, path);
    CHECK(test::failure_of([&] { keep_to(other, path); }) ==
          path +
              ": its hosts are kept hmac under key 1111111111111111, and now they should be hmac "
              "under key 2222222222222222; begin a new database for that");
    CHECK(test::failure_of([&] { keep_to(clear, path); }).find("should be clear") !=
          std::string::npos);
    CHECK(store::read_privacy_note(path) == one);
    CHECK(test::failure_of([&] { store::Writer(path, {.privacy = other}); }).find("begin a new") !=
          std::string::npos);
    // A file that is made in the place of a lost one keeps them in the same way.
    std::filesystem::remove(path);
    writer.write(window);
    CHECK(store::read_privacy_note(path) == one);
}

TEST_CASE("a database without a note keeps its hosts in the clear") {
    const test::Folder folder;
    store::Writer(folder / "umbra.db", {.sensor = "paris"});
    CHECK(store::read_privacy_note(folder / "umbra.db") == PrivacyNote{});
}
