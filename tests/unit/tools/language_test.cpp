#include "tools/umbra/language/language.hpp"

#include <catch2/catch.hpp>

#include "tools/umbra/output.hpp"

using namespace umbra;

TEST_CASE("without a translation a message is English, with its values") {
    CHECK(std::string(_("hosts")) == "hosts");
    CHECK(std::string(_("")).empty());
    CHECK(_("{} of {}", 2, "three") == "2 of three");
    CHECK(_n(1, "{} host", "{} hosts", 1) == "1 host");
    CHECK(_n(0, "{} host", "{} hosts", 0) == "0 hosts");
    CHECK(filled(N_("… and {} more"), "7") == "… and 7 more");
}

TEST_CASE("a translation that does not take the values gives way to English") {
    const int count = 3;
    const auto values = fmt::make_format_args(count);
    CHECK(language::formatted("{} hosts", "{} hôtes", values) == "3 hôtes");
    for (const char* broken : {"{} hôtes sur {}", "{} hôtes {", "{:d}{:s} hôtes", "{nombre} hôtes"})
        CHECK(language::formatted("{} hosts", broken, values) == "3 hosts");
}

TEST_CASE("of a text of ours people see the language's, programs the English one") {
    const Rows rows{{{"policy", "STATUT"}}, {{Phrase{"forbidden", "interdit"}}, {Value("x")}}};
    CHECK(render(rows, Format::table) == "STATUT\ninterdit\nx\n");
    CHECK(render(rows, Format::markdown) == "| STATUT |\n| --- |\n| interdit |\n| x |\n");
    CHECK(render(rows, Format::csv) == "policy\nforbidden\nx\n");
    CHECK(render(rows, Format::ndjson) == "{\"policy\":\"forbidden\"}\n{\"policy\":\"x\"}\n");
    CHECK(phrase("less specific: {} against {}", 1, 2).english == "less specific: 1 against 2");
}

TEST_CASE("texts of ours and others are sorted together, by their English") {
    Rows rows{{{"department", "D"}},
              {{Value("IT")}, {Phrase{"(no department)", "zzz"}}, {Value()}}};
    sort_rows(rows, "department");
    CHECK(render(rows, Format::csv) == "department\n(no department)\nIT\n\n");
}
