// What stands for a host where its address may not: HMAC-SHA256 (RFC 2104) under a secret key.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using EVP_MAC_CTX = struct evp_mac_ctx_st;

namespace umbra {

// A key file holds one line of hexadecimal digits, at least 64 of them (256 bits), and is readable
// by nobody but its owner.
class PseudonymKey {
  public:
    // Throws Failure where the file is no such file, belongs to somebody else, may be read or
    // written by group or others, is too short, or holds anything but digits.
    static PseudonymKey read(const std::filesystem::path& file);

    // Writes a new random key into a file that was not there, mode 0400, synced. Throws Failure.
    static PseudonymKey make(const std::filesystem::path& file);

    ~PseudonymKey();
    PseudonymKey(PseudonymKey&&) = default;
    PseudonymKey& operator=(PseudonymKey&&) = default;

    // The first 16 hexadecimal digits of the key's SHA-256: tells keys apart, and nothing of them.
    std::string id() const;

  private:
    friend class Pseudonyms;
    explicit PseudonymKey(std::vector<std::uint8_t> bytes) : bytes_(std::move(bytes)) {}

    std::vector<std::uint8_t> bytes_;
};

// `h:` and the first 100 bits in base32 (RFC 4648 section 6), lower case.
inline constexpr std::size_t pseudonym_length = 22;
bool is_pseudonym(std::string_view text);

// Makes pseudonyms, half a microsecond each; for one thread.
class Pseudonyms {
  public:
    explicit Pseudonyms(const PseudonymKey& key);

    // Of an address as Address::to_string writes it, or of whatever else a host is known by.
    std::string of(std::string_view text);

  private:
    struct Free {
        void operator()(EVP_MAC_CTX* context) const;
    };
    std::unique_ptr<EVP_MAC_CTX, Free> context_;
};

}  // namespace umbra
