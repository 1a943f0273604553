// From captured frames to packets: the first part of a packet's way, before it is known whose it
// is.
#pragma once

#include <vector>

#include "daemon/decode/decoder.hpp"
#include "daemon/usage/network_list.hpp"
#include "daemon/usage/usage.hpp"

namespace umbra {

class Intake {
  public:
    // `dedup`: VLANs do not tell flows apart. `scope` must outlive it.
    Intake(const Scope& scope, const FragmentLimits& fragments, bool dedup)
        : scope_(scope), decoder_(fragments), dedup_(dedup) {}

    void set_link_type(int link_type) { decoder_.set_link_type(link_type); }

    // The packet in a frame, valid until the next call; `is_flow` says whether there is one. What
    // is excluded has only its time.
    Packet read(Micros time, Bytes frame, std::uint32_t wire_length);

    // Drops of the capture so far.
    void note_drops(std::uint64_t kernel, std::uint64_t interface);

    // After the last frame.
    void finish() { decoder_.finish(); }

    // Every counter since the start.
    std::vector<CoverageItem> counters() const;

  private:
    bool is_excluded(const Packet& packet) const;

    const Scope& scope_;
    Decoder decoder_;
    bool dedup_;
    std::uint64_t excluded_ = 0, excluded_bytes_ = 0;  // packets, and their bytes on the wire
    std::uint64_t drops_kernel_ = 0, drops_interface_ = 0;
};

}  // namespace umbra
