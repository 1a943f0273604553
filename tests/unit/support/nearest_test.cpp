#include "daemon/support/nearest.hpp"

#include <catch2/catch.hpp>

using namespace umbra;
using Words = std::vector<std::string>;

TEST_CASE("a word that is not known is answered with what it may have meant") {
    const Words known{"openai.chatgpt", "openai.api", "mistral.lechat", "mistral.api", "xai.grok"};
    CHECK(nearest("chatgpt", known) == Words{"openai.chatgpt"});
    CHECK(nearest("Mistral", known) == Words{"mistral.api", "mistral.lechat"});
    CHECK(nearest("openia.api", known) == Words{"openai.api"});
    CHECK(nearest("openai", known, 1) == Words{"openai.api"});
    CHECK(nearest("x", {}).empty());
}
