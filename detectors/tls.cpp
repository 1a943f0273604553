#include "detectors/tls.hpp"

#include <algorithm>
#include <vector>

#include "detectors/client_hello.hpp"

namespace umbra {
namespace {

constexpr std::uint8_t handshake_record = 22;
constexpr std::uint8_t client_hello_type = 1;
constexpr std::uint8_t server_hello_type = 2;
constexpr std::size_t record_header_length = 5;
constexpr std::size_t longest_record = 16384 + 2048;  // RFC 5246 section 6.2.3

// struct { ContentType type; ProtocolVersion version; uint16 length; opaque fragment[length]; }
bool looks_like_handshake(Bytes head) {
    return head[0] == handshake_record && (head.size() < 2 || head[1] == 3) &&
           (head.size() < 5 || (head[3] << 8 | head[4]) <= static_cast<int>(longest_record));
}

// The handshake bytes of the records from the front of `head`, as far as they go. `contiguous` is
// where they are gathered when they lie in more than one record.
Bytes handshake_bytes(Bytes head, std::vector<std::uint8_t>& contiguous) {
    Bytes first;
    for (int records = 0; head.size() > record_header_length && looks_like_handshake(head);
         ++records) {
        const std::size_t length = static_cast<std::size_t>(head[3] << 8 | head[4]);
        const Bytes fragment = head.subspan(record_header_length,
                                            std::min(length, head.size() - record_header_length));
        head = head.subspan(record_header_length + fragment.size());
        if (records == 0) {
            first = fragment;
            continue;
        }
        if (records == 1) contiguous.assign(first.begin(), first.end());
        contiguous.insert(contiguous.end(), fragment.begin(), fragment.end());
    }
    return contiguous.empty() ? first : Bytes(contiguous);
}

}  // namespace

Detection detect_tls(Bytes head) {
    if (head.empty()) return Detection::need_more();
    if (!looks_like_handshake(head)) return Detection::not_mine();
    if (head.size() <= record_header_length) return Detection::need_more();

    // The common case is one record, or the first part of one: nothing is copied for it.
    std::vector<std::uint8_t> contiguous;
    const Bytes message = handshake_bytes(head, contiguous);
    if (message.empty()) return Detection::need_more();
    if (message[0] == server_hello_type) return Detection::server_side(Protocol::tls);
    if (message[0] != client_hello_type) return Detection::not_mine();
    return read_client_hello(message, Protocol::tls, Evidence::sni);
}

}  // namespace umbra
