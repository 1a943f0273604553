#include <functional>

#include "tools/trafgen/messages.hpp"

namespace umbra::trafgen {
namespace {

// One of the sixteen reserved values 0x0a0a, 0x1a1a, … (RFC 8701).
std::uint16_t grease(Random& random) {
    return static_cast<std::uint16_t>(0x0a0a + 0x1010 * random.below(16));
}

void extension(Octets& out, std::uint16_t type, const std::function<void()>& content) {
    out.u16(type);
    out.with_length(2, content);
}

void key_share(Octets& out, Random& random) {
    out.with_length(2, [&] {
        out.u16(grease(random));
        out.with_length(2, [&] { out.u8(0); });
        out.u16(0x11ec);  // X25519MLKEM768
        out.with_length(2, [&] { out.bytes(random.bytes(1216)); });
        out.u16(0x001d);  // x25519
        out.with_length(2, [&] { out.bytes(random.bytes(32)); });
    });
}

// An encrypted_client_hello of type outer whose content is random (RFC 9849, GREASE ECH).
void grease_ech(Octets& out, Random& random) {
    out.u8(0);
    out.u16(1);  // HKDF-SHA256
    out.u16(1);  // AES-128-GCM
    out.u8(random.below(256));
    out.with_length(2, [&] { out.bytes(random.bytes(32)); });
    out.with_length(2, [&] { out.bytes(random.bytes(144 + 32 * random.below(4))); });
}

void transport_parameters(Octets& out, Random& random) {
    const auto parameter = [&](std::uint8_t id, std::initializer_list<std::uint8_t> value) {
        out.u8(id);
        out.with_length(1, [&] { out.bytes(value); });
    };
    parameter(0x01, {0x80, 0x00, 0x75, 0x30});  // max_idle_timeout 30 s
    parameter(0x03, {0x45, 0xc0});              // max_udp_payload_size 1472
    parameter(0x04, {0x80, 0xf0, 0x00, 0x00});
    parameter(0x05, {0x80, 0x60, 0x00, 0x00});
    parameter(0x08, {0x40, 0x64});
    out.u8(0x0f);
    out.with_length(1, [&] { out.bytes(random.bytes(0)); });
}

}  // namespace

Message client_hello(Random& random, std::optional<std::string_view> name, bool quic) {
    Octets out;
    std::vector<std::function<void()>> extensions{
        [&] {
            extension(out, 0x000a, [&] {  // supported_groups
                out.with_length(2, [&] {
                    out.u16(grease(random));
                    for (const unsigned group : {0x11ecU, 0x001dU, 0x0017U, 0x0018U})
                        out.u16(group);
                });
            });
        },
        [&] {
            extension(out, 0x000d, [&] {  // signature_algorithms
                out.with_length(2, [&] {
                    for (const unsigned scheme :
                         {0x0403U, 0x0804U, 0x0401U, 0x0503U, 0x0805U, 0x0501U, 0x0806U, 0x0601U}) {
                        out.u16(scheme);
                    }
                });
            });
        },
        [&] {
            extension(out, 0x0010, [&] {  // application_layer_protocol_negotiation
                out.with_length(2, [&] {
                    if (quic) {
                        out.with_length(1, [&] { out.text("h3"); });
                    } else {
                        out.with_length(1, [&] { out.text("h2"); });
                        out.with_length(1, [&] { out.text("http/1.1"); });
                    }
                });
            });
        },
        [&] {
            extension(out, 0x002b, [&] {  // supported_versions
                out.with_length(1, [&] {
                    out.u16(grease(random));
                    out.u16(0x0304);
                    if (!quic) out.u16(0x0303);
                });
            });
        },
        [&] { extension(out, 0x002d, [&] {
                  out.bytes({1, 1});
              }); },  // psk_key_exchange_modes
        [&] { extension(out, 0x0033, [&] { key_share(out, random); }); },
        [&] {
            extension(out, 0x001b, [&] { out.bytes({2, 0, 2}); });
        },  // compress_certificate: brotli
        [&] { extension(out, 0xfe0d, [&] { grease_ech(out, random); }); },
        [&] {
            extension(out, 0x44cd, [&] { out.bytes({0, 3, 2, 'h', '2'}); });
        },  // application_settings
    };
    if (name) {
        extensions.push_back([&] {
            extension(out, 0x0000, [&] {
                out.with_length(2, [&] {
                    out.u8(0);
                    out.with_length(2, [&] { out.text(*name); });
                });
            });
        });
    }
    if (quic) {
        extensions.push_back(
            [&] { extension(out, 0x0039, [&] { transport_parameters(out, random); }); });
    } else {
        extensions.push_back([&] { extension(out, 0x0017, [] {}); });  // extended_master_secret
        extensions.push_back(
            [&] { extension(out, 0xff01, [&] { out.u8(0); }); });      // renegotiation_info
        extensions.push_back([&] { extension(out, 0x0023, [] {}); });  // session_ticket
        extensions.push_back([&] {
            extension(out, 0x000b, [&] { out.bytes({1, 0}); });
        });  // ec_point_formats
        extensions.push_back([&] {
            extension(out, 0x0005, [&] { out.bytes({1, 0, 0, 0, 0}); });
        });  // status_request
        extensions.push_back(
            [&] { extension(out, 0x0012, [] {}); });  // signed_certificate_timestamp
    }
    random.shuffle(extensions);

    out.u8(1);
    out.with_length(3, [&] {
        out.u16(0x0303);
        out.bytes(random.bytes(32));
        out.with_length(1, [&] { out.bytes(random.bytes(quic ? 0 : 32)); });
        out.with_length(2, [&] {
            out.u16(grease(random));
            for (const unsigned suite : {0x1301U, 0x1302U, 0x1303U})
                out.u16(suite);
            if (quic) return;
            for (const unsigned suite : {0xc02bU, 0xc02fU, 0xc02cU, 0xc030U, 0xcca9U, 0xcca8U,
                                         0xc013U, 0xc014U, 0x009cU, 0x009dU, 0x002fU, 0x0035U}) {
                out.u16(suite);
            }
        });
        out.with_length(1, [&] { out.u8(0); });
        out.with_length(2, [&] {
            extension(out, grease(random), [] {});
            for (const auto& write : extensions)
                write();
            extension(out, grease(random), [&] { out.u8(0); });
        });
    });
    return out.take();
}

Message library_hello(Random& random, std::string_view name) {
    Octets out;
    const auto values = [&](std::initializer_list<int> list) {
        for (const int value : list)
            out.u16(static_cast<std::uint64_t>(value));
    };
    out.u8(1);
    out.with_length(3, [&] {
        out.u16(0x0303);
        out.bytes(random.bytes(32));
        out.with_length(1, [&] { out.bytes(random.bytes(32)); });
        out.with_length(2, [&] {
            values({0x1302, 0x1303, 0x1301, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc02b, 0xc02f, 0xc024,
                    0xc028, 0xc023, 0xc027, 0x00ff});
        });
        out.with_length(1, [&] { out.u8(0); });
        out.with_length(2, [&] {
            extension(out, 0x0000, [&] {
                out.with_length(2, [&] {
                    out.u8(0);
                    out.with_length(2, [&] { out.text(name); });
                });
            });
            extension(out, 0x000b, [&] { out.bytes({3, 0, 1, 2}); });  // ec_point_formats
            extension(out, 0x000a, [&] {                               // supported_groups
                out.with_length(2, [&] { values({0x001d, 0x0017, 0x001e, 0x0019, 0x0018}); });
            });
            extension(out, 0x0010, [&] {
                out.with_length(2, [&] { out.with_length(1, [&] { out.text("http/1.1"); }); });
            });
            extension(out, 0x0016, [] {});  // encrypt_then_mac
            extension(out, 0x0017, [] {});  // extended_master_secret
            extension(out, 0x000d, [&] {    // signature_algorithms
                out.with_length(2, [&] {
                    values({0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0401,
                            0x0501, 0x0601});
                });
            });
            extension(out, 0x002b, [&] { out.with_length(1, [&] { values({0x0304, 0x0303}); }); });
            extension(out, 0x002d, [&] { out.bytes({1, 1}); });
            extension(out, 0x0033, [&] {
                out.with_length(2, [&] {
                    out.u16(0x001d);
                    out.with_length(2, [&] { out.bytes(random.bytes(32)); });
                });
            });
        });
    });
    return out.take();
}

Message tls_records(const Message& handshake, std::size_t most) {
    Octets out;
    for (std::size_t at = 0; at < handshake.size(); at += most) {
        const auto part = std::span(handshake).subspan(at, std::min(most, handshake.size() - at));
        out.bytes({22, 3, 1});
        out.with_length(2, [&] { out.bytes(part); });
    }
    return out.take();
}

Message tls_server_head(Random& random) {
    Octets out;
    out.bytes({22, 3, 3});
    out.with_length(2, [&] {
        out.u8(2);
        out.with_length(3, [&] {
            out.u16(0x0303);
            out.bytes(random.bytes(32));
            out.with_length(1, [&] { out.bytes(random.bytes(32)); });
            out.u16(0x1301);
            out.u8(0);
            out.with_length(2, [&] {
                extension(out, 0x002b, [&] { out.u16(0x0304); });
                extension(out, 0x0033, [&] {
                    out.u16(0x11ec);
                    out.with_length(2, [&] { out.bytes(random.bytes(1120)); });
                });
            });
        });
    });
    out.bytes({20, 3, 3, 0, 1, 1});
    return out.take();
}

}  // namespace umbra::trafgen
