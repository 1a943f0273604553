#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "daemon/store/reader.hpp"
#include "daemon/store/writer.hpp"
#include "tests/unit/folder.hpp"
#include "tests/unit/store/reports.hpp"
#include "tests/unit/store/windows.hpp"

using namespace umbra;
using store::Period;
using test::start;
using test::window_at;

TEST_CASE("what was written is read back, over several openings") {
    const test::Folder folder;
    const std::string path = folder / "umbra.db";
    {
        store::Writer writer(path, {.sensor = "paris"});
        CHECK_FALSE(writer.last_window_end());
        writer.write(window_at(start, {{"10.0.0.1", 100}, {"10.0.0.2", 50}}));
    }
    store::Writer writer(path, {.sensor = "paris"});
    CHECK(writer.last_window_end() == start + 300);
    writer.write(window_at(start + 300, {{"10.0.0.1", 7}}));

    store::Reader reader(path);
    CHECK(reader.sensor() == "paris");
    REQUIRE(reader.extent());
    CHECK(reader.extent()->since == start);
    CHECK(reader.extent()->until == start + 600);
    const Period all{start, start + 600};
    const auto hosts = test::hosts(reader, all);
    REQUIRE(hosts.size() == 2);
    CHECK(hosts[0].name == "10.0.0.1");
    CHECK(hosts[0].bytes_out == 107);
    CHECK(hosts[0].bytes_in == 1070);
    CHECK(hosts[0].flows == 2);
    CHECK(hosts[0].last_seen == start + 600);
    const auto services = test::services(reader, {start, start + 300});
    REQUIRE(services.size() == 1);
    CHECK(services[0].name == "anthropic.claude");
    CHECK(services[0].hosts == 2);
    CHECK(services[0].bytes_out == 150);
    CHECK(services[0].words.sovereignty == "us");
    CHECK(store::evidence_list(services[0].evidence) == "sni");
    CHECK(test::total(reader, {start + 300, start + 600}).bytes_out == 7);
    CHECK(test::total(reader, {0, start}).hosts == 0);
    for (const auto& metric : reader.coverage(all)) {
        if (metric.name == "drops_kernel") CHECK(metric.value == 6);
    }
    std::vector<std::int64_t> ids;
    reader.records_after(
        1, [&](const store::UsageRecord& record) { ids.push_back(record.record_id); });
    CHECK(ids == std::vector<std::int64_t>{2, 3});
}

TEST_CASE("each row keeps the catalogue that named it, also where it changed within a window") {
    const test::Folder folder;
    const std::string path = folder / "umbra.db";
    Catalogue changed = test::small_catalogue();
    changed.version = "newer";
    changed.services[0].name = "Claude of later";
    {
        store::Writer writer(path, {});
        ClosedWindow window = window_at(start, {{"10.0.0.1", 100}, {"10.0.0.2", 50}});
        window.usage[1].catalogue = std::make_shared<const Catalogue>(changed);
        writer.write(window);
    }
    std::vector<std::pair<std::string, std::string>> rows;
    store::Reader(path).records_after(0, [&](const store::UsageRecord& record) {
        rows.emplace_back(record.service_name, record.catalogue_version);
    });
    CHECK(rows == std::vector<std::pair<std::string, std::string>>{{"Claude", "test"},
                                                                   {"Claude of later", "newer"}});
}

TEST_CASE("a window may have rows of many catalogues") {
    const test::Folder folder;
    store::Writer writer(folder / "umbra.db", {});
    for (int round = 0; round < 2; ++round) {
        ClosedWindow window = window_at(start + 300 * round, {});
        for (int i = 0; i < 20; ++i) {
            Catalogue changed = test::small_catalogue();
            changed.version = "edition " + std::to_string(i);
            window.usage.push_back(window_at(start, {{"10.0.0.1", 1}}).usage[0]);
            window.usage.back().catalogue = std::make_shared<const Catalogue>(changed);
        }
        writer.write(window);
    }
    std::vector<std::string> versions;
    store::Reader(folder / "umbra.db").records_after(0, [&](const store::UsageRecord& record) {
        versions.push_back(record.catalogue_version);
    });
    REQUIRE(versions.size() == 40);
    CHECK(versions[19] == "edition 19");
    CHECK(versions[20] == "edition 0");
}

TEST_CASE("candidates add up over windows") {
    const test::Folder folder;
    const std::string path = folder / "umbra.db";
    store::Writer writer(path, {});
    ClosedWindow window = window_at(start, {});
    writer.write(window);
    const Period all{start, start + 900};
    CHECK(store::Reader(path).candidates(all).empty());
    window.candidates = {{"new.ai", "top ai", 2, 5}, {"other.ai", "top ai", 3, 1}};
    writer.write(window);
    window = window_at(start + 600, {});
    window.candidates = {{"new.ai", "top ai", 4, 7}};
    writer.write(window);

    const auto found = store::Reader(path).candidates(all);
    REQUIRE(found.size() == 2);
    CHECK(found[0].name == "new.ai");
    CHECK(found[0].hosts == 4);
    CHECK(found[0].flows == 12);
    CHECK(found[0].first_seen == start);
    CHECK(found[0].last_seen == start + 900);
    CHECK(found[1].name == "other.ai");
    CHECK(store::Reader(path).candidates({start + 300, start + 900}).size() == 1);
}

TEST_CASE("hosts that serve more than the AI service are left out of the totals, and said") {
    const test::Folder folder;
    const std::string path = folder / "umbra.db";
    store::Writer writer(path, {});
    ClosedWindow window = window_at(start, {{"10.0.0.1", 100}, {"10.0.0.2", 50}});
    window.usage[1].shared = true;
    writer.write(window);
    const auto [total, shared] = test::headline(path, {start, start + 300});
    CHECK(total.hosts == 1);
    CHECK(total.services == 1);
    CHECK(total.flows == 1);
    CHECK(total.bytes_out == 100);
    CHECK(total.bytes_in == 1000);
    CHECK(shared.flows == 1);
    CHECK(shared.bytes() == 550);
}

TEST_CASE("a database that cannot be used is refused in one sentence, by both sides") {
    const test::Folder folder;
    const auto refused = [&](const std::filesystem::path& path, const char* part) {
        for (const bool writing : {true, false}) {
            const std::string sentence = test::failure_of([&] {
                if (writing) {
                    store::Writer(path, {});
                } else {
                    store::Reader reader(path);
                }
            });
            INFO(sentence);
            CHECK(sentence.find(path.string()) != std::string::npos);
            CHECK(sentence.find(part) != std::string::npos);
        }
    };
    SECTION("a folder") {
        refused(folder.path(), "folder");
    }
    SECTION("no SQLite file") {
        refused(folder.write("text.db", std::string(4096, 'x')), "not an SQLite database");
    }
    SECTION("somebody else's SQLite file") {
        SQLite::Database(folder / "other.db", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
            .exec("CREATE TABLE t (x)");
        refused(folder / "other.db", "not one of umbra");
    }
    SECTION("a newer schema") {
        store::Writer(folder / "new.db", {});
        SQLite::Database(folder / "new.db", SQLite::OPEN_READWRITE)
            .exec("PRAGMA user_version = 999");
        refused(folder / "new.db", "newer");
    }
    SECTION("for reading: no such file, and it is not made") {
        CHECK(test::failure_of([&] { store::Reader reader(folder / "none.db"); }).find("no such") !=
              std::string::npos);
        CHECK_FALSE(std::filesystem::exists(folder / "none.db"));
    }
}

TEST_CASE("a window that cannot be written whole is not there at all") {
    const test::Folder folder;
    const std::string path = folder / "umbra.db";
    store::Writer writer(path, {});
    writer.write(window_at(start, {{"10.0.0.1", 1}}));
    SQLite::Database(path, SQLite::OPEN_READWRITE)
        .exec(
            "CREATE TRIGGER full BEFORE INSERT ON usage_window "
            "WHEN (SELECT count(*) FROM usage_window) >= 2 "
            "BEGIN SELECT RAISE(FAIL, 'disk full'); END");
    CHECK_FALSE(test::failure_of([&] {
                    writer.write(window_at(start + 300, {{"10.0.0.1", 1}, {"10.0.0.2", 1}}));
                }).empty());
    store::Reader reader(path);
    CHECK(reader.extent()->until == start + 300);
    CHECK(test::total(reader, {0, start + 900}).flows == 1);
}

TEST_CASE("a contact is a record, and no use in any sum") {
    const test::Folder folder;
    const std::string path = folder / "umbra.db";
    store::Writer writer(path, {});
    ClosedWindow window = window_at(start, {{"10.0.0.1", 100}});
    Usage contact = test::usage_of("10.0.0.2", 0, 1);
    contact.usage_class = UsageClass::contact;
    contact.evidence = Evidence::dns;
    contact.flows = 0;
    contact.identity.department = "Legal";
    window.usage.push_back(contact);
    writer.write(window);
    store::Reader reader(path);
    // By windows, by hours, by days.
    for (const std::int64_t length : {300, 3600, 86400}) {
        const Period period{start - start % length, start - start % length + length};
        CHECK(test::services(reader, period).size() == 1);
        CHECK(test::hosts(reader, period).size() == 1);
        CHECK(test::departments(reader, period).size() == 1);
        CHECK(test::total(reader, period).hosts == 1);
        CHECK(test::total(reader, period).services == 1);
        CHECK(test::total(reader, period).flows == 1);
    }
    std::vector<std::string> usages;
    reader.records_after(0,
                         [&](const store::UsageRecord& record) { usages.push_back(record.usage); });
    CHECK(usages == std::vector<std::string>{"visit", "contact"});
}
