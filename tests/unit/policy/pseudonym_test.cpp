#include "daemon/policy/pseudonym.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/unit/folder.hpp"

using namespace umbra;

namespace {

constexpr const char* digits = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

std::filesystem::path key_file(const test::Folder& folder, const std::string& text,
                               mode_t mode = 0400) {
    std::filesystem::remove(folder / "key");
    auto file = folder.write("key", text);
    chmod(file.c_str(), mode);
    return file;
}

}  // namespace

TEST_CASE("a pseudonym is the first 100 bits of HMAC-SHA256 in base32") {
    const test::Folder folder;
    // RFC 4231 section 4.7: the HMAC begins 60e431591ee0b67f0d8a26aacb.
    std::string aa;
    for (int i = 0; i < 131; ++i)
        aa += "aa";
    Pseudonyms vector(PseudonymKey::read(key_file(folder, aa)));
    CHECK(vector.of("Test Using Larger Than Block-Size Key - Hash Key First") ==
          "h:mdsdcwi64c3h6dmke2vm");

    // By Python's hmac and base64.
    Pseudonyms pseudonyms(PseudonymKey::read(key_file(folder, digits + std::string("\n"))));
    CHECK(pseudonyms.of("10.1.2.3") == "h:ousycr5swi2w6jg2qdrt");
    CHECK(pseudonyms.of("2001:db8:1::5") == "h:kmgs3iqryjknjtu5d6yr");
    CHECK(pseudonyms.of("10.1.2.3") == "h:ousycr5swi2w6jg2qdrt");
}

TEST_CASE("a key is told by the first digits of its SHA-256") {
    const test::Folder folder;
    CHECK(PseudonymKey::read(key_file(folder, digits)).id() == "630dcd2966c43366");
}

TEST_CASE("what a pseudonym looks like") {
    CHECK(is_pseudonym("h:ousycr5swi2w6jg2qdrt"));
    for (const char* text :
         {"", "h:", "h:ousycr5swi2w6jg2qdr", "h:ousycr5swi2w6jg2qdrtt", "h:OUSYCR5SWI2W6JG2QDRT",
          "h:ousycr5swi2w6jg2qdr1", "g:ousycr5swi2w6jg2qdrt", "10.1.2.3"}) {
        INFO(text);
        CHECK_FALSE(is_pseudonym(text));
    }
}

TEST_CASE("a key that is made is read again, and no file is overwritten") {
    const test::Folder folder;
    const PseudonymKey made = PseudonymKey::make(folder / "one");
    const PseudonymKey other = PseudonymKey::make(folder / "two");
    CHECK(PseudonymKey::read(folder / "one").id() == made.id());
    CHECK(made.id() != other.id());
    struct stat status {};
    REQUIRE(stat((folder / "one").c_str(), &status) == 0);
    CHECK((status.st_mode & 07777U) == 0400);
    CHECK_THROWS_AS(PseudonymKey::make(folder / "one"), std::exception);
    CHECK(PseudonymKey::read(folder / "one").id() == made.id());
}

TEST_CASE("a key file that is not well guarded, or holds no key, is refused") {
    const test::Folder folder;
    const auto refused = [&](const std::string& text, mode_t mode, const char* part) {
        const auto file = key_file(folder, text, mode);
        const std::string sentence = test::failure_of([&] { PseudonymKey::read(file); });
        INFO(sentence);
        CHECK(sentence.starts_with(file.string() + ": "));
        CHECK(sentence.find(part) != std::string::npos);
    };
    refused(digits, 0440, "0440");
    refused(digits, 0404, "others");
    refused(digits, 0420, "others");
    refused("", 0400, "too short: 0");
    refused(std::string(digits).substr(2), 0400, "too short: 62");
    refused(digits + std::string("0"), 0400, "no key");
    refused(std::string(digits) + "xx", 0400, "no key");
    refused(std::string(digits) + "\n\n", 0400, "no key");
    refused(std::string(1026, 'a'), 0400, "no key");
    CHECK(PseudonymKey::read(key_file(folder, digits, 0600)).id() == "630dcd2966c43366");

    CHECK(test::failure_of([&] { PseudonymKey::read(folder.path()); }).find("regular file") !=
          std::string::npos);
    CHECK_FALSE(test::failure_of([&] { PseudonymKey::read(folder / "none"); }).empty());
    if (geteuid() == 0) {
        const auto file = key_file(folder, digits);
        REQUIRE(chown(file.c_str(), 4711, 4711) == 0);
        CHECK(test::failure_of([&] { PseudonymKey::read(file); }).find("belongs to user 4711") !=
              std::string::npos);
    }
}
