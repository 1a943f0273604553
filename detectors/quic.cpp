#include "detectors/quic.hpp"

#include "detectors/client_hello.hpp"
#include "detectors/quic_frames.hpp"

namespace umbra {
namespace {

using Verdict = Detection::Verdict;

// With whose keys to try an Initial packet. Greased versions (0x?a?a?a?a, RFC 9000 section 15) and
// trials of new ones keep the keys of the version that the client came with.
std::span<const QuicDialect> dialects_of(const std::optional<QuicDialect>& known) {
    static constexpr std::array likely{QuicDialect::version_1, QuicDialect::draft_29};
    if (known) return {&*known, 1};
    return likely;
}

}  // namespace

std::string_view to_string(QuicUnread why) {
    switch (why) {
        case QuicUnread::no_initial:
            return "no_initial";
        case QuicUnread::truncated:
            return "truncated";
        case QuicUnread::google_quic:
            return "google_quic";
        case QuicUnread::unknown_version:
            return "unknown_version";
        case QuicUnread::not_decryptable:
            return "not_decryptable";
        case QuicUnread::hello_incomplete:
            return "hello_incomplete";
        case QuicUnread::no_hello:
            return "no_hello";
        case QuicUnread::read:
            break;
    }
    return "read";
}

Detection QuicHello::look(Bytes datagram, bool from_low, bool truncated, InitialOpener& opener) {
    if (!client_ && is_google_quic(datagram)) {
        why_ = QuicUnread::google_quic;
        return Detection::nameless(Protocol::quic);
    }
    ++fruitless_;
    while (fruitless_ <= most_fruitless) {
        const auto packet = take_quic_packet(datagram);
        if (!packet) return Detection::need_more();
        if (packet->type != QuicPacketType::initial) continue;
        if (client_ && client_->is_low != from_low) continue;
        if (packet->cut_off) {
            if (truncated) why_ = QuicUnread::truncated;
            continue;
        }
        ++fruitless_;
        const auto frames = open(*packet, opener);
        if (!frames) continue;
        client_->is_low = from_low;
        const Detection found = read(*frames);
        if (found.verdict != Verdict::need_more) return found;
    }
    return conclude();
}

Detection QuicHello::conclude() const {
    Detection known = read_client_hello(hello_.contiguous(), Protocol::quic, Evidence::quic_sni);
    known.verdict = Verdict::done;
    known.protocol = Protocol::quic;
    return known;
}

std::optional<Bytes> QuicHello::open(const QuicPacket& packet, InitialOpener& opener) {
    // To the ID that the server chose the client goes on with the keys of its first packet.
    if (client_ && client_->version == packet.version) {
        const auto frames = opener.open(client_->keys, packet, client_->next_number);
        if (frames) return frames;
    }
    // The client's first packet; or it begins again, after Retry or Version Negotiation.
    const auto known = quic_dialect(packet.version);
    for (const QuicDialect dialect : dialects_of(known)) {
        Client client{.version = packet.version, .dialect = dialect, .keys = {}};
        client.keys = opener.client_keys(dialect, packet.destination_id);
        const auto frames = opener.open(client.keys, packet, client.next_number);
        if (!frames) continue;
        client_ = client;
        hello_ = StreamHead(0, longest_hello);  // no mixture of two hellos
        why_ = QuicUnread::hello_incomplete;
        return frames;
    }
    if (!client_) why_ = known ? QuicUnread::not_decryptable : QuicUnread::unknown_version;
    return std::nullopt;
}

Detection QuicHello::read(Bytes packet) {
    const std::size_t before = hello_.size();
    InitialFrames frames(packet, client_->dialect);
    while (const auto frame = frames.next()) {
        if (hello_.size() == 0 && frame->offset == 0) {  // all in one, most likely
            const Detection found = read_hello(frame->data);
            if (found.verdict != Verdict::need_more) return found;
        }
        if (frame->offset >= longest_hello) continue;
        if (hello_.add(static_cast<std::uint32_t>(frame->offset), frame->data)) ++conflicts_;
    }
    if (hello_.size() == before) return Detection::need_more();
    fruitless_ = 0;
    const Detection found = read_hello(hello_.contiguous());
    return found.verdict == Verdict::need_more && hello_.full() ? conclude() : found;
}

Detection QuicHello::read_hello(Bytes message) {
    Detection found = read_client_hello(message, Protocol::quic, Evidence::quic_sni);
    if (found.verdict == Verdict::done) why_ = QuicUnread::read;
    if (found.verdict == Verdict::not_mine) {
        why_ = QuicUnread::no_hello;
        found = Detection::nameless(Protocol::quic);
    }
    return found;
}

}  // namespace umbra
