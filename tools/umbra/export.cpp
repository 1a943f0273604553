// umbra export: closed windows as files that a SIEM picks up.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "daemon/store/reader.hpp"
#include "daemon/support/descriptor.hpp"
#include "daemon/support/time.hpp"
#include "tools/umbra/command.hpp"
#include "tools/umbra/output.hpp"

namespace po = boost::program_options;
namespace fs = std::filesystem;

namespace umbra {
namespace {

constexpr const char* header =
    "record_id,window_start,window_end,sensor,src_ip,src_id,src_name,department,dest_host,dest_ip,"
    "dest_port,"
    "transport,app,vendor,category,policy,vendor_country,evidence,visibility,usage,flows,bytes_out,"
    "bytes_in,"
    "catalogue_version\n";

[[noreturn]] void fail(const fs::path& path, const char* what) {
    throw environment_failure(fmt::format("{}: {}: {}", path.string(), what, std::strerror(errno)));
}

int open_file(const fs::path& path, int flags) {
    const int number = open(path.c_str(), flags | O_CLOEXEC, 0640);
    if (number < 0) fail(path, "cannot be opened");
    return number;
}

// Text into a file that is there whole or not at all: written aside, synced, renamed, the folder
// synced.
void write_whole(const fs::path& path, std::string_view text) {
    const fs::path aside = path.string() + ".part";
    {
        const Descriptor file(open_file(aside, O_WRONLY | O_CREAT | O_TRUNC));
        while (!text.empty()) {
            const ssize_t count = write(file.number(), text.data(), text.size());
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) fail(aside, "cannot be written");
            text.remove_prefix(static_cast<std::size_t>(count));
        }
        if (fsync(file.number()) != 0) fail(aside, "cannot be synced");
    }
    if (rename(aside.c_str(), path.c_str()) != 0) fail(path, "cannot be renamed");
    const Descriptor folder(
        open_file(path.has_parent_path() ? path.parent_path() : ".", O_RDONLY | O_DIRECTORY));
    if (fsync(folder.number()) != 0) fail(path.parent_path(), "cannot be synced");
}

std::int64_t read_cursor(const fs::path& path) {
    std::ifstream file(path);
    if (!file) return 0;
    std::string text;
    file >> text;
    std::int64_t id = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc{} || end != text.data() + text.size() || id < 0) {
        throw bad_input(fmt::format("{}:1: `{}` is no record id", path.string(), printable(text)));
    }
    return id;
}

// What stands between the letters of a file name.
std::string for_file_name(std::string_view text) {
    std::string safe;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '.' || c == '_';
        safe += plain ? c : '_';
    }
    return safe;
}

// A cell that a spreadsheet does not take for a formula, and a log reader not for a control
// sequence.
std::string cell(std::string_view text) {
    std::string safe = printable(text);
    if (!safe.empty() && std::string_view("=+-@").find(safe.front()) != std::string_view::npos) {
        safe = fmt::format("\\x{:02X}{}", static_cast<unsigned char>(safe.front()), safe.substr(1));
    }
    return csv_field(safe);
}

std::string line_of(const store::UsageRecord& record, const std::string& sensor) {
    return fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n",
                       record.record_id, format_utc(record.window_start * second),
                       format_utc(record.window_end * second), cell(sensor), cell(record.src_ip),
                       cell(record.src_id.value_or("")), cell(record.host_name.value_or("")),
                       cell(record.department.value_or("")), cell(record.dest_host),
                       cell(record.dest_ip), record.dest_port, record.transport,
                       cell(record.service), cell(record.vendor), record.category, record.policy,
                       record.headquarters.value_or(""), record.evidence, record.visibility,
                       record.usage, record.flows, record.bytes_out, record.bytes_in,
                       record.catalogue_version);
}

}  // namespace

ExitCode export_command(const Words& words) {
    CommandLine command{
        "umbra export --database DB --to DIR: the closed windows after the cursor as CSV files, "
        "each there\n"
        "whole or not at all. The cursor moves after the file is in place: after a crash a row may "
        "come\n"
        "twice, with the same record_id, and none is lost.\n"
        "\n"
        "  umbra export --database umbra.db --to /var/spool/umbra\n"
        "  umbra export --database umbra.db --to out --cursor out/siem.cursor\n",
        po::options_description(),
        {}};
    command.options.add_options()("database,d", po::value<std::string>(),
                                  "the file that umbrad writes")("to", po::value<std::string>(),
                                                                 "folder for the files")(
        "cursor", po::value<std::string>(),
        "file that remembers the last exported record (default: DIR/umbra.cursor)")(
        "format", po::value<std::string>()->default_value("csv"), "csv");
    const auto values = command.parse(words);
    if (!values) return ExitCode::done;
    if (!values->contains("database"))
        throw bad_input("export: --database DB is missing (see --help)");
    if (!values->contains("to")) throw bad_input("export: --to DIR is missing (see --help)");
    if ((*values)["format"].as<std::string>() != "csv") {
        throw bad_input(
            fmt::format("--format {}: export writes csv", (*values)["format"].as<std::string>()));
    }
    const fs::path folder = (*values)["to"].as<std::string>();
    const fs::path cursor = values->contains("cursor")
                                ? fs::path((*values)["cursor"].as<std::string>())
                                : folder / "umbra.cursor";
    store::Reader reader((*values)["database"].as<std::string>());
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) throw environment_failure(fmt::format("{}: {}", folder.string(), error.message()));

    // Two exports at once would write the same rows into two files.
    const Descriptor lock(open_file(cursor.string() + ".lock", O_RDWR | O_CREAT));
    if (flock(lock.number(), LOCK_EX | LOCK_NB) != 0) {
        throw environment_failure(fmt::format("{}: another export is at work", cursor.string()));
    }

    constexpr std::int64_t most_rows = 500'000;  // of one file
    const std::string sensor = reader.sensor();
    std::string text = header;
    std::int64_t first = 0, last = 0, rows = 0, total = 0;
    const auto finish_file = [&] {
        if (rows == 0) return;
        const fs::path file =
            folder / fmt::format("umbra-{}-{}-{}.csv", for_file_name(sensor), first, last);
        write_whole(file, text);
        write_whole(cursor, std::to_string(last) + "\n");
        std::cerr << fmt::format("{}: {} rows\n", file.string(), rows);
        total += rows;
        rows = 0;
        text = header;
    };
    reader.records_after(read_cursor(cursor), [&](const store::UsageRecord& record) {
        if (rows == 0) first = record.record_id;
        last = record.record_id;
        text += line_of(record, sensor);
        if (++rows == most_rows) finish_file();
    });
    finish_file();
    if (total == 0) std::cerr << "nothing new to export\n";
    return ExitCode::done;
}

}  // namespace umbra
