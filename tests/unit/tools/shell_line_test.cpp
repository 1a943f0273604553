#include "tools/umbra/complete/shell_line.hpp"

#include <catch2/catch.hpp>

using umbra::quoted;
using umbra::split_line;

namespace {

// bash's own COMP_WORDBREAKS.
constexpr const char* breaks = " \t\n\"'@><=;|&(:";

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("a line is split as bash splits it, and its last word may be empty") {
    CHECK(split_line("umbra report ", breaks).words == Words{"umbra", "report", ""});
    CHECK(split_line("umbra  report\tho", breaks).words == Words{"umbra", "report", "ho"});
    CHECK(split_line(R"(umbra "a b"'c d'e\ f "" x)", breaks).words ==
          Words{"umbra", "a bc de f", "", "x"});
    CHECK(split_line(R"("a\$\"\\\n" '\n' \n)", breaks).words == Words{R"(a$"\\n)", R"(\n)", "n"});
    CHECK(split_line("", breaks).words == Words{""});
    CHECK(split_line("a\\", breaks).words == Words{"a"});
}

TEST_CASE("what bash replaces begins behind an open quote or the last break") {
    const auto kept = [](const char* line) { return split_line(line, breaks).kept; };
    CHECK(kept("umbra --service") == 0);
    CHECK(kept("umbra --service=op") == 10);
    CHECK(kept("umbra fd20::1") == 6);
    CHECK(kept("umbra h\\:md") == 0);
    CHECK(kept("umbra \"a:b") == 0);
    CHECK(kept("umbra --service=\"op") == 10);
    CHECK(split_line("umbra --service=\"op", breaks).quote == '"');
    CHECK(split_line("umbra '", breaks).quote == '\'');
    CHECK(split_line("umbra 'a' b", breaks).quote == 0);
}

TEST_CASE("what is put on the line is text for bash") {
    CHECK(quoted("openai.chatgpt", 0) == "openai.chatgpt");
    CHECK(quoted("--since=7d", 0) == "--since=7d");
    CHECK(quoted("$(x) `y` \"z\" a'b \\ ; & | > ! ~ # * ?", 0) ==
          R"(\$\(x\)\ \`y\`\ \"z\"\ a\'b\ \\\ \;\ \&\ \|\ \>\ \!\ \~\ \#\ \*\ \?)");
    CHECK(quoted("Qualité", 0) == "Qualité");
    CHECK(quoted("$(x) `y` \\ it's", '"') == R"(\$(x) \`y\` \\ it's)");
    CHECK(quoted("$(x) \\", '\'') == "$(x) \\");
    CHECK_FALSE(quoted("it's", '\''));
    CHECK_FALSE(quoted("a \"b\"", '"'));
    CHECK_FALSE(quoted("a!b", '"'));
}
