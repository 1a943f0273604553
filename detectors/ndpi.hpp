// nDPI: what the flows are that carry no name. The only file of the project that knows nDPI.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "daemon/decode/packet.hpp"

struct ndpi_flow_struct;
struct ndpi_detection_module_struct;

namespace umbra {

// What hides behind a flow, as far as it matters to the question what could not be seen.
enum class TrafficKind : std::uint8_t {
    unknown,
    vpn,
    wireguard,
    tor,
    encrypted_dns,  // DNS over HTTPS or TLS
    proxy,
    other,  // a known protocol that names no host: SSH, NTP, RTP, …
};

struct Traffic {
    TrafficKind kind = TrafficKind::unknown;
    std::uint16_t protocol = 0;  // as NdpiClassifier::name knows it; 0: unknown
};

class NdpiClassifier {
  public:
    // What nDPI keeps of a flow, 688 bytes with nDPI 4.2.
    struct FreeFlow {
        void operator()(ndpi_flow_struct* flow) const;
    };
    using FlowState = std::unique_ptr<ndpi_flow_struct, FreeFlow>;

    NdpiClassifier();
    ~NdpiClassifier();
    NdpiClassifier(const NdpiClassifier&) = delete;
    NdpiClassifier& operator=(const NdpiClassifier&) = delete;

    FlowState begin() const;

    // Shows one packet of the flow, in the order of their coming. Unknown: more packets may tell.
    // nDPI sees headers made anew from what was decoded, so that tunnels and fragments are none of
    // its business, and 1,400 bytes of payload at most.
    Traffic look(ndpi_flow_struct& flow, const Packet& packet) const;
    // What it makes of the flow if no more packets come.
    Traffic conclude(ndpi_flow_struct& flow) const;

    // Whether a host of this name answers DNS over HTTPS or TLS.
    bool serves_encrypted_dns(std::string_view host_name) const;

    // In lower case: `wireguard`, `ssh`. Valid as long as the classifier.
    std::string_view name(std::uint16_t protocol) const;

    static std::string version();

  private:
    Traffic traffic_of(std::uint16_t master, std::uint16_t application) const;

    struct FreeModule {
        void operator()(ndpi_detection_module_struct* module) const;
    };
    std::unique_ptr<ndpi_detection_module_struct, FreeModule> module_;
    std::unique_ptr<std::string[]> names_;
    std::size_t name_count_ = 0;
};

}  // namespace umbra
