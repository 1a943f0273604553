// Reports read weeks, days and hours where they can. Here their sums are those of the windows, as
// SQL finds them in the view `usage`.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <random>
#include <set>

#include "daemon/store/reader.hpp"
#include "daemon/store/writer.hpp"
#include "tests/unit/folder.hpp"
#include "tests/unit/store/reports.hpp"
#include "tests/unit/store/windows.hpp"

using namespace umbra;
using store::Period;
using test::start;

namespace {

class Data {
  public:
    // Windows of half an hour over three weeks, some of them late, of hosts that come and go.
    explicit Data(store::Writer& writer) {
        for (int i = 0; i < 22 * 48; ++i) {
            if (below(3) == 0) continue;
            writer.write(window(start + 1800 * (i - (below(20) == 0 ? below(900) : 0))));
            if (below(50) == 0) upkeep(writer);
        }
        upkeep(writer);
    }

    int below(int bound) { return static_cast<int>(random_() % static_cast<unsigned>(bound)); }

  private:
    ClosedWindow window(std::int64_t begin) {
        ClosedWindow window{
            .begin = begin * second, .end = (begin + 1800) * second, .usage = {}, .coverage = {}};
        for (int rows = below(12); rows > 0; --rows) {
            Usage usage = test::usage_of(fmt::format("10.0.0.{}", below(30)),
                                         static_cast<std::uint64_t>(below(2'000'000)),
                                         static_cast<std::uint32_t>(below(2)));
            usage.evidence = below(2) == 0 ? Evidence::sni : Evidence::quic_sni;
            if (const int draw = below(5); draw > 0)
                usage.identity.department = draw < 3 ? "Marketing" : "IT";
            usage.shared = below(4) == 0;
            usage.policy = below(3) == 0 ? "forbidden" : "unreviewed";
            window.usage.push_back(usage);
        }
        window.coverage = {{"packets", static_cast<std::uint64_t>(below(1000))}};
        return window;
    }
    static void upkeep(store::Writer& writer) {
        while (writer.upkeep())
            continue;
    }

    std::mt19937_64 random_{1};
};

std::string over(const std::string& sql, const Period& period) {
    return sql + " WHERE window_start >= " + std::to_string(period.since) + " AND window_start < " +
           std::to_string(period.until);
}

void check_services(SQLite::Database& database, store::Reader& reader, const Period& period) {
    SQLite::Statement rows(
        database, over("SELECT service, count(DISTINCT host_id), sum(flows), sum(bytes_out), "
                       "sum(bytes_in), min(window_start), max(window_end), "
                       "max(evidence = 'sni') || max(evidence = 'quic_sni') "
                       "FROM usage JOIN services s ON s.id = service_id",
                       period) +
                      " GROUP BY service ORDER BY 4 + 5 DESC, 1");
    auto services = test::services(reader, period);
    std::ranges::sort(services, {}, &test::Found::name);
    std::size_t count = 0;
    while (rows.executeStep()) {
        REQUIRE(count < services.size());
        const auto found =
            std::ranges::find(services, rows.getColumn(0).getString(), &test::Found::name);
        REQUIRE(found != services.end());
        ++count;
        const std::vector<std::int64_t> sums = {found->hosts,      found->flows,
                                                found->bytes_out,  found->bytes_in,
                                                found->first_seen, found->last_seen};
        for (int i = 0; i < 6; ++i)
            CHECK(sums[static_cast<std::size_t>(i)] == rows.getColumn(i + 1).getInt64());
        const std::string kinds = rows.getColumn(7).getString();
        CHECK(store::evidence_list(found->evidence) == (kinds == "11"   ? "sni,quic_sni"
                                                        : kinds == "10" ? "sni"
                                                                        : "quic_sni"));
    }
    CHECK(count == services.size());
}

void check_hosts(SQLite::Database& database, store::Reader& reader, const Period& period) {
    SQLite::Statement rows(
        database, over("SELECT src_ip, count(DISTINCT s.service), sum(flows), sum(bytes_out), "
                       "sum(bytes_in), min(window_start), max(window_end) "
                       "FROM usage JOIN services s ON s.id = service_id",
                       period) +
                      " GROUP BY src_ip ORDER BY sum(bytes_out) + sum(bytes_in) DESC, src_ip");
    std::size_t place = 0;
    const auto hosts = test::hosts(reader, period);
    while (rows.executeStep()) {
        REQUIRE(place < hosts.size());
        const test::Found& host = hosts[place++];
        CHECK(host.name == rows.getColumn(0).getString());
        const std::vector<std::int64_t> sums = {host.services, host.flows,      host.bytes_out,
                                                host.bytes_in, host.first_seen, host.last_seen};
        for (int i = 0; i < 6; ++i)
            CHECK(sums[static_cast<std::size_t>(i)] == rows.getColumn(i + 1).getInt64());
    }
    CHECK(place == hosts.size());
}

void check_departments(SQLite::Database& database, store::Reader& reader, const Period& period) {
    SQLite::Statement rows(
        database, over("SELECT ifnull(department, '-'), count(DISTINCT host_id), "
                       "count(DISTINCT s.service), sum(flows), sum(bytes_out), sum(bytes_in), "
                       "min(window_start), max(window_end) "
                       "FROM usage JOIN services s ON s.id = service_id",
                       period) +
                      " GROUP BY department ORDER BY sum(bytes_out + bytes_in) DESC, department");
    std::size_t place = 0;
    const auto departments = test::departments(reader, period);
    while (rows.executeStep()) {
        REQUIRE(place < departments.size());
        const test::Found& total = departments[place++];
        CHECK(total.department.value_or("-") == rows.getColumn(0).getString());
        const std::vector<std::int64_t> sums = {total.hosts,     total.services, total.flows,
                                                total.bytes_out, total.bytes_in, total.first_seen,
                                                total.last_seen};
        for (int i = 0; i < 7; ++i)
            CHECK(sums[static_cast<std::size_t>(i)] == rows.getColumn(i + 1).getInt64());
    }
    CHECK(place == departments.size());
}

void check_total(SQLite::Database& database, store::Reader& reader, const Period& period) {
    SQLite::Statement sums(
        database, over("SELECT count(DISTINCT CASE WHEN NOT shared THEN host_id END), "
                       "count(DISTINCT CASE WHEN NOT shared THEN s.service END), "
                       "ifnull(sum(flows * (1 - shared)), 0), "
                       "ifnull(sum(bytes_out * (1 - shared)), 0), "
                       "ifnull(sum(bytes_in * (1 - shared)), 0), ifnull(sum(flows * shared), 0), "
                       "ifnull(sum((bytes_out + bytes_in) * shared), 0) "
                       "FROM usage JOIN services s ON s.id = service_id",
                       period));
    sums.executeStep();
    const auto [own, shared] = store::headline_of(reader.answer(period));
    const std::vector<std::int64_t> found = {own.hosts,     own.services, own.flows,
                                             own.bytes_out, own.bytes_in, shared.flows,
                                             shared.bytes()};
    for (int i = 0; i < 7; ++i)
        CHECK(found[static_cast<std::size_t>(i)] == sums.getColumn(i).getInt64());
}

// What a filter lets through, and the same in SQL.
struct Case {
    store::Filter filter;
    std::string sql;
};

std::vector<Case> cases_of_filters(SQLite::Database& database) {
    const std::int64_t host =
        database.execAndGet("SELECT id FROM hosts WHERE address = '10.0.0.7'").getInt64();
    const auto only = [](std::vector<std::string> store::Filter::*list,
                         std::vector<std::string> words) {
        store::Filter filter;
        filter.*list = std::move(words);
        return filter;
    };
    using store::Filter;
    std::vector<Case> cases{
        {only(&Filter::departments, {"IT", ""}), "ifnull(department, '') IN ('IT', '')"},
        {only(&Filter::services, {"mistral.api"}), "s.service = 'mistral.api'"},
        {only(&Filter::vendors, {"anthropic"}), "s.vendor = 'anthropic'"},
        {only(&Filter::countries, {"FR"}), "headquarters = 'FR'"},
        {only(&Filter::laws, {"us", ""}), "ifnull(sovereignty, '') IN ('us', '')"},
        {only(&Filter::evidences, {"quic_sni", "dns"}), "evidence IN ('quic_sni', 'dns')"},
        {only(&Filter::categories, {"chat"}), "category = 'chat' AND policy = 'forbidden'"},
        {{}, fmt::format("host_id = {}", host)}};
    cases[6].filter.policies = {"forbidden"};
    cases[7].filter.host_ids = {host};
    return cases;
}

void check_filters(SQLite::Database& database, store::Reader& reader, const Period& period) {
    for (const auto& [filter, sql] : cases_of_filters(database)) {
        INFO(sql);
        SQLite::Statement sums(database,
                               over("SELECT count(DISTINCT host_id), ifnull(sum(flows), 0), "
                                    "ifnull(sum(bytes_out), 0), ifnull(sum(bytes_in), 0) "
                                    "FROM usage JOIN services s ON s.id = service_id",
                                    period) +
                                   " AND " + sql);
        sums.executeStep();
        const auto groups = store::grouped(reader.answer(period, filter), store::all_in_one);
        store::Total total;
        if (!groups.empty()) total = groups.front();
        CHECK(total.hosts == sums.getColumn(0).getInt64());
        CHECK(total.flows == sums.getColumn(1).getInt64());
        CHECK(total.bytes_out == sums.getColumn(2).getInt64());
        CHECK(total.bytes_in == sums.getColumn(3).getInt64());
    }
}

void check_uploads(SQLite::Database& database, store::Reader& reader, const Period& period) {
    const bool by_day = period.until - period.since > store::longest_by_window;
    const std::string unit =
        by_day ? fmt::format("max(window_start / 86400 * 86400, {})", period.since)
               : "window_start";
    SQLite::Statement rows(database, over("SELECT " + unit +
                                              ", host_id, sum(bytes_out), sum(flows) "
                                              "FROM usage JOIN services s ON s.id = service_id",
                                          period) +
                                         " AND policy = 'forbidden' GROUP BY 1, host_id, s.service "
                                         "ORDER BY 3 DESC, 1, 2 LIMIT 20");
    store::Filter forbidden;
    forbidden.policies = {"forbidden"};
    const auto uploads = reader.uploads(period, forbidden, 20);
    std::size_t place = 0;
    while (rows.executeStep()) {
        if (rows.getColumn(2).getInt64() == 0) break;
        REQUIRE(place < uploads.size());
        const store::Upload& upload = uploads[place++];
        CHECK(upload.when.since == rows.getColumn(0).getInt64());
        CHECK(upload.host_id == rows.getColumn(1).getInt64());
        CHECK(upload.sums.bytes_out == rows.getColumn(2).getInt64());
        CHECK(upload.sums.flows == rows.getColumn(3).getInt64());
    }
    CHECK(place == uploads.size());
}

// Of one host, so that there is something new now and then.
void check_new(SQLite::Database& database, store::Reader& reader, const Period& period,
               std::int64_t host) {
    store::Filter filter;
    filter.host_ids = {host};
    const auto found = reader.new_services(reader.answer(period, filter));
    std::set<std::string> names;
    for (const std::uint32_t service : found)
        names.insert(reader.facets().services()[service].service);
    SQLite::Statement rows(
        database, fmt::format("SELECT service FROM usage JOIN services s ON s.id = service_id "
                              "WHERE host_id = {} AND window_start < {} GROUP BY service "
                              "HAVING min(window_start) >= {}",
                              host, period.until, period.since));
    std::set<std::string> expected;
    while (rows.executeStep())
        expected.insert(rows.getColumn(0).getString());
    CHECK(names == expected);
}

}  // namespace

TEST_CASE("reports over any period have the sums of its windows") {
    const test::Folder folder;
    const std::string path = folder / "umbra.db";
    store::Writer writer(path, {.keep = {0, 0, 0}});
    Data data(writer);
    SQLite::Database database(path);
    REQUIRE(test::number(path, "SELECT count(*) FROM usage_window") > 3000);
    REQUIRE(test::number(path, "SELECT count(DISTINCT start) FROM usage_week") >= 2);

    const std::int64_t whole = 3 * store::week_length;
    for (int i = 0; i < 80; ++i) {
        // Days, half hours and seconds.
        const std::int64_t unit = std::vector<std::int64_t>{86400, 1800, 1}[data.below(3)];
        const std::int64_t since = start - whole / 5 + data.below(static_cast<int>(whole));
        const Period period{
            since - since % unit,
            since - since % unit + unit * (1 + data.below(static_cast<int>(whole / unit)))};
        INFO(period.since << " to " << period.until);
        store::Reader reader(path);
        check_services(database, reader, period);
        check_hosts(database, reader, period);
        check_departments(database, reader, period);
        check_total(database, reader, period);
        check_filters(database, reader, period);
        check_uploads(database, reader, period);
        for (std::int64_t host = 1; host <= 5; ++host)
            check_new(database, reader, period, host);
        const auto coverage = reader.coverage(period);
        const auto packets = std::ranges::find(coverage, "packets", &store::Metric::name);
        CHECK((packets == coverage.end() ? 0 : packets->value) ==
              database
                  .execAndGet(over("SELECT ifnull(sum(value), 0) FROM coverage", period) +
                              " AND metric = 'packets'")
                  .getInt64());
    }
}

TEST_CASE("a row keeps who its host was and what the policy said when it was written") {
    const test::Folder folder;
    const std::string path = folder / "umbra.db";
    store::Writer writer(path, {});
    const auto write = [&](std::int64_t begin, const char* address, const char* department,
                           const char* policy, std::optional<std::string> rule) {
        ClosedWindow window = test::window_at(begin, {{address, 100}});
        Usage& usage = window.usage.front();
        usage.identity = {"pc-17", address, "pc-17.bank.example", department, "Lyon"};
        usage.region = "eu-west-3";
        usage.policy = policy;
        usage.policy_rule = std::move(rule);
        writer.write(window);
    };
    write(start, "10.0.0.1", "Marketing", "tolerated", "no-chat");
    write(start + 300, "10.0.0.2", "IT", "unreviewed", std::nullopt);

    std::vector<store::UsageRecord> records;
    store::Reader reader(path);
    reader.records_after(0, [&](const auto& record) { records.push_back(record); });
    REQUIRE(records.size() == 2);
    CHECK(records[0].src_ip == "10.0.0.1");
    CHECK(records[0].src_id == "pc-17");
    CHECK(records[0].host_name == "pc-17.bank.example");
    CHECK(records[0].department == "Marketing");
    CHECK(records[0].policy == "tolerated");
    CHECK(records[0].catalogue_version == "test");
    CHECK(records[1].src_ip == "10.0.0.2");
    CHECK(records[1].department == "IT");
    CHECK(records[1].policy == "unreviewed");
    CHECK(
        test::text(path,
                   "SELECT group_concat(src_ip || src_name || site || ifnull(policy_rule, '-') || "
                   "region) FROM usage") ==
        "10.0.0.1pc-17.bank.exampleLyonno-chateu-west-3,"
        "10.0.0.2pc-17.bank.exampleLyon-eu-west-3");
    // It is one host all the same, known by what was seen last.
    const auto hosts = test::hosts(reader, {start, start + 600});
    REQUIRE(hosts.size() == 1);
    CHECK(hosts[0].name == "10.0.0.2");
    CHECK(hosts[0].department == "IT");
    CHECK(test::number(path, "SELECT sum(bytes_out) FROM usage WHERE department = 'Marketing'") ==
          100);
}

TEST_CASE("a service that the catalogue describes anew keeps its older description in older rows") {
    const test::Folder folder;
    const std::string path = folder / "umbra.db";
    store::Writer writer(path, {});
    Catalogue catalogue = test::small_catalogue();
    const auto write = [&](std::int64_t begin, const char* version) {
        catalogue.version = version;
        ClosedWindow window = test::window_at(begin, {{"10.0.0.1", 1}});
        window.usage[0].catalogue = std::make_shared<const Catalogue>(catalogue);
        writer.write(window);
    };
    write(start, "test");
    write(start + 300, "later");
    catalogue.services[0].category = "agents";
    write(start + 600, "last");

    // The same description twice is one row.
    CHECK(test::number(path, "SELECT count(*) FROM services") == 2);
    CHECK(test::text(path,
                     "SELECT group_concat(catalogue_version || '/' || category) FROM usage "
                     "JOIN services s ON s.id = service_id") == "test/chat,later/chat,last/agents");
    store::Reader reader(path);
    const auto services = test::services(reader, {start, start + 900});
    REQUIRE(services.size() == 1);
    CHECK(services[0].words.category == "agents");
    CHECK(services[0].flows == 3);
}

TEST_CASE("a window in two parts, as a restart leaves it, was watched once") {
    const test::Folder folder;
    const std::string path = folder / "umbra.db";
    store::Writer writer(path, {});
    writer.write(test::window_at(start, {{"10.0.0.1", 1}}));
    writer.write(test::window_at(start, {{"10.0.0.1", 2}}));
    writer.write(test::window_at(start + 900, {}));
    const auto coverage = store::Reader(path).coverage({start, start + 3600});
    const auto watched = std::ranges::find(coverage, "seconds_watched", &store::Metric::name);
    REQUIRE(watched != coverage.end());
    CHECK(watched->value == 600);
    CHECK(test::total(path, {start, start + 3600}).bytes_out == 3);
}
