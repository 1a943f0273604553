// umbra privacy: the key of the pseudonyms, and who looked behind them.
#include <fmt/format.h>

#include <iostream>

#include "daemon/policy/pseudonym.hpp"
#include "daemon/store/audit.hpp"
#include "tools/umbra/command.hpp"
#include "tools/umbra/output.hpp"

namespace po = boost::program_options;

namespace umbra {
namespace {

ExitCode make_key(const Words& words) {
    const CommandLine command{
        _("umbra privacy make-key FILE: a new random key for `umbrad --privacy hmac`, readable by "
          "its "
          "owner\n"
          "alone. Keep a copy elsewhere: without it no pseudonym can be resolved, and with another "
          "one "
          "every\n"
          "host gets a new pseudonym.\n"
          "\n"
          "  umbra privacy make-key /etc/umbra/privacy.key\n"
          "  sudo -u umbra umbra privacy make-key /etc/umbra/privacy.key\n"),
        po::options_description(),
        {"file"}};
    const auto values = command.parse(words);
    if (!values) return ExitCode::done;
    const std::string file = needed_word(*values, "privacy make-key", "file", _("a file"));
    std::cerr << _("{}: key {}\n", file, PseudonymKey::make(file).id());
    return ExitCode::done;
}

ExitCode show_audit(const Words& words) {
    CommandLine command{
        _("umbra privacy audit --database DB: who resolved a pseudonym or erased a host, when and "
          "why\n"
          "\n"
          "  umbra privacy audit --database umbra.db\n"
          "  umbra privacy audit --database umbra.db --format csv\n"),
        po::options_description(),
        {}};
    command.options.add_options()("database,d", po::value<std::string>(),
                                  _("the file that umbrad writes"))(
        "format", po::value<std::string>()->default_value("table"), "table, csv, json, ndjson");
    const auto values = command.parse(words);
    if (!values) return ExitCode::done;
    const std::string database = needed_option(*values, "privacy audit", "database", "DB");
    const Format format = parse_format((*values)["format"].as<std::string>());
    Rows rows{{{"time", _("TIME")},
               {"actor", _("WHO")},
               {"action", _("DID")},
               {"subject", _("TO")},
               {"reason", _("WHY")}},
              {}};
    for (const store::AuditEntry& entry : store::read_audit(database)) {
        rows.rows.push_back(
            {Time{entry.time}, entry.actor, word(entry.action), word(entry.subject), entry.reason});
    }
    if (format == Format::table && rows.rows.empty()) {
        std::cout << _("Nobody resolved or erased anything.\n");
        return ExitCode::done;
    }
    print(rows, format);
    return ExitCode::done;
}

}  // namespace

ExitCode privacy_command(const Words& words) {
    const std::string what = words.empty() ? "--help" : words.front();
    const Words rest(words.begin() + (words.empty() ? 0 : 1), words.end());
    if (what == "make-key") return make_key(rest);
    if (what == "audit") return show_audit(rest);
    if (what == "--help" || what == "-h") {
        std::cout << _(
            "umbra privacy make-key FILE       a new key for pseudonyms\n"
            "umbra privacy audit --database DB who resolved or erased what, and why\n"
            "\n"
            "  umbra privacy make-key /etc/umbra/privacy.key\n"
            "  umbra privacy audit --database umbra.db\n"
            "\nEach has --help of its own.\n");
        return ExitCode::done;
    }
    throw bad_input(_("privacy: unknown word `{}`; there are make-key, audit", what));
}

}  // namespace umbra
