// umbra resolve: which address a pseudonym stands for, with an entry in the audit.
#include "daemon/policy/resolve.hpp"

#include <fmt/format.h>

#include <iostream>

#include "daemon/store/audit.hpp"
#include "daemon/support/time.hpp"
#include "signatures/list_file.hpp"
#include "tools/umbra/actor.hpp"
#include "tools/umbra/command.hpp"
#include "tools/umbra/key_option.hpp"
#include "tools/umbra/output.hpp"

namespace po = boost::program_options;

namespace umbra {
namespace {

std::vector<Network> networks_of(const po::variables_map& values) {
    std::vector<std::string> texts{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
                                   "100.64.0.0/10"};
    if (values.contains("local-net")) texts = values["local-net"].as<std::vector<std::string>>();
    std::vector<Network> networks;
    for (const std::string& text : texts) {
        const auto network = Network::parse(text);
        if (!network) throw bad_input(_("--local-net {}: not a network", text));
        if (network->prefix < widest_network) {
            throw bad_input(
                _("--local-net {}: too many addresses to try (at most a /8, "
                  "a /104 of IPv6; see --candidates)",
                  text));
        }
        networks.push_back(*network);
    }
    return networks;
}

std::vector<std::string> candidates_of(const po::variables_map& values) {
    std::vector<std::string> candidates;
    if (!values.contains("candidates")) return candidates;
    const std::string file = values["candidates"].as<std::string>();
    if (!std::filesystem::exists(file)) throw bad_input(_("--candidates {}: no such file", file));
    for (const ListItem& item : list_file(file))
        candidates.push_back(item.text);
    return candidates;
}

}  // namespace

ExitCode resolve_command(const Words& words) {
    CommandLine command{
        _("umbra resolve ID --key FILE --reason TEXT --database DB: the address that a pseudonym "
          "stands for.\n"
          "Tries every address of the inside networks, a /8 in some seconds, and those of a list. "
          "Who asked,\n"
          "when, for what ID and why is noted in the database first, for good. Exit code 1 where "
          "no "
          "candidate\n"
          "has that ID.\n"
          "\n"
          "  umbra resolve h:mdsdcwi64c3h6dmke2vm --key privacy.key --reason \"incident 2026-117\" "
          "--database umbra.db\n"
          "  umbra resolve h:kmgs3iqryjknjtu5d6yr --key privacy.key --reason \"incident 2026-118\" "
          "--database umbra.db \\\n"
          "      --local-net 10.20.0.0/16 --candidates ipv6-addresses.txt\n"),
        po::options_description(),
        {"id"}};
    command.options.add_options()("key", po::value<std::string>(), _("the key of the pseudonyms"))(
        "reason", po::value<std::string>(), _("why: a ticket, a case; stays in the audit"))(
        "database,d", po::value<std::string>(), _("the file that umbrad writes"))(
        "local-net", po::value<std::vector<std::string>>(),
        _("network to try; may repeat (default: the private ranges of IPv4)"))(
        "candidates", po::value<std::string>(),
        _("file of addresses, or of MACs, to try: one a line"));
    const auto values = command.parse(words);
    if (!values) return ExitCode::done;
    const std::string id = needed_word(*values, "resolve", "id", _("an ID"));
    if (!is_pseudonym(id)) {
        throw bad_input(
            _("resolve {}: no pseudonym, which is h: and 20 of a-z and 2-7", printable(id)));
    }
    const std::string key_file = needed_option(*values, "resolve", "key", "FILE");
    const std::string reason = needed_option(*values, "resolve", "reason", "TEXT");
    const std::string database = needed_option(*values, "resolve", "database", "DB");
    const std::vector<Network> networks = networks_of(*values);
    const std::vector<std::string> candidates = candidates_of(*values);
    const PseudonymKey key = key_of(database, key_file);

    store::add_to_audit(database, {wall_clock() / second, actor(), "resolve", id, reason});
    const auto address = resolve(id, key, networks, candidates);
    if (!address) {
        std::cerr << _("umbra: {} is none of the candidates\n", id);
        return ExitCode::answer_is_no;
    }
    std::cout << *address << '\n';
    return ExitCode::done;
}

}  // namespace umbra
