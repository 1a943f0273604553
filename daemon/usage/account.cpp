#include "daemon/usage/account.hpp"

#include "daemon/support/hash.hpp"

namespace umbra {

Account::Account(Micros begin, Micros length, Common& common)
    : begin_(begin), end_(begin + length), common_(common), number_(++common.last_number) {}

std::size_t Account::CellHash::operator()(const CellKey& key) const {
    const std::uint64_t a = mix(word_at(key.host.bytes.data()) + 0x9e3779b97f4a7c15U,
                                word_at(&key.host.bytes[8]) ^ 0xa0761d6478bd642fU);
    const std::uint64_t rest =
        reinterpret_cast<std::uintptr_t>(key.signature) ^ std::uint64_t{key.name} << 32;
    const std::uint64_t kind = static_cast<std::uint64_t>(key.evidence) << 9 |
                               static_cast<std::uint64_t>(key.transport) << 1 | (key.ech ? 1U : 0U);
    return mix(a ^ rest, kind + 0x9e3779b97f4a7c15U);
}

void Account::count(Flow& flow, const Recognition& as, const Amount& amount) {
    if (flow.cell_window != number_) {
        flow.cell = cell_of(flow, as);
        flow.cell_window = number_;
    }
    if (flow.cell == Flow::none) return;
    Amount& sum = cells_[flow.cell].sum;
    sum.flows += amount.flows;
    sum.out += amount.out;
    sum.in += amount.in;
}

std::uint32_t Account::cell_of(const Flow& flow, const Recognition& as) {
    const CellKey key{flow.client(), as.signature,         as.name,
                      as.evidence,   flow.key.transport(), as.ech};
    const auto found = index_.find(key);
    if (found != index_.end()) return found->second;
    if (cells_.size() >= common_.most_rows) {
        ++common_.refused;
        return Flow::none;
    }
    const auto index = static_cast<std::uint32_t>(cells_.size());
    index_.emplace(key, index);
    common_.names.hold_again(as.name);  // until the rows have their own text
    cells_.push_back({key, as.catalogue, flow.server(), flow.server_port(), {}});
    return index;
}

ClosedWindow Account::close() {
    ClosedWindow window{.begin = begin_,
                        .end = end_,
                        .first_packet = first_packet_,
                        .last_packet = last_packet_,
                        .usage = {},
                        .coverage = {}};
    window.usage.reserve(cells_.size());
    for (const Cell& cell : cells_) {
        Usage& usage = window.usage.emplace_back();
        usage.host = cell.key.host;
        usage.catalogue = cell.catalogue;
        usage.service = cell.key.signature->service;
        usage.host_name = HostName::without_port(common_.names.text(cell.key.name));
        usage.role = cell.key.signature->role;
        usage.evidence = cell.key.evidence;
        usage.transport = cell.key.transport;
        usage.ech = cell.key.ech;
        usage.shared = cell.key.signature->shared;
        usage.server = cell.server;
        usage.server_port = cell.server_port;
        usage.flows = cell.sum.flows;
        usage.bytes_out = cell.sum.out;
        usage.bytes_in = cell.sum.in;
        common_.names.release(cell.key.name);
    }
    return window;
}

}  // namespace umbra
