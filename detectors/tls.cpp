#include "detectors/tls.hpp"

#include <algorithm>
#include <vector>

#include "detectors/certificate.hpp"
#include "detectors/client_hello.hpp"

namespace umbra {
namespace {

constexpr std::uint8_t handshake_record = 22;
constexpr std::uint8_t client_hello_type = 1, server_hello_type = 2, certificate_type = 11;
constexpr std::size_t record_header_length = 5, message_header_length = 4;
constexpr std::size_t longest_record = 16384 + 2048;  // RFC 5246 section 6.2.3

// struct { ContentType type; ProtocolVersion version; uint16 length; opaque fragment[length]; }
bool looks_like_handshake(Bytes head) {
    return head[0] == handshake_record && (head.size() < 2 || head[1] == 3) &&
           (head.size() < 5 || (head[3] << 8 | head[4]) <= static_cast<int>(longest_record));
}

// The handshake bytes of the records from the front of `head`, as far as they go.
struct Handshake {
    Bytes bytes;
    bool ended = false;  // a record of another kind follows: there is no more in the clear
};

// `contiguous` is where the bytes are gathered when they lie in more than one record.
Handshake handshake_of(Bytes head, std::vector<std::uint8_t>& contiguous) {
    Handshake found;
    int records = 0;
    while (head.size() > record_header_length && looks_like_handshake(head)) {
        const std::size_t length = static_cast<std::size_t>(head[3] << 8 | head[4]);
        const Bytes fragment = head.subspan(record_header_length,
                                            std::min(length, head.size() - record_header_length));
        head = head.subspan(record_header_length + fragment.size());
        if (records++ == 0) {
            found.bytes = fragment;
            continue;
        }
        if (records == 2) contiguous.assign(found.bytes.begin(), found.bytes.end());
        contiguous.insert(contiguous.end(), fragment.begin(), fragment.end());
        found.bytes = contiguous;
    }
    found.ended = !head.empty() && head[0] != handshake_record;
    return found;
}

// struct { HandshakeType msg_type; uint24 length; body[length]; } from the front of `messages`.
Bytes take_message(Bytes& messages) {
    if (messages.size() < message_header_length) return {};
    const std::size_t length =
        message_header_length +
        (std::size_t{messages[1]} << 16 | std::size_t{messages[2]} << 8 | messages[3]);
    if (length > messages.size()) return {};
    const Bytes message = messages.first(length);
    messages = messages.subspan(length);
    return message;
}

// ServerHello, Certificate, … up to ServerHelloDone (RFC 5246 section 7.3). Of TLS 1.3 only the
// first is in the clear: what follows it is no handshake record.
Detection read_server_flight(const Handshake& handshake) {
    Bytes rest = handshake.bytes;
    while (!rest.empty()) {
        const std::uint8_t type = rest[0];
        const Bytes message = take_message(rest);
        if (message.empty()) break;
        if (type == server_hello_type) continue;
        if (type != certificate_type) return Detection::server_side(Protocol::tls);
        // opaque ASN.1Cert<1..2^24-1>; ASN.1Cert certificate_list<0..2^24-1>, the server's first.
        Reader list(message.subspan(message_header_length));
        list.u24();
        const Bytes first = list.take(list.u24());
        if (!list.ok()) return Detection::server_side(Protocol::tls);
        return read_certificate(first, Protocol::tls);
    }
    if (handshake.ended) return Detection::server_side(Protocol::tls);
    Detection more = Detection::server_side(Protocol::tls);
    more.verdict = Detection::Verdict::need_more;
    return more;
}

}  // namespace

Detection detect_tls(Bytes head) {
    if (head.empty()) return Detection::need_more();
    if (!looks_like_handshake(head)) return Detection::not_mine();
    if (head.size() <= record_header_length) return Detection::need_more();

    // The common case is one record, or the first part of one: nothing is copied for it.
    std::vector<std::uint8_t> contiguous;
    const Handshake handshake = handshake_of(head, contiguous);
    if (handshake.bytes.empty()) return Detection::need_more();
    switch (handshake.bytes[0]) {
        case client_hello_type: {
            Detection hello = read_client_hello(handshake.bytes, Protocol::tls, Evidence::sni);
            if (handshake.ended && hello.verdict == Detection::Verdict::need_more) {
                hello.verdict = Detection::Verdict::done;
            }
            return hello;
        }
        case server_hello_type:
            return read_server_flight(handshake);
        default:
            return Detection::not_mine();
    }
}

}  // namespace umbra
