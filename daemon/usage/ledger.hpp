// The account of the open window.
#pragma once

#include <unordered_map>

#include "daemon/flow/flow.hpp"
#include "daemon/naming/name_table.hpp"
#include "daemon/usage/usage.hpp"

namespace umbra {

// What a flow was recognised as: one AI service under one name.
struct Recognition {
    std::uint32_t name = NameTable::none;  // in the name table, held
    Evidence evidence = Evidence::none;
    bool ech = false;           // the hello is encrypted
    bool counted = false;       // as usage: an AI service, and one end is inside
    std::string_view protocol;  // a literal, or nDPI's
    const SignatureName* signature = nullptr;
    std::shared_ptr<const Catalogue> catalogue;  // that the signature lives in
};

// Windows are half-open intervals of packet time, aligned to the epoch. One is open; time that
// passes its end closes it. A packet that comes late is counted in the open window, so that nothing
// is lost and nothing counted twice.
class Ledger {
  public:
    Ledger(Micros window_length, std::uint32_t most_cells, NameTable& names)
        : length_(window_length), most_cells_(most_cells), names_(names) {}

    bool open() const { return open_; }
    bool ends_before(Micros time) const { return open_ && time >= begin_ + length_; }
    void open_at(Micros time);

    // Counts bytes of a recognised flow; `new_flow` where the flow was not counted before.
    void count(Flow& flow, const Recognition& as, bool new_flow, std::uint64_t out,
               std::uint64_t in);

    // Notes that a packet was seen, for the window's first and last packet times.
    void saw(Micros time) {
        if (first_packet_ == 0 || time < first_packet_) first_packet_ = time;
        if (time > last_packet_) last_packet_ = time;
    }

    // The window's rows, in the order in which they began; the ledger is then closed and empty.
    ClosedWindow close();

    std::uint64_t refused() const { return refused_; }

  private:
    struct CellKey {
        Address host;
        const SignatureName* signature;
        std::uint32_t name;
        Evidence evidence;
        Transport transport;
        bool ech;
        bool operator==(const CellKey&) const = default;
    };
    struct CellHash {
        std::size_t operator()(const CellKey& key) const;
    };
    struct Cell {
        Usage usage;
        std::uint32_t name;
    };
    std::uint32_t cell_of(const Flow& flow, const Recognition& as);

    Micros length_;
    std::uint32_t most_cells_;
    NameTable& names_;
    bool open_ = false;
    Micros begin_ = 0, first_packet_ = 0, last_packet_ = 0;
    std::uint32_t number_ = 1;  // of the window, for Flow::cell_window
    std::unordered_map<CellKey, std::uint32_t, CellHash> index_;
    std::vector<Cell> cells_;
    std::uint64_t refused_ = 0;  // flows × windows that found no cell
};

}  // namespace umbra
