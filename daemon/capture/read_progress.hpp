// How far the reading of capture files has come.
#pragma once

#include <optional>

#include "daemon/capture/source.hpp"
#include "daemon/support/progress.hpp"

namespace umbra::capture {

class ReadProgress {
  public:
    // `total`: bytes of all files, nothing where they are not known.
    ReadProgress(Progress& progress, std::optional<std::int64_t> total)
        : progress_(progress), total_(total) {}
    ~ReadProgress() { progress_.wipe(); }
    ReadProgress(const ReadProgress&) = delete;
    ReadProgress& operator=(const ReadProgress&) = delete;

    // So many packets more were read of this file.
    void read(const Source& source, int packets);
    // The next file comes.
    void end(const Source& source) { earlier_ += source.size().value_or(0); }

  private:
    Progress& progress_;
    std::optional<std::int64_t> total_;
    std::int64_t earlier_ = 0;  // bytes of the files before
    std::int64_t packets_ = 0;
};

// Of all of them, where each is a file whose size is known.
template <typename Sources>
std::optional<std::int64_t> total_size(const Sources& sources) {
    std::int64_t total = 0;
    for (const Source& source : sources) {
        const auto size = source.size();
        if (!size) return std::nullopt;
        total += *size;
    }
    return total;
}

}  // namespace umbra::capture
