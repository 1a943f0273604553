// Reports that go down to hosts: breaches of policy, uploads, what is new.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "tools/umbra/report/fields.hpp"
#include "tools/umbra/report/reports.hpp"

namespace umbra {
namespace {

using store::Facet;

constexpr std::array<std::string_view, 4> statuses = {"forbidden", "unreviewed", "tolerated",
                                                      "approved"};

// A host's address, name and department at the time of the usage, for an item that has a host_id
// and a department.
template <typename Item>
void add_host(Desk& desk, std::vector<Field<Item>>& fields) {
    fields.push_back({{"host", _("HOST")},
                      [&desk](const Item& item) { return desk.host(item.host_id).address; }});
    fields.push_back({{"host_name", _("NAME"), false, 7}, [&desk](const Item& item) {
                          return value_or_null(desk.host(item.host_id).name);
                      }});
    fields.push_back({{"department", _("DEPARTMENT"), false, 4},
                      [&desk](const Item& item) { return desk.name_of(item.department); }});
}

template <typename Item>
void add_service(Desk& desk, std::vector<Field<Item>>& fields) {
    fields.push_back({{"service", _("SERVICE")},
                      [&desk](const Item& item) { return desk.service(item.service).service; }});
}

}  // namespace

int policy_rank(const std::string& status) {
    return static_cast<int>(std::ranges::find(statuses, status) - statuses.begin());
}

Rows policy_report(Desk& desk) {
    struct Item : store::Total {
        std::string policy;
        std::optional<std::string> rule;
        std::uint32_t service = 0;
        Department department;
    };
    std::vector<Item> items;
    for (const auto& group : store::grouped(
             desk.answer(),
             [](const Facet& facet) {
                 return std::optional(
                     std::tuple(facet.policy, facet.policy_rule, facet.service, facet.department));
             },
             true)) {
        const auto& [policy, rule, service, department] = group.key;
        items.push_back({group, policy, rule, service, department});
    }
    std::ranges::stable_sort(items, {}, [](const Item& item) { return policy_rank(item.policy); });
    std::vector<Field<Item>> fields{
        {{"policy", _("POLICY")}, [](const Item& item) { return word(item.policy); }},
        {{"policy_rule", _("RULE"), false, 5},
         [](const Item& item) { return value_or_null(item.rule); }}};
    add_service(desk, fields);
    add_host(desk, fields);
    add_evidence(fields);
    add_traffic(fields);
    add_times(fields);
    return rows_of(fields, items);
}

Rows uploads_report(Desk& desk) {
    struct Item : store::Total {
        store::Period when;
        std::uint32_t service = 0;
        Department department;
        std::string policy;
    };
    constexpr std::size_t most = 50;
    std::vector<Item> items;
    for (const store::Upload& upload : desk.reader().uploads(
             desk.asked().period, desk.asked().filter, desk.asked().limit.value_or(most))) {
        const Facet& facet = desk.reader().facets().all()[upload.facet];
        Item& item = items.emplace_back(
            Item{{}, upload.when, facet.service, facet.department, facet.policy});
        static_cast<store::Sums&>(item) = upload.sums;
        item.host_id = upload.host_id;
        item.evidence = upload.evidence;
    }
    std::vector<Field<Item>> fields{
        {{"window_start", _("FROM")}, [](const Item& item) { return Time{item.when.since}; }},
        {{"window_end", _("TO"), false, 8},
         [](const Item& item) { return Time{item.when.until}; }}};
    add_host(desk, fields);
    add_service(desk, fields);
    fields.push_back(
        {{"policy", _("POLICY"), false, 3}, [](const Item& item) { return word(item.policy); }});
    add_evidence(fields);
    add_traffic(fields);
    fields.push_back(
        {{"", _("VOLUME"), false, 3, Look::bar}, [](const Item& item) { return item.bytes_out; }});
    return rows_of(fields, items);
}

Rows new_report(Desk& desk) {
    using Item = store::Group<std::uint32_t>;
    const auto is_new = desk.reader().new_services(desk.answer());
    std::vector<Item> items = store::grouped(desk.answer(), store::by_service);
    std::erase_if(items, [&](const Item& item) { return !is_new.contains(item.key); });
    std::ranges::stable_sort(items, {}, &Item::first_seen);
    // By whom, the first first.
    std::map<std::uint32_t, std::vector<store::Group<std::uint32_t>>> users;
    for (const auto& group : store::grouped(desk.answer(), store::by_service, true))
        users[group.key].push_back(group);
    for (auto& [service, groups] : users)
        std::ranges::stable_sort(groups, {}, &store::Total::first_seen);
    const auto hosts = [&](const Item& item) {
        constexpr std::size_t most = 5;
        std::vector<std::string> addresses;
        for (const auto& group : users[item.key]) {
            if (addresses.size() == most) break;
            addresses.push_back(desk.host(group.host_id).address);
        }
        return fmt::format("{}{}", fmt::join(addresses, " "),
                           users[item.key].size() > most ? " …" : "");
    };
    const auto words = [&desk](auto member) {
        return [&desk, member](const Item& item) { return Value(desk.service(item.key).*member); };
    };
    std::vector<Field<Item>> fields{
        {{"service", _("SERVICE")}, words(&store::ServiceWords::service)},
        {{"service_name", ""}, words(&store::ServiceWords::name)},
        {{"vendor", _("VENDOR"), false, 6}, words(&store::ServiceWords::vendor_name)},
        {{"category", _("CATEGORY"), false, 4},
         [&](const Item& item) { return word(desk.service(item.key).category); }},
        {{"sovereignty", _("LAW"), false, 3},
         [&](const Item& item) { return word_or_null(desk.service(item.key).sovereignty); }},
        {{"first_seen", _("FIRST SEEN")}, [](const Item& item) { return Time{item.first_seen}; }}};
    add_hosts(fields);
    fields.push_back({{"first_hosts", _("FIRST USED BY")}, hosts});
    add_traffic(fields);
    add_evidence(fields);
    return rows_of(fields, items);
}

}  // namespace umbra
