#include "daemon/usage/hosts_file.hpp"

#include <catch2/catch.hpp>

#include "daemon/support/failure.hpp"
#include "tests/unit/folder.hpp"
#include "tests/unit/packets.hpp"

using namespace umbra;

namespace {

struct Written {
    test::Folder folder;

    HostsFile read(const std::string& text) const {
        return HostsFile::read(folder.write("hosts.csv", text));
    }
    // What is said behind the file's name.
    std::string fault_of(const std::string& text) const {
        const std::string sentence = test::failure_of([&] { read(text); });
        return sentence.substr(std::min(sentence.size(), sentence.find("hosts.csv") + 9));
    }
};

std::string told(const HostsFile& hosts, std::string_view address, std::string_view mac = {}) {
    const auto facts =
        hosts.find(test::address(address), mac.empty() ? Mac{} : Mac::parse(mac).value());
    return facts.name.value_or("-") + "/" + facts.department.value_or("-") + "/" +
           facts.site.value_or("-");
}

}  // namespace

TEST_CASE("each fact of a host comes from the most specific line that says it") {
    const HostsFile hosts = Written().read(
        "address,name,department,site\n"
        "10.0.0.0/8,,,Rennes\n"
        "10.1.0.0/16,,Marketing,Paris\n"
        "10.1.2.3,printer,,\n"
        "02:a0:00:00:00:01,laptop-7,Direction,\n"
        "fd00:1::/64,,Marketing,Paris\n");
    CHECK(told(hosts, "10.9.9.9") == "-/-/Rennes");
    CHECK(told(hosts, "10.1.9.9") == "-/Marketing/Paris");
    CHECK(told(hosts, "10.1.2.3") == "printer/Marketing/Paris");
    CHECK(told(hosts, "10.1.2.3", "02:a0:00:00:00:01") == "laptop-7/Direction/Paris");
    CHECK(told(hosts, "10.1.2.3", "02:a0:00:00:00:02") == "printer/Marketing/Paris");
    CHECK(told(hosts, "fd00:1::77") == "-/Marketing/Paris");
    CHECK(told(hosts, "192.168.1.1") == "-/-/-");
    CHECK(hosts.lists({0x02a000000001}));
    CHECK_FALSE(hosts.lists({0x02a000000002}));
}

TEST_CASE("a department in upper and lower case is one, as it stands first") {
    const HostsFile hosts = Written().read(
        "address,name,department,site\n"
        "10.0.0.1,,Marketing,Paris\n"
        "10.0.0.2,,MARKETING,PARIS\n"
        "10.0.0.3,,Qualit\xc3\xa9,\n"
        "10.0.0.4,,QUALIT\xc3\x89,\n"
        "10.0.0.5,,Qualite,\n");
    CHECK(told(hosts, "10.0.0.1") == "-/Marketing/Paris");
    CHECK(told(hosts, "10.0.0.2") == "-/Marketing/PARIS");
    CHECK(told(hosts, "10.0.0.4") == "-/Qualit\xc3\xa9/-");
    CHECK(told(hosts, "10.0.0.5") == "-/Qualite/-");
}

TEST_CASE("a hosts file as spreadsheets write it") {
    const HostsFile hosts = Written().read(
        "\xef\xbb\xbf"
        "Adresse;site;department;name\r\n"
        "10.0.0.1;Paris;\"Achats; moyens g\xc3\xa9n\xc3\xa9raux\";\"PC \"\"accueil\"\"\"\r\n"
        "\r\n"
        " 10.0.0.2 ; Lyon\r\n");
    CHECK(told(hosts, "10.0.0.1") == "PC \"accueil\"/Achats; moyens g\xc3\xa9n\xc3\xa9raux/Paris");
    CHECK(told(hosts, "10.0.0.2") == "-/-/Lyon");
}

TEST_CASE("a fault in a hosts file is said with its line") {
    const Written written;
    const std::string header = "address,name,department,site\n";
    CHECK(written.fault_of("10.0.0.1,pc,Sales,Paris\n").starts_with(":1: the header line is"));
    CHECK(written.fault_of("address,name,floor\n").starts_with(":1: no column `floor`"));
    CHECK(written.fault_of(header + "10.0.0.1,a\nmarketing,b\n").starts_with(":3: `marketing` is"));
    CHECK(written.fault_of(header + "10.0.0.1/8,a\n").starts_with(":2: `10.0.0.1/8` is neither"));
    CHECK(written.fault_of(header + "10.0.0.1,a\n\n10.0.0.1,b\n") ==
          ":4: `10.0.0.1` stands already in line 2");
    CHECK(written.fault_of(header + "02:a0:00:00:00:01,a\n02-A0-00-00-00-01,b\n")
              .starts_with(":3: `02-A0-00-00-00-01` stands already"));
    CHECK(written.fault_of(header + "10.0.0.1,a,b,c,d\n").starts_with(":2: more fields"));
    CHECK(written.fault_of(header + "10.0.0.1,\"a,b\n").starts_with(":2: a quote"));
    CHECK(written.fault_of(header + "10.0.0.1,\"a\"b,c\n").starts_with(":2: something follows"));
    CHECK(written.fault_of(header + "10.0.0.1,Comptabilit\xe9\n").starts_with(":2: not UTF-8"));
    CHECK(written.fault_of(header + "10.0.0.1,a\tb\n").starts_with(":2: not UTF-8 text"));
    CHECK(written.fault_of("").starts_with(": empty"));
    CHECK_THROWS_AS(HostsFile::read("/nowhere/hosts.csv"), Failure);
    CHECK_THROWS_AS(HostsFile::read("/"), Failure);
}
