#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <memory>
#include <stdexcept>

#include "tools/trafgen/quic.hpp"

namespace umbra::trafgen {
namespace {

using Secret = std::array<std::uint8_t, 32>;

Secret hmac_sha256(std::span<const std::uint8_t> key, std::span<const std::uint8_t> data) {
    Secret result{};
    unsigned length = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), data.data(), data.size(),
         result.data(), &length);
    return result;
}

// HKDF-Expand-Label (RFC 8446 section 7.1) for outputs of at most one hash.
Message expand_label(const Secret& secret, std::string_view label, std::size_t length) {
    Octets info;
    info.u16(length);
    info.with_length(1, [&] {
        info.text("tls13 ");
        info.text(label);
    });
    info.u8(0);
    info.u8(1);
    const Secret block = hmac_sha256(secret, info.view());
    return {block.begin(), block.begin() + static_cast<std::ptrdiff_t>(length)};
}

struct Keys {
    Message key, iv, header;
};

using Salt = std::array<std::uint8_t, 20>;

const Salt& salt_of(std::uint32_t version) {
    static constexpr Salt v1{0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,
                             0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a};
    static constexpr Salt v2{0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93,
                             0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9};
    static constexpr Salt draft_29{0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97,
                                   0x86, 0xf1, 0x9c, 0x61, 0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99};
    if (version == quic_version::v2) return v2;
    return version >= quic_version::draft_29 && version < quic_version::draft_29 + 4 ? draft_29
                                                                                     : v1;
}

// The client's keys for Initial packets (RFC 9001 section 5.2, RFC 9369 section 3.3).
Keys client_keys(std::uint32_t version, std::span<const std::uint8_t> destination_id) {
    const Secret initial = hmac_sha256(salt_of(version), destination_id);
    const Message client = expand_label(initial, "client in", 32);
    Secret secret{};
    std::copy(client.begin(), client.end(), secret.begin());
    const std::string prefix = version == quic_version::v2 ? "quicv2 " : "quic ";
    return {expand_label(secret, prefix + "key", 16), expand_label(secret, prefix + "iv", 12),
            expand_label(secret, prefix + "hp", 16)};
}

struct FreeContext {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

void check(int status) {
    if (status != 1) throw std::runtime_error("OpenSSL refused to encrypt");
}

// `plain` encrypted with AES-128-GCM, its tag behind it.
Message seal(const Keys& keys, std::uint32_t packet_number, std::span<const std::uint8_t> header,
             std::span<const std::uint8_t> plain) {
    Message nonce = keys.iv;
    for (std::size_t i = 0; i < 4; ++i) {
        nonce[nonce.size() - 1 - i] ^= static_cast<std::uint8_t>(packet_number >> (8 * i));
    }
    const Context context(EVP_CIPHER_CTX_new());
    Message sealed(plain.size() + 16);
    int length = 0;
    check(EVP_EncryptInit_ex(context.get(), EVP_aes_128_gcm(), nullptr, keys.key.data(),
                             nonce.data()));
    check(EVP_EncryptUpdate(context.get(), nullptr, &length, header.data(),
                            static_cast<int>(header.size())));
    check(EVP_EncryptUpdate(context.get(), sealed.data(), &length, plain.data(),
                            static_cast<int>(plain.size())));
    check(EVP_EncryptFinal_ex(context.get(), sealed.data() + length, &length));
    check(
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, 16, sealed.data() + plain.size()));
    return sealed;
}

std::array<std::uint8_t, 16> header_mask(const Keys& keys, const std::uint8_t* sample) {
    const Context context(EVP_CIPHER_CTX_new());
    std::array<std::uint8_t, 16> mask{};
    int length = 0;
    check(
        EVP_EncryptInit_ex(context.get(), EVP_aes_128_ecb(), nullptr, keys.header.data(), nullptr));
    check(EVP_EncryptUpdate(context.get(), mask.data(), &length, sample, 16));
    return mask;
}

constexpr std::size_t tag_length = 16;

}  // namespace

void put_varint(Octets& out, std::size_t value) {
    if (value < 0x40) {
        out.u8(value);
    } else if (value < 0x4000) {
        out.u16(0x4000U | value);
    } else {
        out.u32(0x80000000U | value);
    }
}

// The packet's own length is always in two bytes, so that the header's length is known before.
Message seal_initial(const InitialPacket& packet, std::span<const std::uint8_t> frames) {
    const unsigned type = packet.version == quic_version::v2 ? 1 : 0;
    const Message& destination =
        packet.destination_id.empty() ? packet.keys_id : packet.destination_id;
    Octets header;
    header.u8(0xc0 | type << 4U | (packet.number_length - 1));
    header.u32(packet.version);
    header.with_length(1, [&] { header.bytes(destination); });
    header.with_length(1, [&] { header.bytes(packet.source_id); });
    put_varint(header, packet.token.size());
    header.bytes(packet.token);
    const std::size_t number_at = header.size() + 2;
    // At least so much that the header protection has its sample (RFC 9001 section 5.4.2).
    Message plain(frames.begin(), frames.end());
    const std::size_t around = number_at + packet.number_length + tag_length;
    plain.resize(
        std::max({plain.size(), std::size_t{4}, packet.length - std::min(packet.length, around)}),
        0);
    header.u16(0x4000U | (packet.number_length + plain.size() + tag_length));
    for (std::size_t i = packet.number_length; i-- > 0;)
        header.u8(packet.number >> (8 * i) & 0xffU);

    const Keys keys = client_keys(packet.version, packet.keys_id);
    Octets out;
    out.bytes(header.view());
    out.bytes(seal(keys, packet.number, header.view(), plain));
    Message sealed = out.take();
    const auto mask = header_mask(keys, &sealed[number_at + 4]);
    sealed[0] = static_cast<std::uint8_t>(sealed[0] ^ (mask[0] & 0x0fU));
    for (std::size_t i = 0; i < packet.number_length; ++i)
        sealed[number_at + i] ^= mask[1 + i];
    return sealed;
}

}  // namespace umbra::trafgen
