#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "daemon/store/forget.hpp"
#include "daemon/store/reader.hpp"
#include "daemon/store/writer.hpp"
#include "tests/unit/folder.hpp"
#include "tests/unit/store/reports.hpp"
#include "tests/unit/store/windows.hpp"

using namespace umbra;
using store::Period;
using test::number;
using test::start;

namespace {

constexpr std::int64_t day = 86400;
constexpr std::int64_t first_day = start - 9 * 3600;

std::string bytes_of(const test::Folder& folder, const std::string& name) {
    std::ifstream file(folder / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// The database and its log.
std::string stored(const test::Folder& folder) {
    return bytes_of(folder, "umbra.db") + bytes_of(folder, "umbra.db-wal");
}

bool holds(const std::string& bytes, const std::string& part) {
    return bytes.find(part) != std::string::npos;
}

void upkeep(store::Writer& writer) {
    while (writer.upkeep())
        continue;
}

// 40 days with four windows of many hosts; what is said of each day is said of no
// other.
struct Days {
    static constexpr int count = 40, hosts = 250;
    // As SQLite writes this number of bytes: big-endian, in the fewest bytes that it knows.
    static constexpr std::uint64_t marked_bytes = 0x515253545556;
    static constexpr const char* marked_bytes_text = "QRSTUV";

    static std::string address(int d, int h) { return fmt::format("10.{}.7.{}", d, h); }
    static std::string key(int d, int h) {
        return fmt::format("{:08x}-of-day-{}-{}.",
                           2654435761U * static_cast<unsigned>(d * hosts + h + 1), d, h);
    }
    static std::string name(int d) { return fmt::format("day-{}-here.claude.ai", d); }
    static std::string department(int d) { return fmt::format("Department {} of days", d); }

    static void write(store::Writer& writer) {
        for (int d = 0; d < count; ++d) {
            for (int part = 0; part < 4; ++part) {
                ClosedWindow window = test::window_at(first_day + d * day + part * 7200, {});
                for (int h = 0; h < Days::hosts; ++h) {
                    Usage usage = test::usage_of(address(d, h), 1000);
                    usage.host_name = name(d);
                    usage.identity.key = key(d, h);
                    usage.identity.department = department(d);
                    if (d == 0) usage.bytes_out = marked_bytes;
                    window.usage.push_back(usage);
                }
                writer.write(window);
            }
        }
    }
};

}  // namespace

TEST_CASE("nothing is kept longer than it may be, and what was erased is nowhere in the files") {
    const test::Folder folder;
    const std::string path = folder / "umbra.db";
    store::Writer writer(path, {.keep = {7, 14, 21}});
    Days::write(writer);
    const auto size_before = std::filesystem::file_size(path);
    const std::string before = stored(folder);
    REQUIRE(holds(before, Days::key(0, 9)));
    REQUIRE(holds(before, Days::name(0)));
    REQUIRE(holds(before, Days::marked_bytes_text));

    upkeep(writer);
    // The last window ends at 06:05 of day 39. Seven days before is within day 32.
    CHECK(number(path, "SELECT min(window_start) FROM usage_window") == first_day + 33 * day);
    CHECK(number(path, "SELECT min(window_start) FROM coverage") == first_day + 33 * day);
    CHECK(number(path, "SELECT min(start) FROM usage_hour") == first_day + 26 * day);
    CHECK(number(path, "SELECT min(start) FROM coverage_hour") == first_day + 26 * day);
    CHECK(number(path, "SELECT min(start) FROM usage_day") == first_day + 19 * day);
    CHECK(number(path, "SELECT min(start) FROM coverage_day") == first_day + 19 * day);
    CHECK(number(path, "SELECT min(start) FROM usage_week") == first_day + 21 * day);

    const std::string after = stored(folder);
    for (int d = 0; d < 33; ++d) {
        CHECK_FALSE(holds(after, Days::name(d)));
        if (d >= 19) continue;
        CHECK_FALSE(holds(after, Days::department(d)));
        for (int h = 0; h < Days::hosts; ++h)
            CHECK_FALSE(holds(after, Days::key(d, h)));
    }
    CHECK_FALSE(holds(after, Days::marked_bytes_text));
    CHECK(holds(after, Days::name(33)));
    CHECK(holds(after, Days::department(19)));
    CHECK(std::filesystem::file_size(path) < size_before * 2 / 3);
    CHECK(number(path, "PRAGMA freelist_count") == 0);
    CHECK(test::text(path, "PRAGMA integrity_check") == "ok");
    // Ids go on.
    writer.write(test::window_at(first_day + 40 * day, {{"10.0.0.1", 1}}));
    CHECK(number(path, "SELECT max(record_id) FROM usage_window") == 40 * 4 * Days::hosts + 1);
}

TEST_CASE("reports of a time of which only hours or days are kept go by hours and days") {
    const test::Folder folder;
    const std::string path = folder / "umbra.db";
    store::Writer writer(path, {.keep = {7, 14, 21}});
    Days::write(writer);
    upkeep(writer);
    store::Reader reader(path);
    CHECK(reader.extent() == Period{first_day + 19 * day, first_day + 39 * day + 6 * 3600 + 300});
    // As many hosts with 1000 bytes in each of 4 windows a day; but for day 0, which is gone.
    constexpr std::int64_t window = Days::hosts * 1000;
    const auto bytes_of = [&](std::int64_t since, std::int64_t until) {
        return test::total(reader, reader.answerable({since, until})).bytes_out;
    };
    CHECK(bytes_of(0, first_day + 41 * day) == 21 * 4 * window);
    CHECK(bytes_of(first_day + 20 * day + 7200, first_day + 20 * day + 7201) == 4 * window);
    CHECK(bytes_of(first_day + 27 * day + 7200, first_day + 27 * day + 7201) == window);
    CHECK(bytes_of(first_day + 34 * day + 7201, first_day + 34 * day + 9000) == 0);
    CHECK(bytes_of(first_day + 20 * day, first_day + 35 * day + 3600) == (15 * 4 + 1) * window);
}

TEST_CASE("a packet from the future erases nothing, and zero is for ever") {
    const test::Folder folder;
    const std::string path = folder / "umbra.db";
    const std::int64_t now = wall_clock() / second / 300 * 300;
    {
        store::Writer writer(path, {.keep = {7, 14, 21}});
        writer.write(test::window_at(now - 6 * day, {{"10.0.0.1", 1}}));
        writer.write(test::window_at(now + 10'000 * day, {{"10.0.0.1", 1}}));
        upkeep(writer);
        CHECK(number(path, "SELECT count(*) FROM usage_window") == 2);
    }
    store::Writer writer(path, {.keep = {0, 0, 0}});
    writer.write(test::window_at(now - 9'000 * day, {{"10.0.0.1", 1}}));
    upkeep(writer);
    CHECK(number(path, "SELECT count(*) FROM usage_window") == 3);
}

TEST_CASE("a host is forgotten everywhere while the writer is at work") {
    const test::Folder folder;
    const std::string path = folder / "umbra.db";
    store::Writer writer(path, {.keep = {0, 0, 0}});
    // Many hosts in no order, so that pages are split and joined; and one that leaves.
    const auto key_of = [](int i) { return fmt::format("{:08x}-station", 2654435761U * (i + 1)); };
    for (int w = 0; w < 30; ++w) {
        ClosedWindow window = test::window_at(start + w * day, {});
        for (int i = 0; i < 40 * (w + 1); ++i) {
            Usage usage = test::usage_of("10.0.0.1", 1000);
            usage.identity.key = key_of(i);
            usage.identity.name = "of-" + key_of(i);
            if (i == 17) {
                usage.identity.address = "10.99.98.97";
                usage.host_name = "only-17.claude.ai";
                usage.bytes_out = Days::marked_bytes;
            }
            window.usage.push_back(usage);
        }
        writer.write(window);
    }
    upkeep(writer);
    REQUIRE(number(path, "SELECT count(*) FROM usage_week") > 0);
    REQUIRE(holds(stored(folder), key_of(17)));
    const auto all_before = test::total(path, {0, start + 99 * day});
    {
        const auto known = store::Reader(path).hosts_known_as("10.99.98.97");
        REQUIRE(known.size() == 1);
        CHECK(known[0].key == key_of(17));
        CHECK(store::Reader(path).hosts_known_as("of-" + key_of(3)).size() == 1);
        CHECK(store::Reader(path).hosts_known_as("10.0.0.1").size() == 40 * 30 - 1);
    }

    CHECK_FALSE(store::forget(path, "nobody"));
    const auto erased = store::forget(path, key_of(17));
    REQUIRE(erased);
    CHECK(erased->windows == 30);
    CHECK(erased->hours == 30);
    CHECK(erased->days == 30);
    CHECK(erased->weeks == 4);
    CHECK(erased->log_emptied);
    const std::string after = stored(folder);
    for (const std::string& trace : {key_of(17), std::string("10.99.98.97"), std::string("only-17"),
                                     std::string(Days::marked_bytes_text)}) {
        INFO(trace);
        CHECK_FALSE(holds(after, trace));
    }
    const auto all = test::total(path, {0, start + 99 * day});
    CHECK(all.hosts == all_before.hosts - 1);
    CHECK(all.flows == all_before.flows - 30);
    CHECK(all.bytes_out ==
          all_before.bytes_out - 30 * static_cast<std::int64_t>(Days::marked_bytes));

    // The writer goes on; the host is another one now, and record ids are new.
    const auto last = number(path, "SELECT seq FROM sqlite_sequence WHERE name = 'usage_window'");
    ClosedWindow window = test::window_at(start + 30 * day, {{"10.99.98.97", 1}});
    window.usage[0].identity.key = key_of(17);
    writer.write(window);
    CHECK(number(path, "SELECT max(record_id) FROM usage_window") == last + 1);
    CHECK(number(path, "SELECT max(id) FROM hosts") > 40 * 30);
    CHECK(number(path, "SELECT count(*) FROM usage WHERE src_ip = '10.99.98.97'") == 1);
}
