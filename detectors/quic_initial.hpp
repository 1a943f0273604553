// The protection of QUIC Initial packets, which anyone who sees a client's first packet can remove.
#pragma once

#include <openssl/evp.h>

#include <array>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "detectors/quic_packet.hpp"

namespace umbra {

// What a client protects its Initial packets with, RFC 9001 section 5.2.
struct InitialKeys {
    std::array<std::uint8_t, 16> key{};  // AES-128-GCM
    std::array<std::uint8_t, 12> iv{};
    std::array<std::uint8_t, 16> header{};  // AES-128-ECB, for the mask over the packet number
};

// Ciphers of OpenSSL, fetched once, and contexts that serve packet after packet: opening one takes
// no memory. Not for several threads at a time.
class InitialOpener {
  public:
    // Throws Failure where libcrypto has not the ciphers.
    InitialOpener();

    // Keys of the client whose first Initial packet went to `destination_id`.
    InitialKeys client_keys(QuicDialect dialect, Bytes destination_id);

    // The frames in an Initial packet, valid until the next call; nothing where its tag says that
    // it was not made with these keys, or not arrived as it was sent. `next_number` is the packet
    // number after the highest opened so far (RFC 9000 appendix A.3) and moves on.
    std::optional<Bytes> open(const InitialKeys& keys, const QuicPacket& packet,
                              std::uint64_t& next_number);

  private:
    struct Free {
        void operator()(EVP_MAC* mac) const { EVP_MAC_free(mac); }
        void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
        void operator()(EVP_CIPHER* cipher) const { EVP_CIPHER_free(cipher); }
        void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
    };
    using Digest = std::array<std::uint8_t, 32>;

    Digest hmac(Bytes key, Bytes message);
    void expand_label(const Digest& secret, std::string_view label, std::span<std::uint8_t> out);

    std::unique_ptr<EVP_MAC_CTX, Free> hmac_;
    std::unique_ptr<EVP_CIPHER_CTX, Free> mask_, seal_;
    std::vector<std::uint8_t> plain_;
};

}  // namespace umbra
