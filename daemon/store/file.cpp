#include "daemon/store/file.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "daemon/support/failure.hpp"
#include "daemon/support/time.hpp"

namespace umbra::store {

std::optional<FileIdentity> identity_of(const std::string& path) {
    struct stat status {};
    if (stat(path.c_str(), &status) != 0) return std::nullopt;
    return FileIdentity{status.st_dev, status.st_ino};
}

OpenFiles::OpenFiles(std::string path)
    : path_(std::move(path)),
      database_(identity_of(path_)),
      log_(identity_of(path_ + "-wal")),
      index_(identity_of(path_ + "-shm")),
      noted_(last_written()) {}

std::chrono::nanoseconds OpenFiles::last_written() const {
    struct stat status {};
    if (stat(path_.c_str(), &status) != 0) return {};
    return std::chrono::seconds(status.st_mtim.tv_sec) +
           std::chrono::nanoseconds(status.st_mtim.tv_nsec);
}

void OpenFiles::remove_log() const {
    for (const auto& [end, opened] : {std::pair{"-wal", &log_}, std::pair{"-shm", &index_}}) {
        const std::string name = path_ + end;
        if (*opened && identity_of(name) == *opened) unlink(name.c_str());
    }
}

std::string set_aside(const std::string& path) {
    std::string time = format_utc(wall_clock());
    std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
    const std::string base = fmt::format("{}.damaged-{}", path, time);
    std::string name = base;
    for (int i = 2; std::filesystem::exists(name); ++i)
        name = fmt::format("{}-{}", base, i);
    if (rename(path.c_str(), name.c_str()) != 0) {
        throw environment_failure(
            fmt::format("{}: cannot be renamed to {}: {}", path, name, std::strerror(errno)));
    }
    rename((path + "-wal").c_str(), (name + "-wal").c_str());  // where there is one
    unlink((path + "-shm").c_str());
    return name;
}

}  // namespace umbra::store
