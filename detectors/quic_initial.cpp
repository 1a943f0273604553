#include "detectors/quic_initial.hpp"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include <algorithm>

#include "daemon/support/failure.hpp"

namespace umbra {
namespace {

constexpr std::size_t tag_length = 16, sample_length = 16;
constexpr std::size_t most_number_length = 4;
constexpr std::size_t longest_datagram = 65535;

using Salt = std::array<std::uint8_t, 20>;

// In the order of QuicDialect: draft-ietf-quic-tls-23 and -29 section 5.2, RFC 9001 section 5.2,
// RFC 9369 section 3.3.1, and Chromium's quic/core/crypto/crypto_utils.cc of 2020.
// clang-format off
constexpr std::array<Salt, 6> salts{{
    {0xc3, 0xee, 0xf7, 0x12, 0xc7, 0x2e, 0xbb, 0x5a, 0x11, 0xa7,
     0xd2, 0x43, 0x2b, 0xb4, 0x63, 0x65, 0xbe, 0xf9, 0xf5, 0x02},
    {0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97,
     0x86, 0xf1, 0x9c, 0x61, 0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99},
    {0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,
     0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a},
    {0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93,
     0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9},
    {0x7f, 0xf5, 0x79, 0xe5, 0xac, 0xd0, 0x72, 0x91, 0x55, 0x80,
     0x30, 0x4c, 0x43, 0xa2, 0x36, 0x7c, 0x60, 0x48, 0x83, 0x10},
    {0x7a, 0x4e, 0xde, 0xf4, 0xe7, 0xcc, 0xee, 0x5f, 0xa4, 0x50,
     0x6c, 0x19, 0x12, 0x4f, 0xc8, 0xcc, 0xda, 0x6e, 0x03, 0x3d},
}};
// clang-format on

template <typename Part>
Part* needed(Part* part) {
    if (part == nullptr) {
        throw environment_failure(
            "libcrypto lacks HMAC-SHA256 or AES-128, which QUIC is read with");
    }
    return part;
}

// The whole packet number, of which `length` bytes are in the packet: what is closest to
// `expected`. RFC 9000 appendix A.3.
std::uint64_t whole_number(std::uint64_t in_packet, std::size_t length, std::uint64_t expected) {
    const std::uint64_t window = std::uint64_t{1} << (8 * length);
    const std::uint64_t candidate = (expected & ~(window - 1)) | in_packet;
    if (candidate + window / 2 <= expected) return candidate + window;
    if (candidate > expected + window / 2 && candidate >= window) return candidate - window;
    return candidate;
}

}  // namespace

InitialOpener::InitialOpener() : plain_(longest_datagram) {
    const std::unique_ptr<EVP_MAC, Free> mac(needed(EVP_MAC_fetch(nullptr, "HMAC", nullptr)));
    const std::unique_ptr<EVP_CIPHER, Free> ecb(
        needed(EVP_CIPHER_fetch(nullptr, "AES-128-ECB", nullptr)));
    const std::unique_ptr<EVP_CIPHER, Free> gcm(
        needed(EVP_CIPHER_fetch(nullptr, "AES-128-GCM", nullptr)));
    hmac_.reset(needed(EVP_MAC_CTX_new(mac.get())));
    mask_.reset(needed(EVP_CIPHER_CTX_new()));
    seal_.reset(needed(EVP_CIPHER_CTX_new()));
    // The ciphers stay set: later calls give keys alone, so that nothing is allocated again.
    std::array digest{'S', 'H', 'A', '2', '5', '6', '\0'};
    const std::array parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
        OSSL_PARAM_construct_end()};
    if (EVP_MAC_CTX_set_params(hmac_.get(), parameters.data()) != 1 ||
        EVP_EncryptInit_ex2(mask_.get(), ecb.get(), nullptr, nullptr, nullptr) != 1 ||
        EVP_DecryptInit_ex2(seal_.get(), gcm.get(), nullptr, nullptr, nullptr) != 1) {
        needed<void>(nullptr);
    }
}

// An error in here gives keys that open nothing.
InitialOpener::Digest InitialOpener::hmac(Bytes key, Bytes message) {
    Digest digest{};
    std::size_t length = 0;
    EVP_MAC_init(hmac_.get(), key.data(), key.size(), nullptr);
    EVP_MAC_update(hmac_.get(), message.data(), message.size());
    EVP_MAC_final(hmac_.get(), digest.data(), &length, digest.size());
    return digest;
}

// HKDF-Expand-Label (RFC 8446 section 7.1) for outputs of at most one digest, without a context:
// | length 2 | length 1 | "tls13 " label | 0 | block number 1 |
void InitialOpener::expand_label(const Digest& secret, std::string_view label,
                                 std::span<std::uint8_t> out) {
    constexpr std::string_view prefix = "tls13 ";
    std::array<std::uint8_t, 32> info{};
    info[1] = static_cast<std::uint8_t>(out.size());
    info[2] = static_cast<std::uint8_t>(prefix.size() + label.size());
    auto end = std::ranges::copy(prefix, info.begin() + 3).out;
    end = std::ranges::copy(label, end).out + 1;  // the context's length is zero
    *end++ = 1;
    const Digest block = hmac(secret, Bytes(info.begin(), end));
    std::copy_n(block.begin(), out.size(), out.begin());
}

InitialKeys InitialOpener::client_keys(QuicDialect dialect, Bytes destination_id) {
    const Digest initial = hmac(salts[static_cast<std::size_t>(dialect)], destination_id);
    Digest client{};
    expand_label(initial, "client in", client);
    const bool v2 = dialect == QuicDialect::version_2;  // RFC 9369 section 3.3.2
    InitialKeys keys;
    expand_label(client, v2 ? "quicv2 key" : "quic key", keys.key);
    expand_label(client, v2 ? "quicv2 iv" : "quic iv", keys.iv);
    expand_label(client, v2 ? "quicv2 hp" : "quic hp", keys.header);
    return keys;
}

std::optional<Bytes> InitialOpener::open(const InitialKeys& keys, const QuicPacket& packet,
                                         std::uint64_t& next_number) {
    const Bytes part = packet.protected_part;
    if (part.size() < most_number_length + sample_length || part.size() > plain_.size()) {
        return std::nullopt;
    }

    // Header protection, RFC 9001 section 5.4.
    std::array<std::uint8_t, sample_length> mask{};
    int length = 0;
    EVP_EncryptInit_ex2(mask_.get(), nullptr, keys.header.data(), nullptr, nullptr);
    EVP_EncryptUpdate(mask_.get(), mask.data(), &length, &part[most_number_length], sample_length);
    const auto first = static_cast<std::uint8_t>(packet.header[0] ^ (mask[0] & 0x0fU));
    const std::size_t number_length = (first & 3U) + 1;
    std::array<std::uint8_t, most_number_length> number{};
    std::uint64_t in_packet = 0;
    for (std::size_t i = 0; i < number_length; ++i) {
        number[i] = part[i] ^ mask[1 + i];
        in_packet = in_packet << 8U | number[i];
    }

    // The payload, RFC 9001 section 5.3; the header as it was before its protection goes with it.
    const std::uint64_t whole = whole_number(in_packet, number_length, next_number);
    auto nonce = keys.iv;
    for (std::size_t i = 0; i < sizeof whole; ++i)
        nonce[nonce.size() - 1 - i] ^= static_cast<std::uint8_t>(whole >> (8 * i));
    std::array<std::uint8_t, tag_length> tag{};
    std::ranges::copy(part.last(tag_length), tag.begin());
    const Bytes sealed = part.subspan(number_length, part.size() - number_length - tag_length);
    const auto authenticate = [&](Bytes bytes) {
        EVP_DecryptUpdate(seal_.get(), nullptr, &length, bytes.data(),
                          static_cast<int>(bytes.size()));
    };
    EVP_DecryptInit_ex2(seal_.get(), nullptr, keys.key.data(), nonce.data(), nullptr);
    EVP_CIPHER_CTX_ctrl(seal_.get(), EVP_CTRL_AEAD_SET_TAG, tag_length, tag.data());
    authenticate({&first, 1});
    authenticate(packet.header.subspan(1));
    authenticate(Bytes(number).first(number_length));
    EVP_DecryptUpdate(seal_.get(), plain_.data(), &length, sealed.data(),
                      static_cast<int>(sealed.size()));
    if (EVP_DecryptFinal_ex(seal_.get(), plain_.data() + length, &length) != 1) return std::nullopt;
    next_number = std::max(next_number, whole + 1);
    return Bytes(plain_).first(sealed.size());
}

}  // namespace umbra
