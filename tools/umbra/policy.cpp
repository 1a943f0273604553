// umbra policy: what the rules of a policy file say, and which of them decides.
#include "daemon/policy/policy.hpp"

#include <fmt/format.h>

#include <iostream>
#include <map>

#include "daemon/support/time.hpp"
#include "tools/umbra/catalogue_option.hpp"
#include "tools/umbra/command.hpp"
#include "tools/umbra/output.hpp"
#include "tools/umbra/period.hpp"

namespace po = boost::program_options;

namespace umbra {
namespace {

Value text_or_null(std::string_view text) {
    return text.empty() ? Value() : Value(std::string(text));
}

Value day_or_null(const std::string& day) {
    return day.empty() ? Value() : Value(day_phrase(day));
}

void add_day_option(po::options_description& options) {
    options.add_options()("on", po::value<std::string>(),
                          _("a day, such as 2026-11-24, UTC (default: today)"));
}

// The day that --on names, else today.
std::string day_of(const po::variables_map& values) {
    if (!values.contains("on")) return format_utc(wall_clock()).substr(0, 10);
    std::string day = values["on"].as<std::string>();
    if (day.size() != 10 || !parse_time(day)) {
        throw bad_input(_("--on {}: not a day (write 2026-11-24)", day));
    }
    return day;
}

// Prints the faults; whether there are none.
bool is_faultless(const std::vector<Fault>& faults) {
    for (const Fault& fault : faults)
        std::cout << fault.to_string() << '\n';
    return faults.empty();
}

ExitCode lint_policy(const Words& words) {
    CommandLine command{
        _("umbra policy lint FILE: every fault of a policy file, as file:line: what is wrong. Exit "
          "code 1\n"
          "where there is one.\n"
          "\n"
          "  umbra policy lint /etc/umbra/policy.yaml\n"
          "  umbra policy lint policy.yaml --catalogue-extra ./our-services\n"),
        po::options_description(),
        {"file"}};
    add_catalogue_options(command.options);
    const auto values = command.parse(words);
    if (!values) return ExitCode::done;
    const std::string file = needed_word(*values, "policy lint", "file", _("a policy file"));
    std::vector<Fault> faults;
    const Policy policy = check_policy(file, load_catalogue(catalogue_folders(*values)), faults);
    is_faultless(faults);
    std::cerr << _("{} rules, {} faults\n", count_text(std::ssize(policy.rules())),
                   count_text(std::ssize(faults)));
    return faults.empty() ? ExitCode::done : ExitCode::answer_is_no;
}

// How many services each rule decides on `day`: one for a department in that department, one for
// everybody in a department that no rule names. Under null, the services that no rule decides.
std::map<const PolicyRule*, std::int64_t> decided(const Policy& policy, const Catalogue& catalogue,
                                                  const std::string& day) {
    std::map<const PolicyRule*, std::int64_t> count;
    std::map<std::string_view, bool> departments{{"", true}};
    for (const PolicyRule& rule : policy.rules())
        departments[rule.department] = true;
    for (const auto& [department, yes] : departments) {
        for (const Service& service : catalogue.services) {
            const PolicyRule* rule =
                policy.decide(service, catalogue.vendor_of(service), department, day);
            if (department == (rule ? std::string_view(rule->department) : "")) ++count[rule];
        }
    }
    return count;
}

Rows coverage_of(const Policy& policy, const Catalogue& catalogue, const std::string& day) {
    Rows rows{{{"status", _("STATUS")},
               {"rule", _("RULE")},
               {"services", _("SERVICES")},
               {"conditions", _("SPEAKS OF")},
               {"from", _("FROM"), false, 1},
               {"until", _("UNTIL"), false, 1},
               {"note", _("NOTE"), false, 2}},
              {}};
    auto count = decided(policy, catalogue, day);
    const auto status_name = [](PolicyStatus status) { return word(to_string(status)); };
    for (const PolicyStatus status :
         {PolicyStatus::approved, PolicyStatus::tolerated, PolicyStatus::forbidden}) {
        for (const PolicyRule& rule : policy.rules()) {
            if (rule.status != status) continue;
            rows.rows.push_back({status_name(status), rule.id, count[&rule],
                                 word(rule.conditions()), day_or_null(rule.from),
                                 day_or_null(rule.until), text_or_null(rule.note)});
        }
    }
    rows.rows.push_back({status_name(PolicyStatus::unreviewed), Value(), count[nullptr], Value(),
                         Value(), Value(), Value()});
    return rows;
}

ExitCode check(const Words& words) {
    CommandLine command{
        _("umbra policy check FILE: lint, then how many services each rule decides on a day, by "
          "status. A\n"
          "rule for a department counts those that it decides there; the others count for "
          "everybody "
          "whose\n"
          "department has no rule of its own.\n"
          "\n"
          "  umbra policy check /etc/umbra/policy.yaml\n"
          "  umbra policy check policy.yaml --on 2027-01-01 --format csv\n"),
        po::options_description(),
        {"file"}};
    add_day_option(command.options);
    command.options.add_options()("format", po::value<std::string>()->default_value("table"),
                                  "table, csv, json, ndjson");
    add_catalogue_options(command.options);
    const auto values = command.parse(words);
    if (!values) return ExitCode::done;
    const std::string file = needed_word(*values, "policy check", "file", _("a policy file")),
                      day = day_of(*values);
    const Format format = parse_format((*values)["format"].as<std::string>());
    const Catalogue catalogue = load_catalogue(catalogue_folders(*values));
    std::vector<Fault> faults;
    const Policy policy = check_policy(file, catalogue, faults);
    if (!is_faultless(faults)) return ExitCode::answer_is_no;
    if (format == Format::table) {
        print_text(_("{} on {}: {} rules over {} services", file, day_phrase(day).shown,
                     count_text(std::ssize(policy.rules())),
                     count_text(std::ssize(catalogue.services))));
        std::cout << '\n';
    }
    print(coverage_of(policy, catalogue, day), format);
    return ExitCode::done;
}

// What becomes of a rule that speaks of the usage; `winner` is the one that decides, if any.
Phrase outcome(const PolicyRule& rule, const PolicyRule* winner, const std::string& day) {
    if (!rule.in_force(day)) {
        return rule.from > day ? phrase("not in force yet") : phrase("no longer in force");
    }
    if (&rule == winner) return phrase("decides");
    if (rule.specificity() != winner->specificity()) {
        return phrase("less specific: {} against {}", rule.specificity(), winner->specificity());
    }
    return rule.from != winner->from ? phrase("as specific, but older")
                                     : phrase("as specific, but earlier in the file");
}

Rows explanation(const Policy& policy, const Service& service, const Vendor& vendor,
                 const std::string& department, const std::string& day) {
    Rows rows{{{"rule", _("RULE")},
               {"status", _("STATUS")},
               {"conditions", _("SPEAKS OF")},
               {"from", _("FROM"), false, 1},
               {"until", _("UNTIL"), false, 1},
               {"line", _("LINE"), false, 2, Look::digits},
               {"outcome", _("OUTCOME")}},
              {}};
    const PolicyRule* winner = policy.decide(service, vendor, department, day);
    for (const PolicyRule& rule : policy.rules()) {
        if (!rule.speaks_of(service, vendor, department)) continue;
        rows.rows.push_back({rule.id, word(to_string(rule.status)), word(rule.conditions()),
                             day_or_null(rule.from), day_or_null(rule.until),
                             std::int64_t{rule.line}, outcome(rule, winner, day)});
    }
    return rows;
}

ExitCode explain(const Words& words) {
    CommandLine command{
        _("umbra policy explain SERVICE --policy FILE: which rule decides, which others speak of "
          "the "
          "service,\n"
          "and why they do not. The most specific decides: a rule weighs 16 for a service, 8 for a "
          "vendor, 4\n"
          "for a category, 2 for a sovereignty and 1 for a department; of equals the one with the "
          "later\n"
          "`from`, then the later in the file.\n"
          "\n"
          "  umbra policy explain openai.chatgpt --policy /etc/umbra/policy.yaml\n"
          "  umbra policy explain deepl.translator --department Legal --on 2027-01-01 --policy "
          "policy.yaml\n"),
        po::options_description(),
        {"service"}};
    command.options.add_options()("policy", po::value<std::string>(), _("the policy file"))(
        "department", po::value<std::string>()->default_value("", ""),
        _("department of the host (default: one that no rule names)"));
    add_day_option(command.options);
    command.options.add_options()("format", po::value<std::string>()->default_value("table"),
                                  "table, csv, json, ndjson");
    add_catalogue_options(command.options);
    const auto values = command.parse(words);
    if (!values) return ExitCode::done;
    const std::string id = needed_word(*values, "policy explain", "service", _("a service"));
    const std::string file = needed_option(*values, "policy explain", "policy", "FILE");
    const std::string day = day_of(*values);
    const std::string department = (*values)["department"].as<std::string>();
    const Format format = parse_format((*values)["format"].as<std::string>());
    const Catalogue catalogue = load_catalogue(catalogue_folders(*values));
    const Service& service = service_called(id, catalogue, "policy explain");
    const Vendor& vendor = catalogue.vendor_of(service);
    const Policy policy = load_policy(file, catalogue);

    const Rows rows = explanation(policy, service, vendor, department, day);
    if (format == Format::table) {
        const PolicyRule* rule = policy.decide(service, vendor, department, day);
        std::string sentence =
            _("{} ({}, {}, law: {}){} on {} is {}", service.id, readable(vendor.name),
              word(service.category).shown, word(vendor.sovereignty.value_or("unknown")).shown,
              department.empty() ? "" : _(" in department {}", readable(department)),
              day_phrase(day).shown,
              word(to_string(rule ? rule->status : PolicyStatus::unreviewed)).shown);
        if (rule) {
            sentence += _(" by rule {} ({}:{})", readable(rule->id), readable(file), rule->line);
            if (!rule->note.empty()) sentence += _(": {}", readable(rule->note));
        }
        print_text(sentence);
        if (rows.rows.empty()) {
            std::cout << _("No rule speaks of it.\n");
            return ExitCode::done;
        }
        std::cout << '\n';
    }
    print(rows, format);
    return ExitCode::done;
}

}  // namespace

ExitCode policy_command(const Words& words) {
    const std::string what = words.empty() ? "--help" : words.front();
    const Words rest(words.begin() + (words.empty() ? 0 : 1), words.end());
    if (what == "lint") return lint_policy(rest);
    if (what == "check") return check(rest);
    if (what == "explain") return explain(rest);
    if (what == "--help" || what == "-h") {
        std::cout << _(
            "umbra policy lint FILE          every fault of a policy file\n"
            "umbra policy check FILE         the same, then what each rule and status covers\n"
            "umbra policy explain SERVICE    which rule decides, and why the others do not\n"
            "\n"
            "  umbra policy check /etc/umbra/policy.yaml\n"
            "  umbra policy explain openai.chatgpt --policy /etc/umbra/policy.yaml\n"
            "\nEach has --help of its own.\n");
        return ExitCode::done;
    }
    throw bad_input(_("policy: unknown word `{}`; there are lint, check, explain", what));
}

}  // namespace umbra
