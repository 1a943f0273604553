// What each detector costs.
#include <benchmark/benchmark.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "detectors/certificate.hpp"
#include "detectors/dhcp.hpp"
#include "detectors/dns.hpp"
#include "detectors/dtls.hpp"
#include "detectors/ja4.hpp"
#include "detectors/ndpi.hpp"
#include "detectors/neighbour.hpp"
#include "detectors/quic.hpp"
#include "detectors/stream.hpp"
#include "tools/trafgen/octets.hpp"
#include "tools/trafgen/quic.hpp"

namespace umbra {
namespace {

using trafgen::Message;
using trafgen::Octets;
using trafgen::Random;

constexpr std::string_view name = "api.openai.example";

Message hello(bool over_quic = false) {
    Random random(1);
    return trafgen::client_hello(random, name, over_quic);
}

Message joined(std::string_view clear, const Message& rest) {
    Message whole(clear.begin(), clear.end());
    whole.insert(whole.end(), rest.begin(), rest.end());
    return whole;
}

// The head of one direction of a TCP stream.
void stream(benchmark::State& state, const Message& head) {
    while (state.KeepRunning())
        benchmark::DoNotOptimize(detect_stream(head));
}

Message tls() {
    return trafgen::tls_records(hello(), 16384);
}
Message tls_answer() {
    Random random(1);
    return trafgen::tls_server_head(random);
}
BENCHMARK_CAPTURE(stream, tls_hello, tls());
BENCHMARK_CAPTURE(stream, tls_server, tls_answer());
BENCHMARK_CAPTURE(stream, http,
                  trafgen::text_message("POST /v1/chat/completions HTTP/1.1\r\n"
                                        "Host: api.openai.example\r\n"
                                        "User-Agent: bench\r\nAccept: */*\r\n\r\n"));
BENCHMARK_CAPTURE(stream, connect,
                  trafgen::text_message("CONNECT api.openai.example:443 HTTP/1.1\r\n"
                                        "Host: api.openai.example:443\r\n\r\n"));
BENCHMARK_CAPTURE(stream, socks, joined({"\5\1\0\5\1\0\1\313\0\161\1\1\273", 13}, tls()));
BENCHMARK_CAPTURE(stream, starttls, joined("EHLO mail.example\r\nSTARTTLS\r\n", tls()));
BENCHMARK_CAPTURE(stream, no_protocol, Message(1400, 0x55));

void dns_answer(benchmark::State& state) {
    const auto server = Address::parse("203.0.113.9").value();
    const Message message = trafgen::dns_answer(7, name, "edge.example.net", server);
    while (state.KeepRunning())
        benchmark::DoNotOptimize(read_dns(message));
}
BENCHMARK(dns_answer);

// Two Initial packets as a current Chromium sends them: keys, opening, reassembly, the hello.
void quic_hello(benchmark::State& state) {
    Random random(1);
    const auto datagrams = trafgen::quic_client_initials(random, hello(true));
    InitialOpener opener;
    while (state.KeepRunning()) {
        QuicHello quic;
        Detection found;
        for (const Message& datagram : datagrams)
            found = quic.look(datagram, true, false, opener);
        if (!found.name) state.SkipWithError("no name");
    }
}
BENCHMARK(quic_hello);

// The hello in one datagram (RFC 6347 section 4.2): the body of TLS with an empty cookie behind the
// session id.
Message dtls_datagram() {
    Message body = hello();
    body.erase(body.begin(), body.begin() + 4);
    const std::size_t session_id = 2 + 32;
    body[0] = 0xfe;
    body[1] = 0xfd;
    body.insert(body.begin() + static_cast<std::ptrdiff_t>(session_id + 1 + body[session_id]), 0);
    Octets out;
    out.bytes({22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0});
    out.with_length(2, [&] {
        out.u8(1);
        out.u24(body.size());
        out.u16(0);
        out.u24(0);
        out.u24(body.size());
        out.bytes(body);
    });
    return out.take();
}

void dtls_hello(benchmark::State& state) {
    const Message datagram = dtls_datagram();
    while (state.KeepRunning()) {
        DtlsHello dtls;
        if (!dtls.look(datagram).name) state.SkipWithError("no name");
    }
}
BENCHMARK(dtls_hello);

// The shape of a hello, and its fingerprint, which only `umbra explain` computes.
void hello_shape(benchmark::State& state) {
    const Message message = hello();
    while (state.KeepRunning())
        benchmark::DoNotOptimize(HelloShape::of(message));
}
BENCHMARK(hello_shape);

void ja4_fingerprint(benchmark::State& state) {
    const auto shape = HelloShape::of(hello());
    while (state.KeepRunning())
        benchmark::DoNotOptimize(ja4(shape.value(), 't'));
}
BENCHMARK(ja4_fingerprint);

template <auto Release>
struct Free {
    void operator()(auto* object) const { Release(object); }
};

// Of a server, in DER: a common name and two alternative ones.
Message server_certificate() {
    const std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>> key(EVP_EC_gen("P-256"));
    const std::unique_ptr<X509, Free<X509_free>> certificate(X509_new());
    X509* const it = certificate.get();
    X509_set_version(it, 2);
    X509_gmtime_adj(X509_getm_notBefore(it), 0);
    X509_gmtime_adj(X509_getm_notAfter(it), 86400);
    X509_set_pubkey(it, key.get());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(it), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name.data()),
                               static_cast<int>(name.size()), -1, 0);
    const std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>> names(X509V3_EXT_conf_nid(
        nullptr, nullptr, NID_subject_alt_name, "DNS:api.openai.example,DNS:www.openai.example"));
    X509_add_ext(it, names.get(), -1);
    X509_sign(it, key.get(), EVP_sha256());
    unsigned char* der = nullptr;
    const int length = i2d_X509(it, &der);
    if (length <= 0) throw std::runtime_error("OpenSSL makes no certificate");
    Message made(der, der + length);
    OPENSSL_free(der);
    return made;
}

void certificate(benchmark::State& state) {
    const Message der = server_certificate();
    while (state.KeepRunning()) {
        if (!read_certificate(der, Protocol::tls).name) state.SkipWithError("no name");
    }
}
BENCHMARK(certificate);

// An acknowledgement with the client's name and a lease (RFC 2131).
Message dhcp_acknowledgement() {
    Octets out;
    out.bytes({2, 1, 6, 0, 0x12, 0x34, 0x56, 0x78, 0, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 9});
    out.fill(8, 0);
    out.bytes({2, 0xa0, 0, 0, 0, 1});
    out.fill(10 + 64 + 128, 0);
    out.u32(0x63825363);
    out.bytes({53, 1, 5, 12, 3, 'p', 'c', '9', 54, 4, 10, 0, 0, 1, 51, 4, 0, 0, 14, 16, 255});
    return out.take();
}

void dhcp(benchmark::State& state) {
    const Message message = dhcp_acknowledgement();
    while (state.KeepRunning()) {
        if (!read_dhcp4(message)) state.SkipWithError("not read");
    }
}
BENCHMARK(dhcp);

void arp(benchmark::State& state) {
    const Message message{0,  1, 8, 0, 6, 4, 0, 1, 2, 0xa0, 0,  0, 0, 1,
                          10, 0, 0, 9, 0, 0, 0, 0, 0, 0,    10, 0, 0, 1};
    Packet packet;
    packet.on_link = OnLink::arp;
    packet.source_mac = Mac::of(&message[8]);
    packet.payload = message;
    while (state.KeepRunning()) {
        if (!read_neighbour(packet)) state.SkipWithError("not read");
    }
}
BENCHMARK(arp);

// nDPI's first look at 1,400 bytes that are no protocol.
void ndpi(benchmark::State& state) {
    const NdpiClassifier classifier;
    const Message payload(1400, 0x55);
    Packet packet;
    packet.is_flow = true;
    packet.source = Address::parse("10.0.0.1").value();
    packet.destination = Address::parse("203.0.113.9").value();
    packet.source_port = 40000;
    packet.destination_port = 40001;
    packet.payload = payload;
    packet.payload_length = static_cast<std::uint32_t>(payload.size());
    while (state.KeepRunning()) {
        const auto flow = classifier.begin();
        benchmark::DoNotOptimize(classifier.look(*flow, packet));
    }
}
BENCHMARK(ndpi);

}  // namespace
}  // namespace umbra

BENCHMARK_MAIN();
