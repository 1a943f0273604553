#include "detectors/quic_frames.hpp"

namespace umbra {
namespace {

enum FrameType : std::uint8_t {
    padding = 0x00,
    ping = 0x01,
    ack = 0x02,
    ack_ecn = 0x03,
    crypto = 0x06,
    google_crypto = 0x08,  // the number before the drafts' numbers were taken over
    close_transport = 0x1c,
    close_application = 0x1d,
};

// RFC 9000 section 19.3.
void skip_ack(Reader& reader, bool ecn) {
    read_varint(reader);  // largest acknowledged
    read_varint(reader);  // delay
    const std::uint64_t ranges = read_varint(reader);
    read_varint(reader);  // first range
    for (std::uint64_t i = 0; i < ranges && reader.ok(); ++i) {
        read_varint(reader);  // gap
        read_varint(reader);  // length
    }
    for (int i = 0; ecn && i < 3; ++i)
        read_varint(reader);
}

// RFC 9000 section 19.19.
void skip_close(Reader& reader, bool by_transport) {
    read_varint(reader);                    // error code
    if (by_transport) read_varint(reader);  // type of the frame at fault
    reader.skip(read_varint(reader));       // reason
}

}  // namespace

InitialFrames::InitialFrames(Bytes frames, QuicDialect dialect)
    : reader_(frames),
      crypto_type_(dialect == QuicDialect::t050 || dialect == QuicDialect::t051 ? google_crypto
                                                                                : crypto) {}

std::optional<CryptoFrame> InitialFrames::next() {
    while (reader_.left() > 0) {
        const std::uint8_t type = reader_.u8();
        if (type == crypto_type_) {
            CryptoFrame frame{.offset = read_varint(reader_), .data = {}};
            frame.data = reader_.take(read_varint(reader_));
            return reader_.ok() ? std::optional(frame) : std::nullopt;
        }
        switch (type) {
            case padding:
            case ping:
                break;
            case ack:
            case ack_ecn:
                skip_ack(reader_, type == ack_ecn);
                break;
            case close_transport:
            case close_application:
                skip_close(reader_, type == close_transport);
                break;
            default:
                reader_ = Reader({});
        }
    }
    return std::nullopt;
}

}  // namespace umbra
