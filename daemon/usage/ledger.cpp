#include "daemon/usage/ledger.hpp"

#include "daemon/support/hash.hpp"

namespace umbra {

std::size_t Ledger::CellHash::operator()(const CellKey& key) const {
    const std::uint64_t a = mix(word_at(key.host.bytes.data()) + 0x9e3779b97f4a7c15U,
                                word_at(&key.host.bytes[8]) ^ 0xa0761d6478bd642fU);
    const std::uint64_t rest =
        reinterpret_cast<std::uintptr_t>(key.signature) ^ std::uint64_t{key.name} << 32;
    const std::uint64_t kind = static_cast<std::uint64_t>(key.evidence) << 9 |
                               static_cast<std::uint64_t>(key.transport) << 1 | (key.ech ? 1U : 0U);
    return mix(a ^ rest, kind + 0x9e3779b97f4a7c15U);
}

void Ledger::open_at(Micros time) {
    const Micros remainder = ((time % length_) + length_) % length_;
    begin_ = time - remainder;
    open_ = true;
    first_packet_ = last_packet_ = 0;
}

void Ledger::count(Flow& flow, const Recognition& as, bool new_flow, std::uint64_t out,
                   std::uint64_t in) {
    if (flow.cell_window != number_) {
        flow.cell = cell_of(flow, as);
        flow.cell_window = number_;
    }
    if (flow.cell == Flow::none) return;
    Usage& usage = cells_[flow.cell].usage;
    usage.flows += new_flow ? 1 : 0;
    usage.bytes_out += out;
    usage.bytes_in += in;
}

std::uint32_t Ledger::cell_of(const Flow& flow, const Recognition& as) {
    const CellKey key{flow.client(), as.signature,         as.name,
                      as.evidence,   flow.key.transport(), as.ech};
    const auto found = index_.find(key);
    if (found != index_.end()) return found->second;
    if (cells_.size() >= most_cells_) {
        ++refused_;
        return Flow::none;
    }
    const auto index = static_cast<std::uint32_t>(cells_.size());
    index_.emplace(key, index);
    names_.hold_again(as.name);  // until the window is closed and its rows have their own text
    Cell& cell = cells_.emplace_back();
    cell.name = as.name;
    cell.usage.host = key.host;
    cell.usage.catalogue = as.catalogue;
    cell.usage.service = as.signature->service;
    cell.usage.role = as.signature->role;
    cell.usage.shared = as.signature->shared;
    cell.usage.evidence = key.evidence;
    cell.usage.ech = key.ech;
    cell.usage.transport = key.transport;
    cell.usage.server = flow.server();
    cell.usage.server_port = flow.server_port();
    return index;
}

ClosedWindow Ledger::close() {
    ClosedWindow window{.begin = begin_,
                        .end = begin_ + length_,
                        .first_packet = first_packet_,
                        .last_packet = last_packet_,
                        .usage = {},
                        .coverage = {}};
    window.usage.reserve(cells_.size());
    for (Cell& cell : cells_) {
        cell.usage.host_name = HostName::without_port(names_.text(cell.name));
        names_.release(cell.name);
        window.usage.push_back(std::move(cell.usage));
    }
    cells_.clear();
    index_.clear();
    ++number_;
    open_ = false;
    return window;
}

}  // namespace umbra
