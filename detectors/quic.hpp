// QUIC: the server name in a client's hello, which its first packets carry in CRYPTO frames.
#pragma once

#include "daemon/support/stream_head.hpp"
#include "detectors/detection.hpp"
#include "detectors/quic_initial.hpp"

namespace umbra {

// Why a QUIC flow has no name yet, or never will.
enum class QuicUnread : std::uint8_t {
    read,              // its hello was read, whether or not there is a name in it
    no_initial,        // no Initial packet seen: the flow began before the capture
    truncated,         // an Initial packet was cut off by the capture's snap length
    google_quic,       // Google's own QUIC before TLS, which is obsolete
    unknown_version,   // an Initial packet of a version that is unknown and has keys of its own
    not_decryptable,   // Initial packets of a known version, none of which the client's keys open:
                       // the server's alone, or damaged ones
    hello_incomplete,  // a part of the hello never came
    no_hello,          // the first handshake message is no ClientHello
};

constexpr std::size_t quic_unread_count = static_cast<std::size_t>(QuicUnread::no_hello) + 1;

std::string_view to_string(QuicUnread why);

// What is known of one flow's hello so far. The caller shows it the flow's datagrams of both
// directions, in the order they come in and beginning with one that `looks_like_quic`, until the
// verdict is another than need_more. Small, and movable: a flow whose first datagram tells all
// needs none that lasts.
//
// A verdict of `done` on a datagram means that the hello is read, and that this datagram's sender
// is the client; or, where `why` does not say `read`, that the flow is given up with what
// `conclude` says.
class QuicHello {
  public:
    // Datagrams, and Initial packets in them, that may in a row tell nothing new; then the flow is
    // given up.
    static constexpr unsigned most_fruitless = 32;
    static constexpr std::uint32_t longest_hello = 65536;  // bytes

    // `from_low` tells the directions apart. `truncated`: the wire had more of this datagram.
    Detection look(Bytes datagram, bool from_low, bool truncated, InitialOpener& opener);

    // What is known if no more comes: the name, where the part of the hello that came holds it (and
    // may then be an outer one).
    Detection conclude() const;

    QuicUnread why() const { return why_; }
    // CRYPTO frames that repeated bytes of the hello with other values; the first ones were kept.
    std::uint32_t conflicts() const { return conflicts_; }
    // Bytes of heap.
    std::size_t memory() const { return hello_.memory(); }

  private:
    std::optional<Bytes> open(const QuicPacket& packet, InitialOpener& opener);
    Detection read(Bytes packet);
    Detection read_hello(Bytes message);

    // Of the client, once one of its Initial packets is opened.
    struct Client {
        bool is_low = false;
        std::uint32_t version = 0;
        QuicDialect dialect = QuicDialect::version_1;
        InitialKeys keys;
        std::uint64_t next_number = 0;  // after the highest packet number opened
    };
    std::optional<Client> client_;
    StreamHead hello_{0, longest_hello};
    unsigned fruitless_ = 0;
    std::uint32_t conflicts_ = 0;
    QuicUnread why_ = QuicUnread::no_initial;
};

}  // namespace umbra
