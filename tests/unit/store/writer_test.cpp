// What the writer does when the file is taken away, damaged, or locked.
#include <fmt/format.h>

#include <atomic>
#include <catch2/catch.hpp>

#include "daemon/store/reader.hpp"
#include "daemon/store/writer_thread.hpp"
#include "tests/unit/folder.hpp"
#include "tests/unit/store/reports.hpp"
#include "tests/unit/store/windows.hpp"

using namespace umbra;
using test::number;
using test::start;
using test::window_at;
using namespace std::chrono_literals;

namespace {

struct Fixture {
    test::Folder folder;
    std::string path = folder / "umbra.db";
    store::Writer writer{path, {.sensor = "s", .busy_milliseconds = 20}};

    // The i-th window: one host, one flow, one byte.
    static ClosedWindow window(int i) { return window_at(start + 300 * i, {{"10.0.0.1", 1}}); }

    std::vector<std::string> set_aside() const {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
            const std::string name = entry.path().string();
            if (name.find(".damaged-") != std::string::npos && !name.ends_with("-wal"))
                names.push_back(name);
        }
        return names;
    }
};

// Another process that holds the write lock.
class Lock {
  public:
    explicit Lock(const std::string& path) : database_(path, SQLite::OPEN_READWRITE) {
        database_.exec("BEGIN IMMEDIATE");
    }
    void release() { database_.exec("COMMIT"); }

  private:
    SQLite::Database database_;
};

std::string windows_in(const std::filesystem::path& path) {
    return test::text(path,
                      fmt::format("SELECT ifnull(group_concat((window_start - {}) / 300), '') "
                                  "FROM usage",
                                  start));
}

template <typename Condition>
void wait_until(Condition condition) {
    while (!condition())
        std::this_thread::sleep_for(1ms);
}

}  // namespace

TEST_CASE_METHOD(Fixture, "a file that is deleted while it is open is made anew") {
    const std::string policy = "rules: []";
    writer.write(window(0), &policy);
    writer.write(window(1), &policy);
    SECTION("alone, so that its log stays behind") {
        std::filesystem::remove(path);
    }
    SECTION("with its log") {
        for (const char* end : {"", "-wal", "-shm"})
            std::filesystem::remove(path + end);
    }
    writer.write(window(2), &policy);
    writer.write(window(3), &policy);
    CHECK(windows_in(path) == "2,3");
    CHECK(test::text(path, "PRAGMA integrity_check") == "ok");
    // What was exported from the lost file is not given out again.
    CHECK(number(path, "SELECT min(record_id) FROM usage") == 3);
    CHECK(store::Reader(path).sensor() == "s");
    CHECK(test::text(path, "SELECT group_concat(content) FROM policy") == policy);
    CHECK(set_aside().empty());
}

TEST_CASE_METHOD(Fixture, "a file that is renamed while it is open is whole under its new name") {
    writer.write(window(0));
    writer.write(window(1));
    std::filesystem::rename(path, folder / "kept.db");
    writer.write(window(2));
    CHECK(windows_in(folder / "kept.db") == "0,1");
    CHECK(windows_in(path) == "2");
    CHECK(number(path, "SELECT min(record_id) FROM usage") == 3);
}

TEST_CASE_METHOD(Fixture, "a file in whose place another is put is left for the other") {
    writer.write(window(0));
    writer.write(window(1));
    SECTION("an older copy") {
        {
            store::Writer copy(folder / "copy.db", {.sensor = "other"});
            copy.write(window(7));
        }
        std::filesystem::rename(folder / "copy.db", path);
        writer.write(window(2));
        CHECK(windows_in(path) == "7,2");
        CHECK(number(path, "SELECT max(record_id) FROM usage") == 3);
        CHECK(set_aside().empty());
    }
    SECTION("an older copy, while somebody reads the old file, so that its log cannot be emptied") {
        {
            store::Writer copy(folder / "copy.db", {.sensor = "other"});
            copy.write(window(7));
        }
        store::Reader reader(path);
        REQUIRE(test::total(reader, {start, start + 600}).flows == 2);
        writer.write(window(2));
        std::filesystem::rename(folder / "copy.db", path);
        writer.write(window(3));
        CHECK(windows_in(path) == "7,3");
        CHECK(test::total(reader, {start, start + 600}).flows == 2);
    }
    SECTION("something that is no database of ours") {
        std::filesystem::rename(folder.write("text", std::string(9000, 'x')), path);
        writer.write(window(2));
        CHECK(windows_in(path) == "2");
        REQUIRE(set_aside().size() == 1);
        CHECK(std::filesystem::file_size(set_aside()[0]) == 9000);
    }
    CHECK(test::text(path, "PRAGMA integrity_check") == "ok");
}

TEST_CASE_METHOD(Fixture, "a damaged file is kept aside, and windows go on in a new one") {
    const bool at_once = GENERATE(true, false);  // or when the next writer starts
    for (int i = 0; i < 5; ++i)
        writer.write(window(i));
    SECTION("overwritten in the middle") {
        SQLite::Database(path, SQLite::OPEN_READWRITE).exec("PRAGMA wal_checkpoint(TRUNCATE)");
        const auto size = static_cast<std::streamoff>(std::filesystem::file_size(path));
        std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(size / 4);
        file << std::string(static_cast<std::size_t>(size / 2), '\xa5');
    }
    SECTION("in a page that nobody needs to write") {
        for (int i = 0; i < 100; ++i)
            writer.write(window(5000 + i));
        for (int i = 0; i < 100; ++i)
            writer.write(window(5));
        SQLite::Database(path, SQLite::OPEN_READWRITE).exec("PRAGMA wal_checkpoint(TRUNCATE)");
        const auto page = number(path,
                                 "SELECT pageno FROM dbstat WHERE name = 'coverage' "
                                 "AND pagetype = 'leaf' ORDER BY path LIMIT 1");
        std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp((page - 1) * 4096);
        file << std::string(4096, '\xa5');
    }
    SECTION("cut short") {
        SQLite::Database(path, SQLite::OPEN_READWRITE).exec("PRAGMA wal_checkpoint(TRUNCATE)");
        std::filesystem::resize_file(path, 12'288);
    }
    SECTION("without one of its tables") {
        SQLite::Database(path, SQLite::OPEN_READWRITE).exec("DROP TABLE coverage");
    }
    if (at_once) {
        writer.write(window(5));
        writer.write(window(6));
    } else {
        store::Writer next(path, {.sensor = "s"});
        next.write(window(5));
        next.write(window(6));
    }
    CHECK(windows_in(path) == "5,6");
    CHECK(number(path, "SELECT min(record_id) FROM usage") > 5);
    CHECK(test::text(path, "PRAGMA integrity_check") == "ok");
    CHECK(set_aside().size() == 1);
}

TEST_CASE_METHOD(Fixture, "a new file that cannot be written either is not set aside again") {
    writer.write(window(0));
    std::filesystem::remove(path);
    std::filesystem::create_directory(path);
    for (int i = 0; i < 3; ++i)
        CHECK_FALSE(test::failure_of([&] { writer.write(window(1)); }).empty());
    std::filesystem::remove(path);
    writer.write(window(1));
    CHECK(windows_in(path) == "1");
    CHECK(set_aside().empty());
}

TEST_CASE_METHOD(Fixture, "the writer thread writes all that was handed over") {
    store::WriterThread thread(writer);
    for (int i = 0; i < 200; ++i)
        thread.hand_over(window(i));
    thread.finish();
    CHECK(test::total(path, {start, start + 100'000}).flows == 200);
    CHECK(thread.counters().windows_written == 200);
    CHECK(thread.counters().windows_waiting == 0);
}

TEST_CASE_METHOD(Fixture, "windows wait for a lock to pass, in their order") {
    Lock lock(path);
    store::WriterThread thread(writer, {.retry_every = 1ms});
    for (int i = 0; i < 5; ++i)
        thread.hand_over(window(i));
    // Longer than one try takes.
    std::this_thread::sleep_for(100ms);
    CHECK(thread.counters().windows_written == 0);
    SECTION("while the daemon runs") {
        lock.release();
        wait_until([&] { return thread.counters().windows_written == 5; });
        thread.finish();
    }
    SECTION("also when it stops") {
        std::thread other([&] {
            std::this_thread::sleep_for(100ms);
            lock.release();
        });
        thread.finish();
        other.join();
    }
    CHECK(windows_in(path) == "0,1,2,3,4");
}

TEST_CASE_METHOD(Fixture, "a lock that does not pass costs the windows that wait, and it is said") {
    const Lock lock(path);
    store::WriterThread thread(writer, {.retry_every = 1ms, .patience_with_lock = 50ms});
    thread.hand_over(window(0));
    thread.hand_over(window(1));
    const std::string sentence = test::failure_of([&] { thread.finish(); });
    CHECK(sentence.find("locked") != std::string::npos);
    CHECK(sentence.find("lost: 2 windows") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "a live port goes on while windows wait, and the coverage has the hole") {
    // A window has one row and two metrics; the queue takes more while it is below nine.
    Lock lock(path);
    store::WriterThread thread(writer,
                               {.most_rows = 9, .lose_when_full = true, .retry_every = 1ms});
    for (int i = 0; i < 10; ++i)
        thread.hand_over(window(i));
    CHECK(thread.counters().windows_lost == 7);
    lock.release();
    wait_until([&] { return thread.counters().windows_waiting == 0; });
    thread.hand_over(window(10));
    thread.hand_over(window(11));
    thread.finish();
    CHECK(windows_in(path) == "0,1,2,10,11");
    CHECK(test::text(path,
                     "SELECT group_concat(value || '@' || ((window_start - 1730710800) / 300)) "
                     "FROM coverage WHERE metric = 'windows_lost'") == "7@10");
    CHECK(number(path, "SELECT count(DISTINCT window_start) FROM coverage") == 5);
}

TEST_CASE_METHOD(Fixture,
                 "a file is not read on while windows wait, until somebody wants the end") {
    Lock lock(path);
    std::atomic<bool> stop = false;
    store::WriterThread thread(
        writer, {.most_rows = 6, .stop_asked = [&] { return stop.load(); }, .retry_every = 1ms});
    std::atomic<int> handed_over = 0;
    std::thread reading([&] {
        for (int i = 0; i < 4; ++i) {
            thread.hand_over(window(i));
            ++handed_over;
        }
    });
    std::this_thread::sleep_for(100ms);
    CHECK(handed_over == 2);
    SECTION("there is room again") {
        lock.release();
        reading.join();
    }
    SECTION("somebody wants the end") {
        stop = true;
        reading.join();
        lock.release();
    }
    thread.finish();
    CHECK(windows_in(path) == "0,1,2,3");
}
