#include "daemon/decode/fragments.hpp"

#include <algorithm>

namespace umbra::decode {
namespace {

// A datagram of 64 KiB over the smallest MTU in use, 576 bytes, has 119.
constexpr std::size_t most_pieces = 256;

// For so long after a datagram was whole its fragments are copies of those seen: mirrored twice. At
// 40 Gbit/s identifications come around after twice that time.
constexpr Micros copies_come_within = second / 100;

}  // namespace

std::size_t DatagramHash::operator()(const DatagramKey& key) const {
    const std::uint64_t rest =
        std::uint64_t{key.identification} << 32 | key.vlan << 8 | key.protocol;
    return mix(hash_of(key.source, seed) ^ rest, hash_of(key.destination, ~seed));
}

std::optional<Datagram> Fragments::add(const Fragment& fragment) {
    ++counters_.seen;
    while (!by_age_.empty() && fragment.time - by_age_.front().since > limits_.time_out)
        drop_oldest();
    const ByAge::iterator place_in_age = assembly_of(fragment);
    Assembly& assembly = *place_in_age;
    if (assembly.state != State::assembling) return std::nullopt;

    std::optional<Datagram> datagram;
    const std::size_t before = assembly.memory();
    const Placed placed = place(assembly, fragment);
    memory_ += assembly.memory() - before;
    if (placed == Placed::overlapping) {
        ++counters_.overlapping;
        settle(assembly, State::refused);
    } else if (assembly.length != 0 && assembly.present == assembly.length) {
        ++counters_.reassembled;
        datagram = put_together(assembly);
        settle(assembly, State::whole);
        assembly.since = fragment.time;
        by_age_.splice(by_age_.end(), by_age_, place_in_age);
    } else if (assembly.pieces.size() > most_pieces) {
        ++counters_.expired;
        settle(assembly, State::refused);
    }
    while (memory_ > limits_.memory)
        drop_oldest();
    return datagram;
}

// The one under way, or a new one.
Fragments::ByAge::iterator Fragments::assembly_of(const Fragment& fragment) {
    if (const auto found = by_key_.find(fragment.key); found != by_key_.end()) {
        const ByAge::iterator assembly = found->second;
        if (assembly->state != State::whole ||
            fragment.time - assembly->since <= copies_come_within) {
            return assembly;
        }
        by_age_.erase(assembly);
        by_key_.erase(found);
    } else if (by_age_.size() >= limits_.most_datagrams) {
        drop_oldest();
    }
    by_age_.push_back({.key = fragment.key, .since = fragment.time, .pieces = {}, .bytes = {}});
    const ByAge::iterator assembly = std::prev(by_age_.end());
    by_key_.emplace(fragment.key, assembly);
    return assembly;
}

Fragments::Placed Fragments::place(Assembly& assembly, const Fragment& fragment) {
    const std::uint32_t end = fragment.end();
    auto& pieces = assembly.pieces;
    const auto next = std::ranges::lower_bound(pieces, fragment.offset, {}, &Piece::begin);
    if (next != pieces.end() && next->begin == fragment.offset && next->end == end) {
        const Bytes held = Bytes(assembly.bytes).subspan(next->at, next->captured);
        const std::size_t both = std::min(held.size(), fragment.bytes.size());
        const bool same = fragment.more == (end != assembly.length) &&
                          std::ranges::equal(held.first(both), fragment.bytes.first(both));
        return same ? Placed::duplicate : Placed::overlapping;
    }
    const bool overlaps = (next != pieces.begin() && std::prev(next)->end > fragment.offset) ||
                          (next != pieces.end() && next->begin < end);
    const bool past_the_end = assembly.length != 0
                                  ? !fragment.more || end > assembly.length
                                  : !fragment.more && !pieces.empty() && pieces.back().end > end;
    if (overlaps || past_the_end) return Placed::overlapping;

    pieces.insert(next, {fragment.offset, end, static_cast<std::uint32_t>(assembly.bytes.size()),
                         static_cast<std::uint32_t>(fragment.bytes.size())});
    assembly.bytes.insert(assembly.bytes.end(), fragment.bytes.begin(), fragment.bytes.end());
    assembly.present += fragment.length;
    if (!fragment.more) assembly.length = end;
    if (fragment.offset == 0) assembly.protocol = fragment.protocol;
    return Placed::added;
}

Datagram Fragments::put_together(const Assembly& assembly) {
    whole_.clear();
    for (const Piece& piece : assembly.pieces) {
        const Bytes bytes = Bytes(assembly.bytes).subspan(piece.at, piece.captured);
        whole_.insert(whole_.end(), bytes.begin(), bytes.end());
        if (piece.captured < piece.end - piece.begin) break;
    }
    return {assembly.protocol, whole_, assembly.length};
}

// The assembly stays, without its bytes, to know what still comes of it.
void Fragments::settle(Assembly& assembly, State state) {
    memory_ -= assembly.memory();
    assembly.state = state;
    assembly.pieces = std::vector<Piece>();
    assembly.bytes = std::vector<std::uint8_t>();
}

void Fragments::clear() {
    while (!by_age_.empty())
        drop_oldest();
}

void Fragments::drop_oldest() {
    const Assembly& oldest = by_age_.front();
    if (oldest.state == State::assembling) ++counters_.expired;
    memory_ -= oldest.memory();
    by_key_.erase(oldest.key);
    by_age_.pop_front();
}

}  // namespace umbra::decode
