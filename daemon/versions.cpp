#include "daemon/versions.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <pcap/pcap.h>
#include <spdlog/version.h>
#include <sqlite3.h>

#include <boost/version.hpp>

#include "detectors/ndpi.hpp"

namespace umbra {

std::string version_text(const std::string& program) {
    return fmt::format(
        "{} {}\n"
        "  {}\n"
        "  nDPI {}\n"
        "  SQLite {}\n"
        "  {}\n"
        "  Boost {}.{}.{}\n"
        "  fmt {}.{}.{}\n"
        "  spdlog {}.{}.{}\n",
        program, UMBRA_VERSION, pcap_lib_version(), NdpiClassifier::version(), sqlite3_libversion(),
        OpenSSL_version(OPENSSL_VERSION), BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000,
        BOOST_VERSION % 100, FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100,
        SPDLOG_VER_MAJOR, SPDLOG_VER_MINOR, SPDLOG_VER_PATCH);
}

}  // namespace umbra
