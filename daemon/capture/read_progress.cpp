#include "daemon/capture/read_progress.hpp"

#include <fmt/format.h>

namespace umbra::capture {

void ReadProgress::read(const Source& source, int packets) {
    packets_ += packets;
    const std::int64_t bytes = total_ ? earlier_ + source.position() : 0;
    progress_.reached(bytes, total_.value_or(0), [&](double seconds) {
        const double rate = static_cast<double>(packets_) / seconds;
        if (!total_) return fmt::format("{} packets read, {:.0f} packets/s", packets_, rate);
        return fmt::format("read, {:.1f} MB/s, {:.0f} packets/s",
                           static_cast<double>(bytes) / seconds / 1e6, rate);
    });
}

}  // namespace umbra::capture
