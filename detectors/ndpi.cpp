#include "detectors/ndpi.hpp"

#include <ndpi/ndpi_api.h>

#include <algorithm>
#include <array>
#include <new>

#include "detectors/text.hpp"

namespace umbra {
namespace {

constexpr std::size_t most_payload = 1400;

void put16(std::uint8_t* to, std::size_t value) {
    to[0] = static_cast<std::uint8_t>(value >> 8);
    to[1] = static_cast<std::uint8_t>(value);
}
void put32(std::uint8_t* to, std::uint32_t value) {
    put16(to, value >> 16);
    put16(to + 2, value & 0xffffU);
}

// An IP packet with the addresses, ports, flags and payload that were decoded.
class PlainPacket {
  public:
    explicit PlainPacket(const Packet& packet) {
        const std::size_t payload = std::min(packet.payload.size(), most_payload);
        const bool tcp = packet.transport == Transport::tcp;
        const std::size_t transport_length = (tcp ? 20U : 8U) + payload;
        const auto protocol = static_cast<std::uint8_t>(packet.transport);
        std::uint8_t* at = bytes_.data();
        if (packet.source.is_v4()) {
            at[0] = 0x45;
            put16(at + 2, 20 + transport_length);
            at[8] = 64;
            at[9] = protocol;
            std::copy_n(&packet.source.bytes[12], 4, at + 12);
            std::copy_n(&packet.destination.bytes[12], 4, at + 16);
            at += 20;
        } else {
            at[0] = 0x60;
            put16(at + 4, transport_length);
            at[6] = protocol;
            at[7] = 64;
            std::copy_n(packet.source.bytes.data(), 16, at + 8);
            std::copy_n(packet.destination.bytes.data(), 16, at + 24);
            at += 40;
        }
        put16(at, packet.source_port);
        put16(at + 2, packet.destination_port);
        if (tcp) {
            put32(at + 4, packet.sequence);
            at[12] = 5 << 4;
            at[13] = packet.tcp_flags;
            at += 20;
        } else {
            put16(at + 4, transport_length);
            at += 8;
        }
        std::copy_n(packet.payload.data(), payload, at);
        length_ = static_cast<std::uint16_t>(at + payload - bytes_.data());
    }
    const std::uint8_t* data() const { return bytes_.data(); }
    std::uint16_t length() const { return length_; }

  private:
    std::array<std::uint8_t, 60 + most_payload> bytes_{};
    std::uint16_t length_ = 0;
};

}  // namespace

void NdpiClassifier::FreeFlow::operator()(ndpi_flow_struct* flow) const {
    ndpi_free_flow(flow);
}
void NdpiClassifier::FreeModule::operator()(ndpi_detection_module_struct* module) const {
    ndpi_exit_detection_module(module);
}

NdpiClassifier::NdpiClassifier() : module_(ndpi_init_detection_module(ndpi_no_prefs)) {
    if (!module_) throw std::bad_alloc();
    NDPI_PROTOCOL_BITMASK all;
    NDPI_BITMASK_SET_ALL(all);
    ndpi_set_protocol_detection_bitmask2(module_.get(), &all);
    ndpi_finalize_initialization(module_.get());
    name_count_ = ndpi_get_num_supported_protocols(module_.get());
    names_ = std::make_unique<std::string[]>(name_count_);
    for (std::size_t i = 0; i < name_count_; ++i) {
        names_[i] = ndpi_get_proto_name(module_.get(), static_cast<std::uint16_t>(i));
        std::ranges::transform(names_[i], names_[i].begin(), lower);
    }
}

NdpiClassifier::~NdpiClassifier() = default;

NdpiClassifier::FlowState NdpiClassifier::begin() const {
    auto* flow = static_cast<ndpi_flow_struct*>(ndpi_flow_malloc(sizeof(ndpi_flow_struct)));
    if (flow == nullptr) throw std::bad_alloc();
    std::fill_n(reinterpret_cast<std::uint8_t*>(flow), sizeof *flow, std::uint8_t{0});
    return FlowState(flow);
}

Traffic NdpiClassifier::look(ndpi_flow_struct& flow, const Packet& packet) const {
    const PlainPacket plain(packet);
    const auto milliseconds = static_cast<std::uint64_t>(packet.time / 1000);
    const ndpi_protocol found = ndpi_detection_process_packet(module_.get(), &flow, plain.data(),
                                                              plain.length(), milliseconds);
    return traffic_of(found.master_protocol, found.app_protocol);
}

Traffic NdpiClassifier::conclude(ndpi_flow_struct& flow) const {
    std::uint8_t was_guessed = 0;
    constexpr std::uint8_t no_guess_by_port = 0;
    const ndpi_protocol found =
        ndpi_detection_giveup(module_.get(), &flow, no_guess_by_port, &was_guessed);
    const Traffic traffic = traffic_of(found.master_protocol, found.app_protocol);
    // Tor's relays are known by their addresses.
    if (traffic.protocol == 0 && flow.guessed_host_protocol_id == NDPI_PROTOCOL_TOR) {
        return {TrafficKind::tor, NDPI_PROTOCOL_TOR};
    }
    return traffic;
}

Traffic NdpiClassifier::traffic_of(std::uint16_t master, std::uint16_t application) const {
    for (const std::uint16_t protocol : {application, master}) {
        if (protocol == NDPI_PROTOCOL_UNKNOWN || protocol >= name_count_) continue;
        switch (protocol) {
            case NDPI_PROTOCOL_WIREGUARD:
                return {TrafficKind::wireguard, protocol};
            case NDPI_PROTOCOL_TOR:
                return {TrafficKind::tor, protocol};
            case NDPI_PROTOCOL_DOH_DOT:
            case NDPI_PROTOCOL_DNSCRYPT:
                return {TrafficKind::encrypted_dns, protocol};
            case NDPI_PROTOCOL_SOCKS:
            case NDPI_PROTOCOL_HTTP_PROXY:
            case NDPI_PROTOCOL_HTTP_CONNECT:
                return {TrafficKind::proxy, protocol};
            default:
                break;
        }
        const ndpi_protocol whole{protocol, NDPI_PROTOCOL_UNKNOWN,
                                  NDPI_PROTOCOL_CATEGORY_UNSPECIFIED};
        const bool vpn =
            ndpi_get_proto_category(module_.get(), whole) == NDPI_PROTOCOL_CATEGORY_VPN;
        return {vpn ? TrafficKind::vpn : TrafficKind::other, protocol};
    }
    return {};
}

bool NdpiClassifier::serves_encrypted_dns(std::string_view host_name) const {
    // nDPI takes a writable text but writes nothing into it.
    std::array<char, 256> text{};
    const std::size_t length = std::min(host_name.size(), text.size() - 1);
    std::copy_n(host_name.data(), length, text.data());
    ndpi_protocol_match_result result{};
    return ndpi_match_string_subprotocol(module_.get(), text.data(), static_cast<unsigned>(length),
                                         &result) == NDPI_PROTOCOL_DOH_DOT;
}

std::string_view NdpiClassifier::name(std::uint16_t protocol) const {
    return protocol < name_count_ ? std::string_view(names_[protocol]) : "unknown";
}

std::string NdpiClassifier::version() {
    return ndpi_revision();
}

}  // namespace umbra
