#include "signatures/regions.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/folder.hpp"

using namespace umbra;

namespace {

Regions shipped() {
    return Regions::read(UMBRA_TEST_DATA "/../../signatures/catalogue");
}

}  // namespace

TEST_CASE("a host name says its region in the label before a cloud's domain") {
    const Regions regions = shipped();
    const auto country = [&](const char* name) {
        return regions.country_of(regions.region_of(name)).value_or("-");
    };
    CHECK(regions.region_of("bedrock-runtime.eu-west-3.amazonaws.com") == "eu-west-3");
    CHECK(country("bedrock-runtime.eu-west-3.amazonaws.com") == "FR");
    CHECK(country("bedrock-runtime.cn-north-1.amazonaws.com.cn") == "CN");
    CHECK(country("bedrock.us-east-1.api.aws") == "US");
    CHECK(regions.region_of("francecentral.stt.speech.microsoft.com") == "francecentral");
    CHECK(country("swedencentral.api.cognitive.microsoft.com") == "SE");
    CHECK(country("ours.westeurope.inference.ml.azure.com") == "NL");
    CHECK(regions.region_of("europe-west9-aiplatform.googleapis.com") == "europe-west9");
    CHECK(country("europe-west9-aiplatform.googleapis.com") == "FR");
    CHECK(country("us-central1-aiplatform.googleapis.com") == "US");
    CHECK(country("aiplatform.eu.rep.googleapis.com") == "EU");
    CHECK(country("eu-de.ml.cloud.ibm.com") == "DE");
    CHECK(country("inference.generativeai.eu-frankfurt-1.oci.oraclecloud.com") == "DE");
}

TEST_CASE("what a customer chose, and another cloud's region, is no region") {
    const Regions regions = shipped();
    for (const char* name :
         {"", "com", "amazonaws.com", "aiplatform.googleapis.com", "francecentral.openai.azure.com",
          "eu-west-3.api.baseten.co", "francecentral.amazonaws.com", "eu-west-3-mine.amazonaws.com",
          "eu-west-3.amazonaws.com.evil.example", "eu-west-3.bedrock.amazonaws.com",
          "contoso-westeurope.api.cognitive.microsoft.com"}) {
        INFO(name);
        CHECK(regions.region_of(name).empty());
    }
    CHECK_FALSE(regions.country_of("eu-west-99"));
    CHECK(Regions().region_of("bedrock.eu-west-3.amazonaws.com").empty());
}

TEST_CASE("a fault of the table of regions is said with its line") {
    const test::Folder folder;
    const auto refused = [&](const std::string& lines) {
        const auto file = folder.write("regions.tsv", "# a comment\n\n" + lines);
        const std::string sentence = test::failure_of([&] { Regions::read(folder.path()); });
        return sentence.empty() ? sentence : sentence.substr(file.string().size());
    };
    const std::string aws = "domain\taws\tamazonaws.com\nregion\taws\teu-west-3\tFR\tParis\n";
    CHECK(refused(aws).empty());
    CHECK(refused(aws + "domain\taws\tamazonaws.com\n") ==
          ":5: domain `amazonaws.com` stands twice");
    CHECK(refused(aws + "region\tother\teu-west-3\tGB\tLondon\n") ==
          ":5: region `eu-west-3` stands twice");
    CHECK(refused(aws + "region\taws\teu-west-4\tXX\tNowhere\n") == ":5: unknown country `XX`");
    for (const char* line : {"region\taws\teu-west-5\tFR", "region aws eu-west-5 FR Paris",
                             "domain", "domain\taws\tapi.aws\tx"}) {
        CHECK(refused(line).starts_with(":3: neither `domain CLOUD DOMAIN [-]` nor `region "));
    }
}
