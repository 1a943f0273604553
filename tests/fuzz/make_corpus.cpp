// make-corpus FOLDER: seeds for each fuzz target, in a folder of its name, made with the generator.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>

#include "tests/unit/data.hpp"
#include "tests/unit/detectors/dhcp_messages.hpp"
#include "tests/unit/detectors/hellos.hpp"
#include "tools/trafgen/frame.hpp"
#include "tools/trafgen/quic.hpp"
#include "tools/trafgen/scenario.hpp"

namespace {

using namespace umbra;
using trafgen::Message;
using trafgen::Octets;

class Corpus {
  public:
    explicit Corpus(std::filesystem::path folder) : folder_(std::move(folder)) {}
    void add(const std::string& target, std::span<const std::uint8_t> seed) {
        std::filesystem::create_directories(folder_ / target);
        std::ofstream file(folder_ / target / std::to_string(count_[target]++), std::ios::binary);
        file.write(reinterpret_cast<const char*>(seed.data()),
                   static_cast<std::streamsize>(seed.size()));
    }
    void add(const std::string& target, std::string_view text) {
        add(target, test::bytes_of(text));
    }

  private:
    std::filesystem::path folder_;
    std::map<std::string, int> count_;
};

Message joined(std::string_view clear, const Message& tls) {
    Message whole(clear.begin(), clear.end());
    whole.insert(whole.end(), tls.begin(), tls.end());
    return whole;
}

void add_streams(Corpus& corpus) {
    using namespace std::string_view_literals;
    std::vector<Message> tls{test::hello("claude.ai"), test::hello("api.mistral.ai", 200),
                             test::hello(std::nullopt)};
    for (const char* name : {"common-name", "alternative-only", "address"}) {
        const Message der = test::data_file("certificates/" + std::string(name) + ".der");
        corpus.add("certificate", der);
        tls.push_back(test::server_flight(der));
        tls.push_back(test::server_flight(der, 100));
    }
    const std::vector<std::string_view> requests{
        "GET / HTTP/1.1\r\nHost: claude.ai\r\n\r\n",
        "GET http://suno.com/x HTTP/1.1\r\nHost: proxy\r\n\r\n",
        "CONNECT www.perplexity.ai:443 HTTP/1.1\r\n\r\n",
        "POST /v1 HTTP/1.1\r\nUser-Agent: x\r\nhost:  api.openai.com:80 \r\n\r\nbody",
        "HTTP/1.1 200 OK\r\n\r\n"};
    for (const std::string_view request : requests) {
        corpus.add("http", request);
        corpus.add("stream", request);
    }
    for (const Message& message : tls) {
        corpus.add("tls", message);
        corpus.add("stream", message);
    }
    for (const std::string_view clear :
         {"\5\1\0\5\1\0\1\313\0\161\1\1\273"sv, "\5\1\2\1\2me\2pw\5\1\0\3\11claude.ai\1\273"sv,
          "\4\1\1\273\0\0\0\7me\0claude.ai\0"sv, "CONNECT 203.0.113.1:443 HTTP/1.1\r\n\r\n"sv,
          "EHLO x\r\nSTARTTLS\r\n"sv, "a1 CAPABILITY\r\na2 STARTTLS\r\n"sv, "CAPA\r\nSTLS\r\n"sv,
          "AUTH TLS\r\n"sv, "<?xml version='1.0'?><starttls/>"sv, "\0\0\0\10\4\322\26\57"sv,
          "\x30\x1d\x02\x01\x01\x77\x18\x80\x16"
          "1.3.6.1.4.1.1466.20037"sv}) {
        corpus.add("stream", joined(clear, tls[1]));
    }
}

void add_datagrams(Corpus& corpus, trafgen::Random& random) {
    for (const char* alias : {"", "edge.example.net"}) {
        corpus.add("dns", trafgen::dns_answer(1, "claude.ai", alias, test::address("203.0.113.1")));
        corpus.add("dns", trafgen::dns_answer(1, "x.ai", alias, test::address("2001:db8::1")));
    }
    corpus.add("dns", trafgen::dns_query(1, "claude.ai", true));

    const Message body = test::plain_body(test::server_name("claude.ai"), 0xfefd, "a cookie");
    Octets dtls;
    for (const std::size_t begin : {body.size() / 2, std::size_t{0}}) {
        const std::size_t end = begin == 0 ? body.size() / 2 : body.size();
        dtls.with_length(2, [&] {
            dtls.bytes({22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 1});
            dtls.with_length(2, [&] {
                dtls.u8(1);
                dtls.u24(body.size());
                dtls.u16(1);
                dtls.u24(begin);
                dtls.u24(end - begin);
                dtls.bytes(std::span(body).subspan(begin, end - begin));
            });
        });
    }
    corpus.add("dtls", dtls.view());

    for (int i = 0; i < 24; ++i) {
        const Message hello = trafgen::client_hello(random, "claude.ai", true);
        corpus.add("ja4", hello);
        Octets raw;
        raw.u8(0);
        for (const Message& datagram :
             trafgen::quic_client_initials(random, hello, trafgen::any_quic_flight(random))) {
            raw.u8(0x80);
            raw.with_length(2, [&] { raw.bytes(datagram); });
        }
        corpus.add("quic", raw.view());
        Octets frames;  // to be sealed by the target itself
        frames.u8(1);
        frames.u8(0x80 | random.below(32));
        frames.with_length(2, [&] {
            trafgen::put_crypto_frame(frames, hello, 0, hello.size() / 2);
            frames.u8(1);
            trafgen::put_crypto_frame(frames, hello, hello.size() / 2, hello.size());
        });
        corpus.add("quic", frames.view());
    }
}

// What gives hosts their addresses and names. Neighbours: payloads of ARP (RFC 826) and of a
// neighbour solicitation with its source link-layer address (RFC 4861 section 4.3).
void add_hosts(Corpus& corpus) {
    auto offer = test::Dhcp4Message{.type = 5, .given = "10.0.0.9", .options = {}};
    offer.option(12, "pc9").address_option(54, "10.0.0.1").seconds_option(51, 3600);
    corpus.add("dhcp", offer.message().view());
    corpus.add("dhcp", test::Dhcp4Message{.type = 1, .options = {}}.message().view());
    const Message client_id{0, 1, 0, 1, 1, 2, 3, 4, 2, 0xa0, 0, 0, 0, 1};
    auto reply = test::Dhcp6Message{.options = {}};
    reply.option(1, client_id).lease("2001:db8::9", 3600);
    corpus.add("dhcp", reply.message().view());
    corpus.add("dhcp", test::relayed(reply.message().view()).view());

    Octets arp;
    arp.bytes({0, 1, 8, 0, 6, 4, 0, 1, 0x02, 0xa0, 0, 0, 0, 1, 10, 0, 0, 9});
    arp.bytes({0, 0, 0, 0, 0, 0, 10, 0, 0, 1});
    corpus.add("neighbour", arp.view());
    Octets solicitation;
    solicitation.bytes({135, 0, 0, 0, 0, 0, 0, 0});
    solicitation.bytes(test::address("2001:db8::1").bytes);
    solicitation.bytes({1, 1, 0x02, 0xa0, 0, 0, 0, 1});
    corpus.add("neighbour", solicitation.view());
}

// Whole conversations of each scenario, as the targets `packet` and `decode` take their frames.
void add_frames(Corpus& corpus) {
    for (const trafgen::Scenario& scenario : trafgen::scenarios()) {
        trafgen::Factory factory(7, scenario, {});
        for (const std::uint16_t vlan : {std::uint16_t{0}, std::uint16_t{120}}) {
            trafgen::FrameWriter writer(1, vlan);
            for (int i = 0; i < 8; ++i) {
                Octets packets, frames;
                frames.u8(1);  // Ethernet
                for (const auto& conversation : factory.make(second, second)) {
                    std::size_t most = 12;
                    for (const auto& segment : conversation.segments) {
                        const auto frame = writer.frame(conversation, segment);
                        packets.u8(0);
                        packets.with_length(2, [&] { packets.bytes(frame); });
                        frames.u8(0);
                        frames.u8(0);
                        frames.with_length(2, [&] { frames.bytes(frame); });
                        if (--most == 0) break;
                    }
                }
                corpus.add("packet", packets.view());
                corpus.add("decode", frames.view());
            }
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "make-corpus FOLDER\n";
        return 2;
    }
    Corpus corpus(argv[1]);
    trafgen::Random random(1);
    add_streams(corpus);
    add_datagrams(corpus, random);
    add_hosts(corpus);
    add_frames(corpus);
    return 0;
}
