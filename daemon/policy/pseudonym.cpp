#include "daemon/policy/pseudonym.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "daemon/support/descriptor.hpp"
#include "daemon/support/digest.hpp"
#include "daemon/support/failure.hpp"

namespace umbra {
namespace {

constexpr std::size_t key_length = 32, most_digits = 1024;
constexpr std::string_view base32 = "abcdefghijklmnopqrstuvwxyz234567";
constexpr std::size_t pseudonym_digits = pseudonym_length - 2;

Failure key_fault(const std::filesystem::path& file, std::string_view sentence) {
    return bad_input(fmt::format("{}: {}", file.string(), sentence));
}
Failure system_fault(const std::filesystem::path& file, std::string_view what) {
    return environment_failure(
        fmt::format("{}: {}: {}", file.string(), what, std::strerror(errno)));
}

void check_guarded(const std::filesystem::path& file, const struct stat& status) {
    if (!S_ISREG(status.st_mode)) throw key_fault(file, "is no regular file, so no key file");
    if (status.st_uid != geteuid()) {
        throw key_fault(file, fmt::format("belongs to user {}, not to the one who runs this ({})",
                                          status.st_uid, geteuid()));
    }
    if ((status.st_mode & 0077U) != 0) {
        throw key_fault(file, fmt::format("others than its owner have access (mode {:04o}); make "
                                          "it 0400, and the key anew if they may have read it",
                                          status.st_mode & 07777U));
    }
}

int digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

PseudonymKey PseudonymKey::read(const std::filesystem::path& file) {
    const Descriptor descriptor(open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    struct stat status {};
    if (!descriptor.is_open() || fstat(descriptor.number(), &status) != 0) {
        throw system_fault(file, "the key cannot be read");
    }
    check_guarded(file, status);
    std::array<char, most_digits + 2> buffer{};
    const ssize_t count = ::read(descriptor.number(), buffer.data(), buffer.size());
    if (count < 0) throw system_fault(file, "the key cannot be read");
    std::string_view text(buffer.data(), static_cast<std::size_t>(count));
    if (text.ends_with('\n')) text.remove_suffix(1);
    const bool is_hex = std::ranges::all_of(text, [](char c) { return digit(c) >= 0; });
    std::vector<std::uint8_t> bytes;
    for (std::size_t i = 0; is_hex && i + 1 < text.size(); i += 2)
        bytes.push_back(static_cast<std::uint8_t>(digit(text[i]) << 4 | digit(text[i + 1])));
    const std::size_t digits = text.size();
    OPENSSL_cleanse(buffer.data(), buffer.size());
    if (!is_hex || digits % 2 != 0 || digits > most_digits) {
        throw key_fault(file, "holds no key: one line of hexadecimal digits");
    }
    if (digits < 2 * key_length) {
        throw key_fault(file,
                        fmt::format("the key is too short: {} hexadecimal digits, at least {} "
                                    "are needed",
                                    digits, 2 * key_length));
    }
    return PseudonymKey(std::move(bytes));
}

PseudonymKey PseudonymKey::make(const std::filesystem::path& file) {
    std::vector<std::uint8_t> bytes(key_length);
    if (RAND_priv_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
        throw environment_failure("no random bytes can be had for a key");
    }
    PseudonymKey key(std::move(bytes));
    std::string text = fmt::format("{:02x}\n", fmt::join(key.bytes_, ""));
    const Descriptor descriptor(open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400));
    if (!descriptor.is_open()) throw system_fault(file, "the key cannot be made");
    const bool written =
        write(descriptor.number(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
        fchmod(descriptor.number(), 0400) == 0 && fsync(descriptor.number()) == 0;
    OPENSSL_cleanse(text.data(), text.size());
    if (!written) throw system_fault(file, "the key cannot be written");
    return key;
}

PseudonymKey::~PseudonymKey() {
    OPENSSL_cleanse(bytes_.data(), bytes_.size());
}

std::string PseudonymKey::id() const {
    return sha256_digits(bytes_, 8);
}

bool is_pseudonym(std::string_view text) {
    return text.size() == pseudonym_length && text.starts_with("h:") &&
           text.substr(2).find_first_not_of(base32) == std::string_view::npos;
}

Pseudonyms::Pseudonyms(const PseudonymKey& key) {
    EVP_MAC* mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    context_.reset(EVP_MAC_CTX_new(mac));
    EVP_MAC_free(mac);
    std::string digest = "SHA256";
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
        OSSL_PARAM_construct_end()};
    if (!context_ ||
        EVP_MAC_init(context_.get(), key.bytes_.data(), key.bytes_.size(), parameters) != 1) {
        throw environment_failure("OpenSSL has no HMAC-SHA256");
    }
}

void Pseudonyms::Free::operator()(EVP_MAC_CTX* context) const {
    EVP_MAC_CTX_free(context);
}

std::string Pseudonyms::of(std::string_view text) {
    std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
    std::size_t length = 0;
    // Without a key it begins anew under the same one.
    if (EVP_MAC_init(context_.get(), nullptr, 0, nullptr) != 1 ||
        EVP_MAC_update(context_.get(), reinterpret_cast<const std::uint8_t*>(text.data()),
                       text.size()) != 1 ||
        EVP_MAC_final(context_.get(), digest.data(), &length, digest.size()) != 1) {
        throw environment_failure("OpenSSL's HMAC failed");
    }
    std::string pseudonym = "h:";
    for (std::size_t bit = 0; bit < pseudonym_digits * 5; bit += 5) {
        const unsigned pair = static_cast<unsigned>(digest[bit / 8] << 8 | digest[bit / 8 + 1]);
        pseudonym += base32[pair >> (11 - bit % 8) & 31U];
    }
    return pseudonym;
}

}  // namespace umbra
