// The numbers of sections refer to "Database File Format", https://www.sqlite.org/fileformat2.html.
#include "daemon/store/scrub.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace umbra::store {
namespace {

using Page = std::span<unsigned char>;

std::size_t number_at(Page page, std::size_t place) {
    return std::size_t{page[place]} << 8 | page[place + 1];
}

// True where anything was there to overwrite.
bool overwrite(Page part) {
    if (std::ranges::all_of(part, [](unsigned char byte) { return byte == 0; })) return false;
    std::ranges::fill(part, 0);
    return true;
}

// Section 1.6: the header, the cells' places, free space, the cells with free blocks among them.
// True where the page changed. A page that is not like that is left alone: finding damage is not
// the matter here.
bool scrub_page(Page page, std::size_t header) {
    const unsigned char kind = page[header];
    if (kind != 2 && kind != 5 && kind != 10 && kind != 13) return false;
    const std::size_t header_length = kind < 10 ? 12 : 8;
    const std::size_t gap = header + header_length + 2 * number_at(page, header + 3);
    std::size_t cells = number_at(page, header + 5);
    if (cells == 0) cells = 65536;
    if (gap > cells || cells > page.size()) return false;
    bool changed = overwrite(page.subspan(gap, cells - gap));
    // Free blocks stand in ascending order: the next one's place, the length, the rest.
    std::size_t block = number_at(page, header + 1);
    while (block >= cells && block + 4 <= page.size()) {
        const std::size_t next = number_at(page, block), length = number_at(page, block + 2);
        if (length < 4 || block + length > page.size()) break;
        changed |= overwrite(page.subspan(block + 4, length - 4));
        if (next <= block) break;
        block = next;
    }
    return changed;
}

// The database's file as SQLite has it open. Opening it a second time would, when that is closed,
// give up the locks that this process holds.
class File {
  public:
    explicit File(SQLite::Database& database)
        : database_(database), page_(static_cast<std::size_t>(number("page_size"))) {
        check(
            sqlite3_file_control(database.getHandle(), "main", SQLITE_FCNTL_FILE_POINTER, &file_));
    }

    std::uint32_t number(const char* pragma) {
        return database_.execAndGet(fmt::format("PRAGMA {}", pragma)).getUInt();
    }
    Page page() { return page_; }
    void read(std::uint32_t number) {
        check(file_->pMethods->xRead(file_, page_.data(), size(), offset(number)));
    }
    void write(std::uint32_t number) {
        check(file_->pMethods->xWrite(file_, page_.data(), size(), offset(number)));
    }
    void sync() { check(file_->pMethods->xSync(file_, SQLITE_SYNC_NORMAL)); }

    // Section 1.8: pointer maps say of each page what it is; 1 and 5 are pages of rows.
    bool has_rows(std::uint32_t number) {
        if (number == 1) return true;
        const std::uint32_t pages_a_map = static_cast<std::uint32_t>(page_.size() / 5) + 1;
        std::uint32_t map = (number - 2) / pages_a_map * pages_a_map + 2;
        if (map == lock_page()) ++map;
        if (number <= map || number == lock_page()) return false;
        unsigned char kind = 0;
        check(file_->pMethods->xRead(file_, &kind, 1,
                                     offset(map) + std::int64_t{5} * (number - map - 1)));
        return kind == 1 || kind == 5;
    }

  private:
    void check(int result) {
        if (result != SQLITE_OK) throw SQLite::Exception(sqlite3_errstr(result), result);
    }
    int size() const { return static_cast<int>(page_.size()); }
    std::int64_t offset(std::uint32_t number) const {
        return (std::int64_t{number} - 1) * static_cast<std::int64_t>(page_.size());
    }
    // Section 1.2: the page at one gibibyte is for locks on systems without others.
    std::uint32_t lock_page() const {
        return static_cast<std::uint32_t>((1U << 30) / page_.size()) + 1;
    }

    SQLite::Database& database_;
    std::vector<unsigned char> page_;
    sqlite3_file* file_ = nullptr;
};

}  // namespace

std::uint32_t scrub(SQLite::Database& database, std::uint32_t first, std::uint32_t count) {
    // Nobody writes meanwhile; who reads may see a page before or after, which makes no difference.
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    File file(database);
    if (file.number("auto_vacuum") == 0) return 0;
    const std::uint32_t end = file.number("page_count") + 1;
    const std::uint32_t stop = std::min(end, first + count);
    bool changed = false;
    for (std::uint32_t number = first; number < stop; ++number) {
        if (!file.has_rows(number)) continue;
        file.read(number);
        constexpr std::size_t length_of_file_header = 100;
        if (!scrub_page(file.page(), number == 1 ? length_of_file_header : 0)) continue;
        file.write(number);
        changed = true;
    }
    if (changed) file.sync();
    // What this connection remembers of the pages would come back with their next change.
    sqlite3_db_release_memory(database.getHandle());
    return stop < end ? stop : 0;
}

}  // namespace umbra::store
