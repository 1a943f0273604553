// The files of a database on the disk: the file itself, and the log and index of WAL beside it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>

namespace umbra::store {

struct FileIdentity {
    dev_t device = 0;
    ino_t inode = 0;
    bool operator==(const FileIdentity&) const = default;
};
// Nothing where there is no such file.
std::optional<FileIdentity> identity_of(const std::string& path);

// The files as they were when a database was opened, to see later whether somebody took them away.
class OpenFiles {
  public:
    explicit OpenFiles(std::string path);

    bool have_moved() const { return identity_of(path_) != database_; }
    // Whether the database's file was written to, by whomever, since it was last noted.
    bool were_written() const { return last_written() != noted_; }
    void note_writing() { noted_ = last_written(); }
    // Removes the log and its index where they are still those that were opened: SQLite would take
    // them for those of the file that now stands there.
    void remove_log() const;

  private:
    std::chrono::nanoseconds last_written() const;

    std::string path_;
    std::optional<FileIdentity> database_, log_, index_;
    std::chrono::nanoseconds noted_{};
};

// Renames a database that nobody has open, with its log, to `<path>.damaged-<time>`, and returns
// that name. Throws Failure where that is not possible.
std::string set_aside(const std::string& path);

}  // namespace umbra::store
