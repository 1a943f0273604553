#include "daemon/store/scrub.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "tests/unit/folder.hpp"

using namespace umbra;

namespace {

std::string read(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string key_of(int i) {
    return fmt::format("{:08x}.key", 2654435761U * static_cast<unsigned>(i + 1));
}

std::ptrdiff_t keys_in(const std::string& bytes, const std::vector<int>& numbers) {
    return std::ranges::count_if(numbers,
                                 [&](int i) { return bytes.find(key_of(i)) != std::string::npos; });
}

}  // namespace

TEST_CASE("no copy of a deleted row stays in free space, and every other row stays as it is") {
    const test::Folder folder;
    const std::string path = folder / "some.db";
    SQLite::Database database(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    database.exec(
        "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;"
        "PRAGMA secure_delete = ON;"
        "CREATE TABLE hosts (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, name TEXT);"
        "CREATE TABLE sums (start INTEGER, key TEXT, value INTEGER, PRIMARY KEY (start, key)) "
        "WITHOUT ROWID;"
        "CREATE TABLE long (id INTEGER PRIMARY KEY, text TEXT)");
    // Insertions and deletions in no order, so that pages are split and joined; rows of several
    // pages among them.
    std::mt19937 random(1);
    std::vector<int> kept, gone;
    for (int i = 0; i < 5000; ++i) {
        database.exec(
            fmt::format("INSERT INTO hosts (key, name) VALUES ('{0}', 'pc-{0}'); "
                        "INSERT INTO sums VALUES ({1}, '{0}', {1});",
                        key_of(i), random() % 20));
        if (i % 500 == 0)
            database.exec(fmt::format("INSERT INTO long (text) VALUES (hex(zeroblob({})))", 5 * i));
        kept.push_back(i);
        if (i % 2 == 0) continue;
        const auto place = kept.begin() + static_cast<std::ptrdiff_t>(random() % kept.size());
        database.exec(
            fmt::format("DELETE FROM hosts WHERE key = '{0}'; "
                        "DELETE FROM sums WHERE key = '{0}'",
                        key_of(*place)));
        gone.push_back(*place);
        kept.erase(place);
    }
    database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    REQUIRE(keys_in(read(path), gone) > 0);
    const auto sums = [&] {
        return database
            .execAndGet(
                "SELECT (SELECT group_concat(id || key || name) FROM hosts) || "
                "(SELECT group_concat(start || key || value) FROM sums) || "
                "(SELECT sum(length(text)) FROM long)")
            .getString();
    };
    const std::string before = sums();
    const auto size = read(path).size();

    int calls = 1;
    for (std::uint32_t page = store::scrub(database, 1, 100); page != 0; ++calls)
        page = store::scrub(database, page, 100);
    CHECK(calls == static_cast<int>((size / 4096 + 99) / 100));
    const std::string after = read(path);
    CHECK(after.size() == size);
    CHECK(keys_in(after, gone) == 0);
    CHECK(keys_in(after, kept) == static_cast<std::ptrdiff_t>(kept.size()));
    CHECK(sums() == before);
    CHECK(database.execAndGet("PRAGMA integrity_check").getString() == "ok");
    // What the connection remembered of the pages does not come back with the next change.
    database.exec("UPDATE sums SET value = value + 1; PRAGMA wal_checkpoint(TRUNCATE)");
    CHECK(keys_in(read(path), gone) == 0);
    SQLite::Database other(path);
    CHECK(other.execAndGet("PRAGMA integrity_check").getString() == "ok");
}

TEST_CASE("a file without pointer maps is left alone") {
    const test::Folder folder;
    SQLite::Database database((folder / "plain.db").string(),
                              SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    database.exec("CREATE TABLE t (x); INSERT INTO t VALUES (1)");
    const std::string before = read(folder / "plain.db");
    CHECK(store::scrub(database, 1, 100) == 0);
    CHECK(read(folder / "plain.db") == before);
}
