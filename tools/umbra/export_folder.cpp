#include "tools/umbra/export_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <vector>

#include "daemon/support/failure.hpp"
#include "tools/umbra/output.hpp"

namespace fs = std::filesystem;

namespace umbra {
namespace {

constexpr std::size_t buffer_size = 1 << 20;
constexpr std::string_view unfinished = ".part";

[[noreturn]] void fail(const fs::path& path, const char* what) {
    throw environment_failure(fmt::format("{}: {}: {}", path.string(), what, std::strerror(errno)));
}

int open_file(const fs::path& path, int flags) {
    const int number = open(path.c_str(), flags | O_CLOEXEC, 0640);
    if (number < 0) fail(path, _("cannot be opened"));
    return number;
}

fs::path folder_of(const fs::path& path) {
    return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

fs::path made(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) throw environment_failure(fmt::format("{}: {}", folder.string(), error.message()));
    return folder;
}

void write_all(const Descriptor& file, std::string_view text, const fs::path& path) {
    while (!text.empty()) {
        const ssize_t count = write(file.number(), text.data(), text.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) fail(path, _("cannot be written"));
        text.remove_prefix(static_cast<std::size_t>(count));
    }
}

// Whole on the disk under its name when this returns.
void publish(const Descriptor& file, const fs::path& aside, const fs::path& path) {
    if (fsync(file.number()) != 0) fail(aside, _("cannot be synced"));
    if (rename(aside.c_str(), path.c_str()) != 0) fail(path, _("cannot be renamed"));
    const Descriptor folder(open_file(folder_of(path), O_RDONLY | O_DIRECTORY));
    if (fsync(folder.number()) != 0) fail(folder_of(path), _("cannot be synced"));
}

}  // namespace

ExportFolder::ExportFolder(const fs::path& folder, fs::path cursor, ExportNames names)
    : folder_(made(folder)),
      cursor_(std::move(cursor)),
      names_(std::move(names)),
      lock_(open_file(cursor_.string() + ".lock", O_RDWR | O_CREAT)) {
    if (flock(lock_.number(), LOCK_EX | LOCK_NB) != 0) {
        throw environment_failure(_("{}: another export is at work", cursor_.string()));
    }
    part_ = folder_ / fmt::format("{}.{}{}", names_.prefix, names_.extension, unfinished);
    std::error_code ignored;
    fs::remove(part_, ignored);
}

std::int64_t ExportFolder::cursor() const {
    std::ifstream file(cursor_);
    if (!file) return 0;
    std::string text;
    file >> text;
    std::int64_t id = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc{} || end != text.data() + text.size() || id < 0) {
        throw bad_input(_("{}:1: `{}` is no record id", cursor_.string(), printable(text)));
    }
    return id;
}

void ExportFolder::add(std::int64_t id, std::string_view line, std::string_view header) {
    if (rows_ == 0) {
        file_ = Descriptor(open_file(part_, O_WRONLY | O_CREAT | O_TRUNC));
        buffer_ = header;
        first_ = id;
    }
    buffer_ += line;
    last_ = id;
    ++rows_;
    if (buffer_.size() >= buffer_size) write_out();
}

void ExportFolder::write_out() {
    write_all(file_, buffer_, part_);
    buffer_.clear();
}

fs::path ExportFolder::finish_file() {
    if (rows_ == 0) return {};
    write_out();
    fs::path path =
        folder_ / fmt::format("{}-{}-{}.{}", names_.prefix, first_, last_, names_.extension);
    publish(file_, part_, path);
    file_.close();
    rows_ = 0;

    const fs::path aside = cursor_.string() + std::string(unfinished);
    const Descriptor cursor(open_file(aside, O_WRONLY | O_CREAT | O_TRUNC));
    write_all(cursor, fmt::format("{}\n", last_), aside);
    publish(cursor, aside, cursor_);
    return path;
}

bool ExportFolder::is_ours(const fs::path& file) const {
    std::string name = file.filename().string();
    const std::string front = names_.prefix + "-", back = "." + names_.extension;
    if (!name.starts_with(front) || !name.ends_with(back)) return false;
    name = name.substr(front.size(), name.size() - front.size() - back.size());
    const std::size_t middle = name.find('-');
    const auto is_number = [](std::string_view text) {
        return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
    };
    return middle != std::string::npos && is_number(std::string_view(name).substr(0, middle)) &&
           is_number(std::string_view(name).substr(middle + 1));
}

int ExportFolder::remove_older_than(std::chrono::hours age) const {
    const auto limit = fs::file_time_type::clock::now() - age;
    std::vector<fs::path> old;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder_)) {
        std::error_code gone;  // its reader may have moved it meanwhile
        const auto changed = entry.last_write_time(gone);
        if (!gone && changed < limit && is_ours(entry.path())) old.push_back(entry.path());
    }
    for (const fs::path& file : old) {
        std::error_code error;
        fs::remove(file, error);
        if (error) throw environment_failure(fmt::format("{}: {}", file.string(), error.message()));
    }
    return static_cast<int>(old.size());
}

}  // namespace umbra
