// umbra export: closed windows as files that a SIEM picks up.
#include <fmt/format.h>

#include <iostream>

#include "daemon/store/reader.hpp"
#include "daemon/support/progress.hpp"
#include "tools/umbra/command.hpp"
#include "tools/umbra/export_folder.hpp"
#include "tools/umbra/output.hpp"
#include "tools/umbra/siem/format.hpp"

namespace po = boost::program_options;
namespace fs = std::filesystem;

namespace umbra {
namespace {

constexpr const char* usage_text = N_(
    "umbra export --database DB --to DIR: closed windows after the cursor as files, each there "
    "whole\n"
    "or not at all. The cursor moves when a file is in place: after a crash a row may come twice, "
    "with\n"
    "the same record_id, and none is lost. --what coverage exports the sensor's health in the same "
    "way,\n"
    "so that silence and absence differ.\n"
    "\n"
    "  umbra export --database umbra.db --to /var/spool/umbra\n"
    "  umbra export --database umbra.db --to out --format ndjson --max-age 7\n"
    "  umbra export --database umbra.db --to out --what coverage\n");

enum class What { usage, coverage };

What parse_what(const std::string& text) {
    if (text == "usage") return What::usage;
    if (text == "coverage") return What::coverage;
    throw bad_input(_("--what {}: not one of usage, coverage", printable(text)));
}

// What stands between the dashes of a file's name.
std::string for_file_name(std::string_view text) {
    std::string safe;
    for (const char c : text) {
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '.' || c == '_';
        safe += is_plain ? c : '_';
    }
    return safe;
}

std::int64_t at_least_one(const po::variables_map& values, const char* option) {
    const auto number = values[option].as<std::int64_t>();
    if (number < 1) throw bad_input(_("--{} {}: must be 1 or more", option, number));
    return number;
}

// A cursor that is ahead of the database would let it export nothing until its ids catch up.
void check_cursor(std::int64_t cursor, std::int64_t last, const fs::path& file,
                  const std::string& database) {
    if (cursor <= last) return;
    throw bad_input(
        _("{}:1: record {} was exported, but {} has given none above {}: it is another "
          "database; give "
          "it a cursor of its own",
          file.string(), cursor, database, last));
}

class Exporter {
  public:
    Exporter(ExportFolder& folder, std::string_view header, std::string_view line_end,
             std::int64_t most_rows, std::int64_t cursor, std::int64_t last_id)
        : folder_(folder),
          header_(header.empty() ? std::string() : fmt::format("{}{}", header, line_end)),
          line_end_(line_end),
          most_rows_(most_rows),
          first_(cursor),
          total_(last_id - cursor) {}

    void add(std::int64_t id, std::string line) {
        folder_.add(id, line += line_end_, header_);
        progress_.reached(id - first_, total_, [&](double seconds) {
            return fmt::format("exported, {:.0f} rows a second",
                               static_cast<double>(id - first_) / seconds);
        });
        if (folder_.rows_in_file() >= most_rows_) finish_file();
    }

    void finish_file() {
        const std::int64_t rows = folder_.rows_in_file();
        const fs::path file = folder_.finish_file();
        if (file.empty()) return;
        is_any_ = true;
        progress_.above([&] {
            std::cerr << _n(rows, "{}: {} rows\n", "{}: {} rows\n", file.string(),
                            count_text(rows));
        });
    }
    bool is_any() const { return is_any_; }

  private:
    ExportFolder& folder_;
    std::string header_;
    std::string_view line_end_;
    std::int64_t most_rows_, first_, total_;
    Progress progress_;
    bool is_any_ = false;
};

}  // namespace

ExitCode export_command(const Words& words) {
    CommandLine command{_(usage_text), po::options_description(), {}};
    command.options.add_options()("database,d", po::value<std::string>(),
                                  _("the file that umbrad writes"))("to", po::value<std::string>(),
                                                                    _("folder for the files"))(
        "what", po::value<std::string>()->default_value("usage"), "usage, coverage")(
        "format", po::value<std::string>()->default_value("csv"),
        _("csv; ndjson (Elastic Common Schema), ocsf (Network Activity), cef"))(
        "crlf", po::bool_switch(), _("end lines of CSV with CR LF"))(
        "cursor", po::value<std::string>(),
        _("file that remembers the last exported record (default: DIR/umbra.cursor, or "
          "DIR/umbra-coverage.cursor)"))(
        "max-rows", po::value<std::int64_t>()->default_value(500'000)->value_name("ROWS"),
        _("rows in one file"))("max-age", po::value<std::int64_t>()->value_name("DAYS"),
                               _("remove exported files that are older"));
    const auto values = command.parse(words);
    if (!values) return ExitCode::done;
    const std::string database = needed_option(*values, "export", "database", "DB");
    const fs::path to = needed_option(*values, "export", "to", "DIR");
    const What what = parse_what((*values)["what"].as<std::string>());
    const siem::Format& format = siem::format_named((*values)["format"].as<std::string>());
    if (what == What::coverage && !format.coverage_line) {
        throw bad_input(_("--format {}: --what coverage is csv or ndjson", format.name));
    }
    const bool crlf = (*values)["crlf"].as<bool>();
    if (crlf && &format != &siem::csv) {
        throw bad_input(_("--crlf: is for csv, not for {}", format.name));
    }
    const std::int64_t most_rows = at_least_one(*values, "max-rows");
    std::optional<std::chrono::hours> max_age;
    if (values->contains("max-age")) max_age.emplace(24 * at_least_one(*values, "max-age"));
    const std::string kind = what == What::usage ? "umbra" : "umbra-coverage";
    const fs::path cursor = values->contains("cursor")
                                ? fs::path((*values)["cursor"].as<std::string>())
                                : to / fmt::format("{}.cursor", kind);

    store::Reader reader(database);
    const std::string sensor = reader.sensor();
    ExportFolder folder(to, cursor,
                        {.prefix = fmt::format("{}-{}", kind, for_file_name(sensor)),
                         .extension = std::string(format.extension)});
    const store::LastIds last = reader.last_ids();
    const std::int64_t last_id = what == What::usage ? last.usage : last.coverage;
    const std::int64_t done = folder.cursor();
    check_cursor(done, last_id, cursor, database);
    Exporter exporter(folder, what == What::usage ? format.usage_header : format.coverage_header,
                      crlf ? "\r\n" : "\n", most_rows, done, last_id);
    if (what == What::usage) {
        reader.records_after(done, [&](const store::UsageRecord& record) {
            exporter.add(record.record_id, format.usage_line(record, sensor));
        });
    } else {
        reader.coverage_after(done, [&](const store::CoverageRecord& record) {
            exporter.add(record.id, format.coverage_line(record, sensor));
        });
    }
    exporter.finish_file();
    if (!exporter.is_any()) std::cerr << _("nothing new to export\n");
    if (max_age) {
        const int removed = folder.remove_older_than(*max_age);
        if (removed > 0)
            std::cerr << _n(removed, "{} older files removed\n", "{} older files removed\n",
                            count_text(removed));
    }
    return ExitCode::done;
}

}  // namespace umbra
