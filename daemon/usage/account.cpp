#include "daemon/usage/account.hpp"

#include <algorithm>
#include <numeric>
#include <set>

#include "daemon/support/hash.hpp"
#include "daemon/usage/usage_class.hpp"

namespace umbra {

Account::Account(Micros begin, Micros length, Common& common)
    : begin_(begin), end_(begin + length), common_(common), number_(++common.last_number) {}

std::size_t Account::CellHash::operator()(const CellKey& key) const {
    const std::uint64_t a = mix(word_at(key.host.bytes.data()) + 0x9e3779b97f4a7c15U,
                                word_at(&key.host.bytes[8]) ^ 0xa0761d6478bd642fU);
    const std::uint64_t rest =
        reinterpret_cast<std::uintptr_t>(key.signature) ^ std::uint64_t{key.name} << 32;
    const std::uint64_t kind = static_cast<std::uint64_t>(key.evidence) << 9 |
                               static_cast<std::uint64_t>(key.transport) << 1 |
                               (key.ech ? 1U : 0U) | std::uint64_t{key.machine} << 32;
    return mix(a ^ rest, kind + 0x9e3779b97f4a7c15U);
}

void Account::count(Flow& flow, const Recognition& as, const Amount& amount, Micros time) {
    if (flow.cell_window != number_) {
        flow.cell = cell_of(flow, as, time);
        flow.cell_window = number_;  // as it is now: finding room may have changed it
        tallies_[flow.cell].browser |= as.client == Client::browser;
        tallies_[flow.cell].programme |= as.client == Client::programme;
    }
    Tally& tally = tallies_[flow.cell];
    tally.sum += amount;
    if (amount.out > 0) note_sent(tally, amount.out, time);
}

// A count of the tenths in which something was sent, and no more: which ones, or how much in each,
// would be a trace of what was said.
void Account::note_sent(Tally& tally, std::uint64_t bytes, Micros time) {
    if (time < tenth_begin_ || time >= tenth_end_) find_tenth(time);
    if (tenth_ != tally.tenth) {
        tally.tenth = tenth_;
        tally.sent_in_tenth = 0;
    }
    const std::uint64_t before = tally.sent_in_tenth;
    tally.sent_in_tenth += bytes;
    if (before < busy_bytes && tally.sent_in_tenth >= busy_bytes) ++tally.busy_tenths;
}

// Packets come mostly in the order of their times: the tenth is that of the one before.
void Account::find_tenth(Micros time) {
    const Micros length = end_ - begin_;
    const Micros into = std::clamp<Micros>(time - begin_, 0, length - 1);
    tenth_ = static_cast<std::uint8_t>(into * 10 / length);
    tenth_begin_ = begin_ + (tenth_ * length + 9) / 10;
    tenth_end_ = begin_ + ((tenth_ + 1) * length + 9) / 10;
}

std::uint32_t Account::cell_of(const Flow& flow, const Recognition& as, Micros time) {
    const Address& host = flow.client();
    const CellKey key{host,        common_.hosts.machine_at(host, time),
                      as.name,     as.signature,
                      as.evidence, flow.key.transport(),
                      as.ech};
    const auto found = index_.find(key);
    if (found != index_.end()) return found->second;
    if (cells_.size() >= common_.most_rows) sum_up_the_smaller_half();
    const auto index = static_cast<std::uint32_t>(cells_.size());
    index_.emplace(key, index);
    common_.names.hold_again(as.name);  // until the rows have their own text
    cells_.push_back({key, as.catalogue, flow.server(), flow.server_port()});
    tallies_.emplace_back();
    return index;
}

void Account::note_contact(const Address& host, const Recognition& as, const Address& server,
                           Transport transport, Micros time) {
    const std::uint32_t machine = common_.hosts.machine_at(host, time);
    const ContactKey key{host, machine, as.catalogue.get(), as.signature->service};
    if (contacts_.contains(key)) return;
    if (contacts_.size() >= common_.most_rows) {
        ++common_.contacts_dropped;
        return;
    }
    common_.names.hold_again(as.name);
    const CellKey cell{host, machine, as.name, as.signature, as.evidence, transport, false};
    contacts_.emplace(key, Cell{cell, as.catalogue, server, 0});
}

void Account::sum_up_the_smaller_half() {
    std::vector<std::uint32_t> order(cells_.size());
    std::iota(order.begin(), order.end(), 0);
    const auto kept = order.begin() + static_cast<std::ptrdiff_t>(order.size() / 2);
    std::nth_element(order.begin(), kept, order.end(), [this](std::uint32_t a, std::uint32_t b) {
        const Amount &x = tallies_[a].sum, &y = tallies_[b].sum;
        return x.out + x.in > y.out + y.in;
    });
    for (auto cell = kept; cell != order.end(); ++cell) {
        const Usage row = row_of(cells_[*cell], tallies_[*cell]);
        Others& others = others_[{row.catalogue.get(), row.service, row.evidence, row.transport,
                                  row.ech, row.shared, row.usage_class}];
        others.catalogue = row.catalogue;
        others.sum += tallies_[*cell].sum;
        common_.names.release(cells_[*cell].key.name);
        ++common_.summed_up;
    }
    // Nothing is where it was.
    std::vector<Cell> cells;
    std::vector<Tally> tallies;
    index_.clear();
    for (auto cell = order.begin(); cell != kept; ++cell) {
        index_.emplace(cells_[*cell].key, static_cast<std::uint32_t>(cells.size()));
        cells.push_back(std::move(cells_[*cell]));
        tallies.push_back(tallies_[*cell]);
    }
    cells_ = std::move(cells);
    tallies_ = std::move(tallies);
    number_ = ++common_.last_number;
}

Usage Account::row_of(const Cell& cell, const Tally& tally) const {
    Usage usage;
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
    usage.flows = tally.sum.flows;
    usage.bytes_out = tally.sum.out;
    usage.bytes_in = tally.sum.in;
    usage.identity = common_.hosts.identify(cell.key.host, cell.key.machine, end_);
    usage.busy_tenths = tally.busy_tenths;
    usage.browser = tally.browser;
    usage.programme = tally.programme;
    usage.usage_class = classify(usage);
    return usage;
}

Usage Account::row_of(const OthersKey& key, const Others& others) {
    Usage usage;
    usage.identity = {
        .key = "other", .address = {}, .name = "other hosts", .department = {}, .site = {}};
    usage.catalogue = others.catalogue;
    usage.service = key.service;
    usage.evidence = key.evidence;
    usage.transport = key.transport;
    usage.ech = key.ech;
    usage.shared = key.shared;
    usage.flows = others.sum.flows;
    usage.bytes_out = others.sum.out;
    usage.bytes_in = others.sum.in;
    usage.usage_class = key.usage;
    return usage;
}

ClosedWindow Account::close() {
    ClosedWindow window{.begin = begin_,
                        .end = end_,
                        .first_packet = first_packet_,
                        .last_packet = last_packet_,
                        .usage = {},
                        .coverage = {}};
    window.usage.reserve(cells_.size() + others_.size());
    for (std::size_t i = 0; i < cells_.size(); ++i) {
        const Cell& cell = cells_[i];
        window.usage.push_back(row_of(cell, tallies_[i]));
        common_.names.release(cell.key.name);
    }
    add_contacts(window.usage);
    for (const auto& [key, others] : others_)
        window.usage.push_back(row_of(key, others));
    return window;
}

// Not where hosts were summed up: who resolved only cannot be told from them any more.
void Account::add_contacts(std::vector<Usage>& rows) {
    const auto service_of = [](const Usage& row) {
        return std::pair(row.identity.key, row.catalogue->services[row.service].id);
    };
    std::set<std::pair<std::string, std::string>> used;
    for (const Usage& row : rows)
        used.insert(service_of(row));
    for (const auto& [key, cell] : contacts_) {
        Usage row = row_of(cell, {});
        common_.names.release(cell.key.name);
        if (!others_.empty()) {
            ++common_.contacts_dropped;
        } else if (!common_.hosts.resolves(key.host) && used.insert(service_of(row)).second) {
            rows.push_back(std::move(row));
        }
    }
}

}  // namespace umbra
