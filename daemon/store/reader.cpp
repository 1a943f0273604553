#include "daemon/store/reader.hpp"

#include <algorithm>
#include <map>

#include "daemon/store/candidates.hpp"
#include "daemon/store/columns.hpp"
#include "daemon/store/meta.hpp"
#include "daemon/store/open.hpp"
#include "daemon/store/packed.hpp"

namespace umbra::store {
namespace {

SQLite::Statement over(SQLite::Database& database, const char* sql, const Period& period) {
    SQLite::Statement statement(database, sql);
    statement.bind(1, period.since);
    statement.bind(2, period.until);
    return statement;
}

constexpr const char* windows_sql = R"sql(
    SELECT s.host_id, w.facet_id, w.flows, w.bytes_out, w.bytes_in, w.window_start,
           w.window_start + w.length
      FROM usage_window w CROSS JOIN sources s ON s.id = w.source_id
     WHERE w.window_start >= ? AND w.window_start < ?)sql";
constexpr const char* hours_sql = R"sql(
    SELECT host_id, facet_id, flows, bytes_out, bytes_in, first_seen, last_seen
      FROM usage_hour WHERE start >= ? AND start < ?)sql";
constexpr const char* days_sql = R"sql(
    SELECT host_id, facet_id, flows, bytes_out, bytes_in, first_seen, last_seen
      FROM usage_day WHERE start >= ? AND start < ?)sql";

}  // namespace

Reader::Reader(const std::string& path)
    : path_(path), database_(open_for_reading(path)), snapshot_(database_) {
    floors_ = explaining(path_, [&] { return read_floors(database_); });
}

std::string Reader::sensor() {
    return meta(database_, "sensor").value_or("");
}

std::optional<std::int64_t> Reader::number(const char* sql, std::int64_t floor) {
    SQLite::Statement query(database_, sql);
    query.bind(1, floor);
    if (!query.executeStep() || query.getColumn(0).isNull()) return std::nullopt;
    return query.getColumn(0).getInt64();
}

// What coarse tiers remember from before a finer one begins is known to their hour or day only.
std::optional<Period> Reader::extent() {
    return explaining(path_, [&]() -> std::optional<Period> {
        const auto day =
            number("SELECT min(start) FROM coverage_day WHERE start >= ?", floors_.days);
        const auto hour =
            number("SELECT min(start) FROM coverage_hour WHERE start >= ?", floors_.hours);
        const auto window = number("SELECT min(window_start) FROM coverage WHERE window_start >= ?",
                                   floors_.windows);
        const auto end = newest_window_end(database_);
        if (!window || !end) return std::nullopt;
        Period extent{*window, *end};
        if (hour && *hour < floors_.windows) extent.since = *hour;
        if (day && *day < std::min(floors_.windows, floors_.hours)) extent.since = *day;
        return extent;
    });
}

std::vector<Piece> Reader::pieces(const Period& period) {
    const auto held = extent();
    if (!held) return {};
    return pieces_of({std::max(period.since, day_of(held->since)),
                      std::min(period.until, day_of(held->until) + day_length)},
                     floors_);
}

std::shared_ptr<const Facets> Reader::shared_facets() {
    if (!facets_) {
        facets_ =
            explaining(path_, [&] { return std::make_shared<const Facets>(database_, path_); });
    }
    return facets_;
}

const Facets& Reader::facets() {
    return *shared_facets();
}

Answer Reader::answer(const Period& period, const Filter& filter) {
    return explaining(path_, [&] {
        Answer answer(shared_facets(), period, filter);
        for (const Piece& piece : pieces(period))
            add_piece(piece, answer);
        return answer;
    });
}

std::set<std::uint32_t> Reader::new_services(const Answer& answer) {
    return explaining(path_, [&] {
        const auto each_service = [](const Answer& of, auto take) {
            for (const Figure& figure : of.figures())
                take(of.facets().all()[static_cast<std::size_t>(figure.facet_id)].service);
        };
        std::set<std::uint32_t> unseen;
        each_service(answer, [&](std::uint32_t service) { unseen.insert(service); });
        const auto before = pieces({0, answer.period().since});
        // The newest first: there the most are found.
        for (auto piece = before.rbegin(); piece != before.rend() && !unseen.empty(); ++piece) {
            Answer part(shared_facets(), piece->period, answer.filter());
            add_piece(*piece, part);
            each_service(part, [&](std::uint32_t service) { unseen.erase(service); });
        }
        return unseen;
    });
}

void Reader::add_piece(const Piece& piece, Answer& answer) {
    const auto& [tier, part] = piece;
    if (tier == Tier::window) {
        add_rows(windows_sql, part, answer);
    } else if (tier == Tier::hour) {
        add_rows(hours_sql, part, answer);
    } else if (tier == Tier::day || !add_week(part.since, answer)) {
        add_rows(days_sql, part, answer);
    }
}

void Reader::add_rows(const char* sql, const Period& period, Answer& answer) {
    SQLite::Statement rows = over(database_, sql, period);
    const auto column = [&](int place) { return rows.getColumn(place).getInt64(); };
    while (rows.executeStep()) {
        if (!answer.add(
                {column(0), column(1), {column(2), column(3), column(4), column(5), column(6)}})) {
            throw damaged(path_);
        }
    }
}

// False where the week is not packed.
bool Reader::add_week(std::int64_t week, Answer& answer) {
    SQLite::Statement rows(database_, "SELECT host_id, packed FROM usage_week WHERE start = ?");
    rows.bind(1, week);
    bool is_packed = false;
    std::vector<Figure> figures;
    while (rows.executeStep()) {
        is_packed = true;
        const SQLite::Column packed = rows.getColumn(1);
        const std::string_view bytes(static_cast<const char*>(packed.getBlob()),
                                     static_cast<std::size_t>(packed.getBytes()));
        figures.clear();
        const bool is_whole = unpack(bytes, week, rows.getColumn(0).getInt64(), figures);
        if (!is_whole || !std::ranges::all_of(
                             figures, [&](const Figure& figure) { return answer.add(figure); })) {
            throw damaged(path_);
        }
    }
    return is_packed;
}

std::unordered_map<std::int64_t, HostWords> Reader::hosts() {
    return explaining(path_, [&] {
        std::unordered_map<std::int64_t, HostWords> words;
        SQLite::Statement rows(
            database_, "SELECT id, ifnull(address, key), name, department, site FROM hosts");
        while (rows.executeStep()) {
            words[rows.getColumn(0).getInt64()] = {
                rows.getColumn(1).getString(), text_or_null(rows.getColumn(2)),
                text_or_null(rows.getColumn(3)), text_or_null(rows.getColumn(4))};
        }
        return words;
    });
}

std::vector<Upload> Reader::uploads(const Period& period, const Filter& filter, std::size_t most) {
    return explaining(path_, [&] {
        LargestUploads largest(Answer(shared_facets(), period, filter), most);
        const bool by_day = period.until - period.since > longest_by_window;
        for (const Piece& piece : by_day ? pieces(period) : finest_pieces_of(period, floors_))
            read_uploads(database_, path_, piece, by_day, largest);
        return largest.take();
    });
}

std::vector<Metric> Reader::coverage(const Period& period) {
    return explaining(path_, [&] {
        std::map<std::string, std::int64_t> sums;
        for (const auto& [tier, part] : pieces(period)) {
            const char* sql = tier == Tier::window
                                  ? "SELECT metric, sum(value) FROM coverage "
                                    "WHERE window_start >= ? AND window_start < ? GROUP BY metric"
                              : tier == Tier::hour
                                  ? "SELECT metric, sum(value) FROM coverage_hour "
                                    "WHERE start >= ? AND start < ? GROUP BY metric"
                                  : "SELECT metric, sum(value) FROM coverage_day "
                                    "WHERE start >= ? AND start < ? GROUP BY metric";
            SQLite::Statement rows = over(database_, sql, part);
            while (rows.executeStep())
                sums[rows.getColumn(0).getString()] += rows.getColumn(1).getInt64();
        }
        std::vector<Metric> metrics;
        metrics.reserve(sums.size());
        for (const auto& [metric, value] : sums)
            metrics.push_back({metric, value});
        return metrics;
    });
}

std::vector<CandidateTotal> Reader::candidates(const Period& period) {
    return explaining(path_, [&] { return read_candidates(database_, period); });
}

std::vector<KnownHost> Reader::hosts_known_as(const std::string& text) {
    return explaining(path_, [&] {
        SQLite::Statement rows(database_, R"sql(
            SELECT id, key, address, name, department FROM hosts
             WHERE ?1 IN (key, address, name)
                OR id IN (SELECT host_id FROM sources WHERE ?1 IN (address, name))
             ORDER BY key)sql");
        rows.bind(1, text);
        std::vector<KnownHost> hosts;
        while (rows.executeStep()) {
            hosts.push_back({rows.getColumn(0).getInt64(), rows.getColumn(1).getString(),
                             text_or_null(rows.getColumn(2)), text_or_null(rows.getColumn(3)),
                             text_or_null(rows.getColumn(4))});
        }
        return hosts;
    });
}

void Reader::records_after(std::int64_t after,
                           const std::function<void(const UsageRecord&)>& take) {
    SQLite::Statement query(database_, R"sql(
        SELECT w.record_id, w.window_start, w.window_start + w.length, r.address,
               CASE WHEN h.key <> r.address THEN h.key END, n.name, d.address, r.name,
               f.department, f.policy, d.port, d.transport, s.service, s.name, s.vendor_name,
               s.category, s.headquarters, f.evidence, f.visibility, f.usage, w.flows, w.bytes_out,
               w.bytes_in, c.version
          FROM usage_window w
               CROSS JOIN sources r ON r.id = w.source_id
               CROSS JOIN hosts h ON h.id = r.host_id
               CROSS JOIN facets f ON f.id = w.facet_id
               CROSS JOIN services s ON s.id = f.service_id
               CROSS JOIN destinations d ON d.id = w.destination_id
               CROSS JOIN names n ON n.id = d.name_id
               CROSS JOIN catalogues c ON c.id = w.catalogue_id
         WHERE w.record_id > ? ORDER BY w.record_id)sql");
    query.bind(1, after);
    const auto text = [&](int column) { return query.getColumn(column).getString(); };
    const auto maybe = [&](int column) { return text_or_null(query.getColumn(column)); };
    const auto number = [&](int column) { return query.getColumn(column).getInt64(); };
    explaining(path_, [&] {
        while (query.executeStep()) {
            take({number(0), number(1), number(2),  text(3),    maybe(4),   text(5),
                  text(6),   maybe(7),  maybe(8),   text(9),    number(10), text(11),
                  text(12),  text(13),  text(14),   text(15),   maybe(16),  text(17),
                  text(18),  text(19),  number(20), number(21), number(22), text(23)});
        }
    });
}

void Reader::coverage_after(std::int64_t after,
                            const std::function<void(const CoverageRecord&)>& take) {
    explaining(path_, [&] {
        SQLite::Statement query(database_,
                                "SELECT id, window_start, window_end, metric, value FROM coverage "
                                "WHERE id > ? ORDER BY id");
        query.bind(1, after);
        while (query.executeStep()) {
            take({query.getColumn(0).getInt64(), query.getColumn(1).getInt64(),
                  query.getColumn(2).getInt64(), query.getColumn(3).getString(),
                  query.getColumn(4).getInt64()});
        }
    });
}

LastIds Reader::last_ids() {
    return explaining(path_, [&] {
        LastIds last;
        SQLite::Statement query(database_, "SELECT name, seq FROM sqlite_sequence");
        while (query.executeStep()) {
            const std::string table = query.getColumn(0).getString();
            const std::int64_t id = query.getColumn(1).getInt64();
            if (table == "usage_window") last.usage = id;
            if (table == "coverage") last.coverage = id;
        }
        return last;
    });
}

}  // namespace umbra::store
