// IP datagrams put together from their fragments (RFC 791 section 3.2, RFC 8200 section 4.5).
#pragma once

#include <list>
#include <optional>
#include <unordered_map>
#include <vector>

#include "daemon/decode/address.hpp"
#include "daemon/decode/reader.hpp"
#include "daemon/support/time.hpp"

namespace umbra {

struct FragmentLimits {
    // Datagrams remembered at one time, whole ones for a moment too. Fewer than there are IPv4
    // identifications, so that one that comes around again never meets its former bearer
    // (RFC 4963).
    std::uint32_t most_datagrams = 4096;
    std::size_t memory = 8U << 20;  // bytes that their fragments take
    Micros time_out = 30 * second;  // from the first fragment seen, in packet time
};

struct FragmentCounters {
    std::uint64_t seen = 0;         // fragments
    std::uint64_t reassembled = 0;  // datagrams, as all below
    std::uint64_t overlapping = 0;  // refused because fragments of them overlapped (RFC 5722)
    std::uint64_t expired = 0;  // given up on: timed out, pushed out by newer, in too many parts
};

namespace decode {

// What makes two fragments parts of one datagram.
struct DatagramKey {
    Address source, destination;
    std::uint32_t identification = 0;
    std::uint32_t vlan = 0;
    std::uint8_t protocol = 0;  // of IPv4 alone; IPv6 has none here

    bool operator==(const DatagramKey&) const = default;
};

struct DatagramHash {
    std::uint64_t seed = secret_seed();
    std::size_t operator()(const DatagramKey& key) const;
};

struct Fragment {
    DatagramKey key;
    std::uint32_t offset = 0;
    bool more = false;
    std::uint8_t protocol = 0;  // of what the datagram carries; that of the first fragment counts
    Bytes bytes;                // what was captured of it
    std::uint32_t length = 0;   // what was on the wire of it
    Micros time = 0;

    std::uint32_t end() const { return offset + length; }
    // Every fragment but the last fills units of 8 bytes, and no datagram passes 65,535 bytes.
    bool well_formed() const {
        constexpr std::uint32_t longest = 65535;
        return length > 0 && length <= longest && end() <= longest && (!more || length % 8 == 0);
    }
};

struct Datagram {
    std::uint8_t protocol;
    Bytes bytes;           // up to the first byte that was not captured; valid until the next call
    std::uint32_t length;  // what was on the wire
};

// A bounded table; the datagram whose first fragment came longest ago makes room. Fragments come in
// any order. An exact duplicate is passed over; any other overlap discards the datagram with all
// that is still to come of it, since what the receiver makes of it cannot be known.
class Fragments {
  public:
    explicit Fragments(const FragmentLimits& limits) : limits_(limits) {}
    Fragments(const Fragments&) = delete;
    Fragments& operator=(const Fragments&) = delete;

    // Takes in a well-formed fragment. The datagram, where that makes it whole.
    std::optional<Datagram> add(const Fragment& fragment);

    // Gives up on all that is incomplete.
    void clear();

    const FragmentCounters& counters() const { return counters_; }
    std::size_t memory() const { return memory_; }

  private:
    enum class State : std::uint8_t { assembling, whole, refused };
    struct Piece {
        std::uint32_t begin, end;    // in the datagram
        std::uint32_t at, captured;  // in Assembly::bytes
    };
    struct Assembly {
        DatagramKey key;
        Micros since = 0;  // when the first fragment came; once whole, the last
        State state = State::assembling;
        std::uint8_t protocol = 0;
        std::uint32_t length = 0;  // known from the last fragment, else 0
        std::uint32_t present = 0;
        std::vector<Piece> pieces;  // by their begin
        std::vector<std::uint8_t> bytes;

        std::size_t memory() const { return pieces.capacity() * sizeof(Piece) + bytes.capacity(); }
    };
    using ByAge = std::list<Assembly>;
    enum class Placed : std::uint8_t { added, duplicate, overlapping };

    ByAge::iterator assembly_of(const Fragment& fragment);
    static Placed place(Assembly& assembly, const Fragment& fragment);
    Datagram put_together(const Assembly& assembly);
    void settle(Assembly& assembly, State state);
    void drop_oldest();

    FragmentLimits limits_;
    ByAge by_age_;  // by `since`, oldest first
    std::unordered_map<DatagramKey, ByAge::iterator, DatagramHash> by_key_;
    std::vector<std::uint8_t> whole_;
    std::size_t memory_ = 0;
    FragmentCounters counters_;
};

}  // namespace decode
}  // namespace umbra
