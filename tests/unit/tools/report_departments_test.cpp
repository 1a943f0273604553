#include "tools/umbra/report_departments.hpp"

#include <catch2/catch.hpp>

using namespace umbra;

namespace {

store::DepartmentTotal total(std::optional<std::string> name, std::int64_t hosts) {
    return {std::move(name),  hosts, 3, 10 * hosts, 100 * hosts, 1000 * hosts,
            "openai.chatgpt", 0,     60};
}

std::string csv(const std::vector<store::DepartmentTotal>& totals, std::int64_t least = 5) {
    const std::string text = render(department_rows(totals, least), Format::csv, 0, false);
    return text.substr(text.find('\n') + 1);
}

}  // namespace

TEST_CASE("small departments are one row, with figures only where they are of enough hosts") {
    CHECK(
        csv({total("Marketing", 40), total(std::nullopt, 7)}) ==
        "Marketing,0,40,3,openai.chatgpt,400,4000,40000,1970-01-01T00:00:00Z,1970-01-01T00:01:00Z\n"
        "(no "
        "department),0,7,3,openai.chatgpt,70,700,7000,1970-01-01T00:00:00Z,1970-01-01T00:01:00Z\n");
    CHECK(
        csv({total("Marketing", 40), total("Legal", 2), total("Audit", 3)}) ==
        "Marketing,0,40,3,openai.chatgpt,400,4000,40000,1970-01-01T00:00:00Z,1970-01-01T00:01:00Z\n"
        "(2 small departments),1,5,,,50,500,5000,,\n");
    CHECK(csv({total("Legal", 2), total("Audit", 1)}) == "(2 small departments),1,,,,,,,,\n");
    CHECK(csv({total("Legal", 2)}) == "(1 small department),1,,,,,,,,\n");
    CHECK(csv({total("Legal", 2)}, 1).starts_with("Legal,0,2,"));
    CHECK(csv({}).empty());
}
