#include "detectors/dtls.hpp"

#include <algorithm>

#include "detectors/client_hello.hpp"

namespace umbra {
namespace {

constexpr std::size_t record_header = 13, message_header = 12, tls_header = 4;
constexpr std::uint8_t handshake_record = 22, client_hello_type = 1;

}  // namespace

// +------+---------+-------+--------------+--------+
// | type | version | epoch | sequence nr. | length |
// |  1   |    2    |   2   |      6       |   2    |
// +------+--------++-------+-----+--------+--------+-----------------+
// | type | length | message_seq | fragment_offset | fragment_length   |
// |  1   |   3    |      2      |        3        |         3         |
// +------+--------+-------------+-----------------+-------------------+
bool DtlsHello::begins_with(Bytes datagram) {
    return datagram.size() > record_header && datagram[0] == handshake_record &&
           datagram[1] == 0xfe && (datagram[2] == 0xff || datagram[2] == 0xfd) &&
           datagram[3] == 0 && datagram[4] == 0 && datagram[record_header] == client_hello_type;
}

Detection DtlsHello::look(Bytes datagram) {
    while (begins_with(datagram)) {
        Reader reader(datagram);
        reader.skip(record_header - 2);
        Bytes record = reader.take(std::min<std::size_t>(reader.u16(), reader.left()));
        datagram = reader.rest();
        while (record.size() >= message_header && record[0] == client_hello_type) {
            Reader fields(record);
            fields.u8();
            const std::size_t length = fields.u24();
            const std::uint16_t sequence = fields.u16();
            const std::size_t offset = fields.u24();
            const std::size_t fragment_length = fields.u24();
            const Bytes fragment = fields.take(std::min(fragment_length, fields.left()));
            record = fields.rest();
            if (length > longest || offset + fragment.size() > length) return Detection::not_mine();
            // The hello that answers a HelloVerifyRequest comes with a new number.
            if (message_.empty() || sequence != sequence_ ||
                message_.size() != tls_header + length) {
                sequence_ = sequence;
                message_.assign(tls_header + length, 0);
                have_.assign(length, false);
                message_[0] = client_hello_type;
                message_[1] = static_cast<std::uint8_t>(length >> 16);
                message_[2] = static_cast<std::uint8_t>(length >> 8);
                message_[3] = static_cast<std::uint8_t>(length);
            }
            add(offset, fragment);
        }
    }
    return read();
}

Detection DtlsHello::conclude() const {
    Detection found = read();
    if (found.verdict == Detection::Verdict::need_more) {
        found.verdict = Detection::Verdict::done;
        found.protocol = Protocol::dtls;
    }
    return found;
}

Detection DtlsHello::read() const {
    if (message_.empty()) return Detection::not_mine();
    const auto gap = std::ranges::find(have_, false) - have_.begin();
    return read_client_hello(Bytes(message_).first(tls_header + static_cast<std::size_t>(gap)),
                             Protocol::dtls, Evidence::sni);
}

void DtlsHello::add(std::size_t offset, Bytes fragment) {
    for (std::size_t i = 0; i < fragment.size(); ++i) {
        if (have_[offset + i]) continue;  // what came first stays
        have_[offset + i] = true;
        message_[tls_header + offset + i] = fragment[i];
    }
}

}  // namespace umbra
