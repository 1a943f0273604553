#include "daemon/usage/merge.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "daemon/usage/usage_class.hpp"

namespace umbra {
namespace {

bool is_of_others(const Usage& usage) {
    return usage.identity.key == "other";
}

// What rows of a window are told apart by. The class of a host's row follows from its sums.
auto key_of(const Usage& usage) {
    return std::tuple(usage.host, std::string_view(usage.identity.key), usage.catalogue.get(),
                      usage.service, std::string_view(usage.host_name), usage.role, usage.evidence,
                      usage.transport, usage.ech, usage.shared,
                      is_of_others(usage) ? usage.usage_class : UsageClass::contact);
}

void merge(std::vector<Usage>& rows, std::vector<Usage> more) {
    std::map<decltype(key_of(rows.front())), std::size_t> by_key;
    rows.reserve(rows.size() + more.size());  // so that the keys' texts stay where they are
    for (std::size_t i = 0; i < rows.size(); ++i)
        by_key.emplace(key_of(rows[i]), i);
    for (Usage& usage : more) {
        const auto found = by_key.find(key_of(usage));
        if (found == by_key.end()) {
            rows.push_back(std::move(usage));
            continue;
        }
        Usage& row = rows[found->second];
        row.add_traffic_of(usage);
        row.busy_tenths = std::max(row.busy_tenths, usage.busy_tenths);
        row.browser |= usage.browser;
        row.programme |= usage.programme;
        if (!is_of_others(row)) row.usage_class = classify(row);
    }
}

void merge(std::vector<Candidate>& candidates, std::vector<Candidate> more) {
    for (Candidate& candidate : more) {
        const auto same = std::ranges::find(candidates, candidate.name, &Candidate::name);
        if (same == candidates.end()) {
            candidates.push_back(std::move(candidate));
        } else {
            same->hosts = std::max(same->hosts, candidate.hosts);
            same->flows += candidate.flows;
        }
    }
}

}  // namespace

void merge(ClosedWindow& window, ClosedWindow more) {
    const auto earlier = [](Micros a, Micros b) { return a == 0 || (b != 0 && b < a) ? b : a; };
    window.first_packet = earlier(window.first_packet, more.first_packet);
    window.last_packet = std::max(window.last_packet, more.last_packet);
    merge(window.usage, std::move(more.usage));
    merge(window.coverage, more.coverage);
    merge(window.candidates, std::move(more.candidates));
}

void merge(std::vector<CoverageItem>& items, const std::vector<CoverageItem>& more) {
    for (const CoverageItem& item : more) {
        const auto same = std::ranges::find(items, item.metric, &CoverageItem::metric);
        if (same == items.end()) {
            items.push_back(item);
        } else {
            same->value += item.value;
        }
    }
}

}  // namespace umbra
