// The folder that a SIEM reads: files that are there whole or not at all, and the cursor beside
// them.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "daemon/support/descriptor.hpp"

namespace umbra {

// The name of a file is PREFIX-FIRST-LAST.EXTENSION, after the first and the last id in it.
struct ExportNames {
    std::string prefix;     // letters, digits, `-`, `_` and `.`
    std::string extension;  // without the dot
};

class ExportFolder {
  public:
    // Makes the folder where there is none, and takes the lock beside the cursor: two at once
    // would write the same rows into two files. What one that was killed left unfinished is
    // removed. Throws Failure.
    ExportFolder(const std::filesystem::path& folder, std::filesystem::path cursor,
                 ExportNames names);

    // The last id that was exported; 0 where there is no cursor. Throws Failure with file and line
    // where it holds something else.
    std::int64_t cursor() const;

    // A line of the file that is being written, with its end; the first one begins a file with
    // `header`. Throws Failure.
    void add(std::int64_t id, std::string_view line, std::string_view header);
    std::int64_t rows_in_file() const { return rows_; }
    // Syncs the file, gives it its name, then moves the cursor. Returns its path; nothing where no
    // file was begun. Throws Failure.
    std::filesystem::path finish_file();

    // Removes exported files that were last changed longer ago; returns how many.
    int remove_older_than(std::chrono::hours age) const;

  private:
    void write_out();
    bool is_ours(const std::filesystem::path& file) const;

    std::filesystem::path folder_, cursor_, part_;
    ExportNames names_;
    Descriptor lock_, file_;
    std::string buffer_;
    std::int64_t first_ = 0, last_ = 0, rows_ = 0;
};

}  // namespace umbra
