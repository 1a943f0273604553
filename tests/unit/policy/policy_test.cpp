#include "daemon/policy/policy.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/folder.hpp"
#include "tests/unit/usage/catalogue.hpp"

using namespace umbra;

namespace {

constexpr const char* bank = R"(rules:
  - {id: all, status: tolerated}
  - {id: us, sovereignty: us, status: forbidden, from: 2026-01-01}
  - {id: chat, category: chat, status: tolerated}
  - {id: chat-hr, category: chat, department: HR, status: forbidden}
  - {id: anthropic, vendor: anthropic, status: approved, from: 2026-03-01, until: 2026-04-01}
  - {id: claude, service: anthropic.claude, status: forbidden, from: 2026-06-01}
  - {id: claude-it, service: anthropic.claude, department: IT, status: approved, from: 2026-06-01}
  - {id: claude-later, service: anthropic.claude, status: approved, from: 2026-07-01}
  - {id: claude-same-day, service: anthropic.claude, status: tolerated, from: 2026-07-01}
)";

// Policies are tried against two services: anthropic.claude (chat, us), mistral.api (inference_api,
// eu).
class Judge {
  public:
    explicit Judge(const char* text) {
        const test::Folder folder;
        std::vector<Fault> faults;
        policy_ = read_policy(folder.write("policy.yaml", text), faults);
        REQUIRE(faults.empty());
    }
    std::string operator()(const char* service, const char* department, const char* day) const {
        const auto& entry = *std::ranges::find(catalogue_.services, service, &Service::id);
        const PolicyRule* rule =
            policy_.decide(entry, catalogue_.vendor_of(entry), department, day);
        return rule ? rule->id : "-";
    }
    const Policy& policy() const { return policy_; }

  private:
    Catalogue catalogue_ = test::small_catalogue();
    Policy policy_;
};

// The faults of a policy, one a line, without the folder.
std::string faults_of(const std::string& text) {
    const test::Folder folder;
    std::vector<Fault> faults;
    check_policy(folder.write("policy.yaml", text), test::small_catalogue(), faults);
    std::string lines;
    for (const Fault& fault : faults)
        lines += fault.to_string().substr(folder.path().string().size() + 1) + "\n";
    return lines;
}

std::string faults_of_rule(const std::string& rule) {
    return faults_of("rules:\n  - {" + rule + "}\n");
}

}  // namespace

TEST_CASE("the most specific rule decides: service, vendor, category, sovereignty, nothing") {
    const Judge judge(bank);
    CHECK(judge("mistral.api", "", "2026-03-15") == "all");
    CHECK(judge("anthropic.claude", "", "2025-12-31") == "chat");
    CHECK(judge("anthropic.claude", "", "2026-03-15") == "anthropic");
    CHECK(judge("anthropic.claude", "", "2026-06-15") == "claude");

    const Judge plain(R"(rules:
  - {id: all, status: tolerated}
  - {id: us, sovereignty: us, status: forbidden}
)");
    CHECK(plain("anthropic.claude", "", "2026-06-15") == "us");
    CHECK(plain("mistral.api", "", "2026-06-15") == "all");
}

TEST_CASE(
    "a rule for a department weighs more than the same without, and less than a narrower one") {
    const Judge judge(bank);
    CHECK(judge("anthropic.claude", "HR", "2026-02-01") == "chat-hr");
    CHECK(judge("anthropic.claude", "HR", "2026-03-15") == "anthropic");
    CHECK(judge("anthropic.claude", "IT", "2026-06-15") == "claude-it");
    CHECK(judge("anthropic.claude", "IT", "2026-07-15") == "claude-it");
    CHECK(judge("anthropic.claude", "it", "2026-06-15") == "claude-it");
    CHECK(judge("anthropic.claude", "IT1", "2026-06-15") == "claude");
}

TEST_CASE("a rule with several conditions needs all of them and weighs their sum") {
    const Judge judge(R"(rules:
  - {id: broad, category: chat, status: tolerated}
  - {id: narrow, category: chat, sovereignty: us, status: forbidden}
  - {id: nobody, category: chat, sovereignty: us, department: HR, status: approved}
)");
    CHECK(judge("anthropic.claude", "", "2026-06-15") == "narrow");
    CHECK(judge("anthropic.claude", "HR", "2026-06-15") == "nobody");
    CHECK(judge("mistral.api", "", "2026-06-15") == "-");
    // The binary number of the conditions: service vendor category sovereignty department.
    CHECK(judge.policy().rules()[0].specificity() == 0b00111);
    CHECK(judge.policy().rules()[2].specificity() == 0b00100);
}

TEST_CASE("days are half-open, and of equals the later date, then the later line decides") {
    const Judge judge(bank);
    CHECK(judge("anthropic.claude", "", "2026-02-28") == "chat");
    CHECK(judge("anthropic.claude", "", "2026-03-01") == "anthropic");
    CHECK(judge("anthropic.claude", "", "2026-03-31") == "anthropic");
    CHECK(judge("anthropic.claude", "", "2026-04-01") == "chat");
    CHECK(judge("anthropic.claude", "", "2026-06-30") == "claude");
    CHECK(judge("anthropic.claude", "", "2026-07-01") == "claude-same-day");
}

TEST_CASE("usage is judged by the rule in force when its window began") {
    const Judge judge(bank);
    const auto catalogue = std::make_shared<const Catalogue>(test::small_catalogue());
    const auto window_at = [&](const char* time) {
        ClosedWindow window;
        window.begin = *parse_time(time);
        for (const char* department : {"", "IT"}) {
            Usage usage;
            usage.catalogue = catalogue;
            usage.service = 0;
            if (*department) usage.identity.department = department;
            window.usage.push_back(usage);
        }
        return window;
    };
    ClosedWindow window = window_at("2026-05-31T23:55:00Z");
    umbra::judge(window, judge.policy());
    CHECK(window.usage[0].policy == "tolerated");
    CHECK(window.usage[0].policy_rule == "chat");
    window = window_at("2026-06-01T00:00:00Z");
    umbra::judge(window, judge.policy());
    CHECK(window.usage[0].policy == "forbidden");
    CHECK(window.usage[0].policy_rule == "claude");
    CHECK(window.usage[1].policy == "approved");
    CHECK(window.usage[1].policy_rule == "claude-it");
    umbra::judge(window, Policy());
    CHECK(window.usage[0].policy == "unreviewed");
    CHECK_FALSE(window.usage[0].policy_rule);
}

TEST_CASE("a policy file is read whole, and only what can never decide is a fault of it") {
    CHECK(faults_of(bank) ==
          "policy.yaml:3: rule `us` can never decide: others do wherever it speaks, such as `chat` "
          "of line 4\n"
          "policy.yaml:9: rule `claude-later` can never decide: others do wherever it speaks, such "
          "as `claude-same-day` of line 10\n");
    CHECK(faults_of("rules: []\n").empty());
    const test::Folder folder;
    std::vector<Fault> faults;
    const Policy policy = read_policy(folder.write("policy.yaml", R"(rules:
  - id: voice-pilot
    category: chat
    department: Marketing & communication
    status: approved
    from: 2026-01-01
    until: 2026-07-01
    note: Pilot agreed with the works council
)"),
                                      faults);
    REQUIRE(policy.rules().size() == 1);
    CHECK(policy.rules()[0].department == "Marketing & communication");
    CHECK(policy.rules()[0].note == "Pilot agreed with the works council");
    CHECK(policy.rules()[0].line == 2);
    CHECK(policy.rules()[0].conditions() == "category=chat department=Marketing & communication");
}

TEST_CASE("each fault of a policy is said with its file and line") {
    CHECK(faults_of_rule("id: a, status: allowed") ==
          "policy.yaml:2: unknown status `allowed`: approved, tolerated or forbidden\n");
    CHECK(faults_of_rule("id: a, status: unreviewed") ==
          "policy.yaml:2: unknown status `unreviewed`: approved, tolerated or forbidden\n");
    CHECK(faults_of_rule("id: a") == "policy.yaml:2: `status` is missing\n");
    CHECK(faults_of_rule("status: approved") == "policy.yaml:2: `id` is missing\n");
    CHECK(faults_of_rule("id: A b, status: approved") ==
          "policy.yaml:2: id `A b`: lower case letters, digits and hyphens only\n");
    CHECK(faults_of_rule("id: a, status: approved, form: 2026-01-01") ==
          "policy.yaml:2: unknown key `form`\n");
    CHECK(faults_of_rule("id: a, status: approved, vendor: ~") ==
          "policy.yaml:2: `vendor` is missing\n");
    CHECK(faults_of_rule("id: a, status: approved, from: 2026-02-30") ==
          "policy.yaml:2: `from: 2026-02-30` is no date such as 2026-11-24\n");
    CHECK(faults_of_rule("id: a, status: approved, from: 2026-02-01, until: 2026-02-01") ==
          "policy.yaml:2: rule `a`: from 2026-02-01 is not before until 2026-02-01\n");
    CHECK(faults_of("rule: []\n") == "policy.yaml:1: unknown key `rule`\n");
    CHECK(faults_of("rules: none\n") == "policy.yaml:1: a policy needs a list `rules`\n");
    CHECK(faults_of("rules: [\n").starts_with("policy.yaml:2: no YAML: "));
    CHECK(faults_of("") == "policy.yaml:1: expected `key: value` pairs\n");
}

TEST_CASE("the linter offers the nearest names for one that the catalogue does not know") {
    CHECK(faults_of_rule("id: a, service: anthropic.cluade, status: approved") ==
          "policy.yaml:2: unknown service `anthropic.cluade`; near it: anthropic.claude\n");
    CHECK(faults_of_rule("id: a, vendor: Mistral, status: approved") ==
          "policy.yaml:2: unknown vendor `Mistral`; near it: mistral\n");
    CHECK(faults_of_rule("id: a, category: chats, status: approved") ==
          "policy.yaml:2: unknown category `chats`; near it: chat\n");
    CHECK(faults_of_rule("id: a, sovereignty: usa, status: approved")
              .starts_with("policy.yaml:2: unknown sovereignty `usa`; near it: us"));
}

TEST_CASE("the linter finds ids that stand twice and rules that can never decide") {
    CHECK(faults_of(R"(rules:
  - {id: a, category: chat, status: approved}
  - {id: a, vendor: mistral, status: approved}
)") == "policy.yaml:3: id `a` stands already in line 2\n");
    CHECK(faults_of_rule("id: a, vendor: mistral, category: chat, status: approved") ==
          "policy.yaml:2: rule `a` can never decide: no service of the catalogue has "
          "vendor=mistral category=chat\n");
    CHECK(faults_of_rule("id: a, sovereignty: unknown, status: forbidden") ==
          "policy.yaml:2: rule `a` can never decide: no service of the catalogue has "
          "sovereignty=unknown\n");
    // Two narrower ones that share all that the first speaks of.
    CHECK(faults_of(R"(rules:
  - {id: all, status: approved}
  - {id: us, sovereignty: us, status: tolerated}
  - {id: eu, sovereignty: eu, status: tolerated}
)") == "policy.yaml:2: rule `all` can never decide: others do wherever it speaks, such as `us` of "
       "line 3\n");
    // One day is left to it, or one department: no fault.
    CHECK(faults_of(R"(rules:
  - {id: all, status: approved}
  - {id: us, sovereignty: us, status: tolerated, from: 2026-02-02}
  - {id: eu, sovereignty: eu, status: tolerated, until: 2026-02-01}
)")
              .empty());
    CHECK(faults_of(R"(rules:
  - {id: all, department: HR, status: approved}
  - {id: chat, category: chat, status: tolerated, from: 2026-01-01}
  - {id: api, category: inference_api, department: HR, status: tolerated}
)")
              .empty());
}

TEST_CASE("a policy with a fault, and a file that cannot be read, are refused in one sentence") {
    const test::Folder folder;
    const Catalogue catalogue = test::small_catalogue();
    const auto refused = [&](const std::filesystem::path& file) {
        return test::failure_of([&] { load_policy(file, catalogue); });
    };
    CHECK(refused(folder / "none.yaml") == (folder / "none.yaml").string() + ": cannot be read");
    CHECK(refused(folder.path()) == folder.path().string() + ": cannot be read");
    const auto file = folder.write("policy.yaml", "rules:\n  - {id: a, status: x}\n");
    CHECK(refused(file).starts_with(file.string() + ":2: unknown status"));
}
