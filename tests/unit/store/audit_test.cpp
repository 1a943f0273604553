#include "daemon/store/audit.hpp"

#include <catch2/catch.hpp>

#include "daemon/store/writer.hpp"
#include "tests/unit/folder.hpp"

using namespace umbra;

TEST_CASE("the audit is added to, and the database refuses every other change of it") {
    const test::Folder folder;
    const std::string path = folder / "umbra.db";
    const store::Writer writer(path, {.sensor = "paris"});
    CHECK(store::read_audit(path).empty());
    store::add_to_audit(path, {100, "alice (1000)", "resolve", "h:aaaa", "incident 7"});
    store::add_to_audit(path, {200, "root (0)", "forget", "host 3", "request 9"});

    SQLite::Database database(path, SQLite::OPEN_READWRITE);
    for (const char* change :
         {"UPDATE audit SET reason = 'none'", "UPDATE audit SET id = 9 WHERE id = 1",
          "DELETE FROM audit", "DELETE FROM audit WHERE id = 2",
          "INSERT OR REPLACE INTO audit VALUES (1, 1, 'x', 'x', 'x', 'x')",
          "REPLACE INTO audit SELECT id, 1, 'x', 'x', 'x', 'x' FROM audit",
          "INSERT INTO audit VALUES (2, 1, 'x', 'x', 'x', 'x') ON CONFLICT DO UPDATE SET time = "
          "3"}) {
        INFO(change);
        CHECK(test::failure_of([&] { database.exec(change); }).find("only added to") !=
              std::string::npos);
    }
    const auto entries = store::read_audit(path);
    REQUIRE(entries.size() == 2);
    CHECK(entries[0].time == 100);
    CHECK(entries[0].actor == "alice (1000)");
    CHECK(entries[0].action == "resolve");
    CHECK(entries[0].subject == "h:aaaa");
    CHECK(entries[0].reason == "incident 7");
    CHECK(entries[1].actor == "root (0)");
}

TEST_CASE("the audit of a database that is not there makes none") {
    const test::Folder folder;
    CHECK(test::failure_of([&] {
              store::add_to_audit(folder / "none.db", {});
          }).find("no such database") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(folder / "none.db"));
}
