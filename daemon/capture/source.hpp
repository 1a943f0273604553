// Where packets come from: a capture file or a live interface, both through libpcap.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/decode/reader.hpp"
#include "daemon/support/time.hpp"

struct pcap;

namespace umbra::capture {

struct LiveOptions {
    std::string interface;
    int snap_length = 65535;  // bytes kept of a packet
    int ring_mebibytes = 64;  // the kernel's ring buffer
    bool promiscuous = true;
};

// As the kernel counts since the capture began.
struct LiveStatistics {
    std::uint64_t received = 0, dropped = 0, interface_dropped = 0;
};

class Source {
  public:
    // A pcap or pcapng file; `-` is standard input. Throws Failure where it is neither.
    static Source file(const std::string& path);
    // Throws Failure: no such interface (with those there are), no permission (with the
    // capability).
    static Source live(const LiveOptions& options);

    // Keeps only what the expression of pcap-filter(7) matches. Throws Failure where it is none.
    void filter(const std::string& expression);

    bool is_live() const;

    // The DLT_ value of the frames.
    int link_type() const;

    // Hands over up to `most` packets (a live source: what is there, waiting a moment for it) and
    // returns how many; nothing at the end of a file. `take(time, frame, wire_length)`: the frame
    // is valid during the call.
    template <typename Take>
    std::optional<int> dispatch(int most, Take& take);

    // Of a file, in bytes: how many there are, and how many were read. Nothing and 0 where that is
    // not known, as of a pipe.
    std::optional<std::int64_t> size() const;
    std::int64_t position() const;

    // Whether nothing is there to read of a pipe, so that more would have to be waited for.
    bool is_idle() const;

    // Of a file that was cut in the middle of a packet, after its end: one sentence that says so.
    const std::optional<std::string>& truncation() const { return truncation_; }

    LiveStatistics statistics();

    const std::string& name() const { return name_; }

  private:
    struct Close {
        void operator()(pcap* handle) const;
    };
    using Handle = std::unique_ptr<pcap, Close>;
    using Callback = void (*)(void* context, Micros time, Bytes frame, std::uint32_t wire_length);

    Source(Handle handle, std::string name, std::vector<char> buffer = {})
        : buffer_(std::move(buffer)), handle_(std::move(handle)), name_(std::move(name)) {}
    std::optional<int> dispatch_to(int most, Callback callback, void* context);
    std::string explain_truncation(const std::string& message) const;

    std::vector<char> buffer_;  // of a file; outlives the handle
    Handle handle_;
    std::string name_;
    std::optional<std::string> truncation_;
};

template <typename Take>
std::optional<int> Source::dispatch(int most, Take& take) {
    return dispatch_to(
        most,
        [](void* context, Micros time, Bytes frame, std::uint32_t wire_length) {
            (*static_cast<Take*>(context))(time, frame, wire_length);
        },
        &take);
}

}  // namespace umbra::capture
