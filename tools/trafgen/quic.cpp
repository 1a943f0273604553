#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <memory>
#include <stdexcept>

#include "tools/trafgen/messages.hpp"

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

// The client's keys for Initial packets of QUIC version 1 (RFC 9001 section 5.2).
Keys client_keys(std::span<const std::uint8_t> destination_id) {
    constexpr std::array<std::uint8_t, 20> salt{0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34,
                                                0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8,
                                                0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a};
    const Secret initial = hmac_sha256(salt, destination_id);
    const Message client = expand_label(initial, "client in", 32);
    Secret secret{};
    std::copy(client.begin(), client.end(), secret.begin());
    return {expand_label(secret, "quic key", 16), expand_label(secret, "quic iv", 12),
            expand_label(secret, "quic hp", 16)};
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

// A variable-length integer (RFC 9000 section 16) in two bytes.
void varint(Octets& out, std::size_t value) {
    out.u16(0x4000U | value);
}

constexpr std::size_t datagram_length = 1250;
constexpr std::size_t tag_length = 16, packet_number_length = 2;

// An Initial packet that fills a datagram: header, `frames`, PADDING, header protection.
Message initial_packet(const Keys& keys, std::span<const std::uint8_t> destination_id,
                       std::span<const std::uint8_t> source_id, std::uint16_t packet_number,
                       std::span<const std::uint8_t> frames) {
    Octets header;
    header.u8(0xc0 | (packet_number_length - 1));
    header.u32(1);
    header.with_length(1, [&] { header.bytes(destination_id); });
    header.with_length(1, [&] { header.bytes(source_id); });
    header.u8(0);  // no token
    const std::size_t rest = datagram_length - header.size() - 2;
    varint(header, rest);
    header.u16(packet_number);

    Message plain(frames.begin(), frames.end());
    plain.resize(rest - packet_number_length - tag_length, 0);
    const Message sealed = seal(keys, packet_number, header.view(), plain);
    Octets out;
    out.bytes(header.view());
    out.bytes(sealed);
    Message packet = out.take();
    const std::size_t number_at = header.size() - packet_number_length;
    const auto mask = header_mask(keys, &packet[number_at + 4]);
    packet[0] = static_cast<std::uint8_t>(packet[0] ^ (mask[0] & 0x0f));
    for (std::size_t i = 0; i < packet_number_length; ++i)
        packet[number_at + i] ^= mask[1 + i];
    return packet;
}

}  // namespace

std::vector<Message> quic_client_initials(Random& random, const Message& hello) {
    // Cut into five to nine parts at random places, shuffled, filled into two packets.
    std::vector<std::size_t> cuts{0, hello.size()};
    for (std::uint64_t i = random.between(4, 8); i > 0; --i)
        cuts.push_back(random.between(1, hello.size() - 1));
    std::sort(cuts.begin(), cuts.end());
    std::vector<std::pair<std::size_t, std::size_t>> parts;
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
        if (cuts[i] < cuts[i + 1]) parts.emplace_back(cuts[i], cuts[i + 1]);
    }
    random.shuffle(parts);

    const Message destination_id = random.bytes(8);
    const Message source_id = random.bytes(random.chance(50) ? 0 : 8);
    constexpr std::size_t room = datagram_length - 60 - tag_length;
    std::vector<Octets> packets(1);
    for (auto [begin, end] : parts) {
        while (begin < end) {
            if (packets.back().size() + 80 > room) packets.emplace_back();
            Octets& frames = packets.back();
            if (random.chance(20)) frames.u8(1);                          // PING
            if (random.chance(20)) frames.fill(random.between(1, 4), 0);  // PADDING
            const std::size_t length = std::min(end - begin, room - frames.size() - 8);
            frames.u8(6);  // CRYPTO
            varint(frames, begin);
            varint(frames, length);
            frames.bytes(std::span(hello).subspan(begin, length));
            begin += length;
        }
    }
    const Keys keys = client_keys(destination_id);
    std::vector<Message> datagrams;
    for (std::size_t i = 0; i < packets.size(); ++i) {
        datagrams.push_back(initial_packet(keys, destination_id, source_id,
                                           static_cast<std::uint16_t>(i + 1), packets[i].view()));
    }
    return datagrams;
}

Message quic_server_initial(Random& random) {
    Octets out;
    out.u8(0xc1);
    out.u32(1);
    out.with_length(1, [&] { out.bytes(random.bytes(8)); });
    out.with_length(1, [&] { out.bytes(random.bytes(8)); });
    out.u8(0);
    varint(out, datagram_length - out.size() - 2);
    out.bytes(random.bytes(datagram_length - out.size()));
    return out.take();
}

}  // namespace umbra::trafgen
