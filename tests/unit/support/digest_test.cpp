#include "daemon/support/digest.hpp"

#include <catch2/catch.hpp>

using namespace umbra;

// The examples of FIPS 180-4 that NIST publishes, and the digest of nothing.
TEST_CASE("digits are those of SHA-256, as many bytes as were asked for") {
    CHECK(sha256_digits("abc", 32) ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(sha256_digits("", 6) == "e3b0c44298fc");
    CHECK(sha256_digits("abc", 0).empty());
}
