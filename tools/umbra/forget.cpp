// umbra forget: erases what is kept of one host.
#include "daemon/store/forget.hpp"

#include <fmt/format.h>

#include <iostream>

#include "daemon/policy/privacy.hpp"
#include "daemon/store/audit.hpp"
#include "daemon/store/privacy_note.hpp"
#include "daemon/store/reader.hpp"
#include "daemon/support/time.hpp"
#include "tools/umbra/actor.hpp"
#include "tools/umbra/command.hpp"
#include "tools/umbra/key_option.hpp"
#include "tools/umbra/output.hpp"

namespace po = boost::program_options;

namespace umbra {
namespace {

// What the database knows the host by: behind a pseudonym only who has the key can ask by address.
std::string known_as(const std::string& host, const po::variables_map& values,
                     const std::string& database) {
    const store::PrivacyNote note = store::read_privacy_note(database);
    const auto address = Address::parse(host);
    if (note.mode == to_string(PrivacyMode::truncate) && address) {
        throw bad_input(
            _("--host {}: {} keeps networks, not hosts; this one is part of "
              "{}, which can only be erased as a whole",
              host, database, truncated(*address)));
    }
    if (note.mode != to_string(PrivacyMode::hmac) || is_pseudonym(host)) return host;
    if (!values.contains("key")) {
        throw bad_input(
            _("--host {}: {} keeps pseudonyms; give that of the host, or "
              "--key FILE",
              printable(host), database));
    }
    return Pseudonyms(key_of(database, values["key"].as<std::string>()))
        .of(address ? address->to_string() : host);
}

store::KnownHost the_only(const std::vector<store::KnownHost>& hosts, const std::string& name) {
    if (hosts.size() == 1) return hosts.front();
    std::vector<std::string> keys;
    keys.reserve(hosts.size());
    for (const store::KnownHost& host : hosts)
        keys.push_back(printable(host.key));
    throw bad_input(_("--host {} stands for {} hosts; give the key of one: {}", printable(name),
                      hosts.size(), fmt::format("{}", fmt::join(keys, ", "))));
}

// The audit outlives what is erased.
void check_names_nobody(const std::string& reason, const store::KnownHost& host,
                        const std::string& given) {
    for (const std::string& text :
         {given, host.key, host.address.value_or(""), host.name.value_or("")}) {
        if (!text.empty() && reason.find(text) != std::string::npos) {
            throw bad_input(
                _("--reason: stays in the database, so it must not name the host; write the number "
                  "of the request"));
        }
    }
}

}  // namespace

ExitCode forget_command(const Words& words) {
    CommandLine command{
        _("umbra forget --host HOST --reason TEXT --database DB: erases all that is kept of a host "
          "(a person's\n"
          "right to erasure), overwriting what stood there. HOST is an address, a name or a key; "
          "who "
          "erased,\n"
          "when and why is noted in the database for good, but not whom. Exit code 1 where there "
          "is "
          "no such\n"
          "host. Exports, backups and the hosts file are yours to clean.\n"
          "\n"
          "  umbra forget --host 10.20.0.7 --reason \"request 2026-42\" --database umbra.db\n"
          "  umbra forget --host 10.20.0.7 --key privacy.key --reason \"request 2026-43\" "
          "--database "
          "umbra.db\n"),
        po::options_description(),
        {}};
    command.options.add_options()("host", po::value<std::string>(), _("the host to erase"))(
        "reason", po::value<std::string>(),
        _("why: the number of the request; stays in the audit"))(
        "database,d", po::value<std::string>(), _("the file that umbrad writes"))(
        "key", po::value<std::string>(), _("the key of the pseudonyms, to ask by address"));
    const auto values = command.parse(words);
    if (!values) return ExitCode::done;
    const std::string given = needed_option(*values, "forget", "host", "HOST");
    const std::string reason = needed_option(*values, "forget", "reason", "TEXT");
    const std::string database = needed_option(*values, "forget", "database", "DB");

    // The reader is gone before anything is erased: while somebody reads, the log keeps old pages.
    const auto hosts = store::Reader(database).hosts_known_as(known_as(given, *values, database));
    if (hosts.empty()) {
        std::cerr << _("umbra: nothing is kept of {}\n", printable(given));
        return ExitCode::answer_is_no;
    }
    const store::KnownHost host = the_only(hosts, given);
    check_names_nobody(reason, host, given);

    const auto note = [&](const char* action, std::string subject) {
        store::add_to_audit(database,
                            {wall_clock() / second, actor(), action, std::move(subject), reason});
    };
    note("forget", "a host");
    const auto erased = store::forget(database, host.key);
    const Phrase figures =
        phrase("{} windows, {} hours, {} days, {} weeks", erased ? erased->windows : 0,
               erased ? erased->hours : 0, erased ? erased->days : 0, erased ? erased->weeks : 0);
    note("forgotten", figures.english);
    std::cout << _("Erased: {}.\n", figures.shown);
    if (erased && !erased->log_emptied) {
        std::cerr << _(
            "umbra: {}-wal may hold copies until those who read the database "
            "are done\n",
            database);
    }
    return ExitCode::done;
}

}  // namespace umbra
