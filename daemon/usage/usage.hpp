// What the ledger counts: usage of one service by one host in one window, and the window's
// coverage.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "daemon/decode/packet.hpp"
#include "daemon/usage/candidates.hpp"
#include "detectors/detection.hpp"
#include "signatures/catalogue.hpp"

namespace umbra {

// How much of a flow's name could be read.
enum class Visibility : std::uint8_t { clear, ech_outer, dns_only, ip_only, none };
std::string_view to_string(Visibility visibility);
// `ech`: the flow's hello is encrypted, whatever else named it.
Visibility visibility_of(Evidence evidence, bool ech);

enum class UsageClass : std::uint8_t { contact, visit, interactive, upload, api };
std::string_view to_string(UsageClass usage);

// Who a host is, at the time of its usage. Without a hosts file or DHCP the key is its address.
struct HostIdentity {
    std::string key;      // what the host is known by from one window to the next
    std::string address;  // as it is stored: what privacy leaves of Usage::host
    std::optional<std::string> name, department, site;
};

// One host × service × host name × evidence × transport in one window. Bytes are L4 payload;
// `bytes_out` is host → service. `flows` counts the flows that were first counted in this window,
// so that sums over windows count each flow once; a flow that goes on has its bytes in the later
// windows. Where there were more hosts than rows, one row stands for the others of a service: its
// identity's key is `other`, it has neither host nor server nor host name.
struct Usage {
    Address host;
    std::shared_ptr<const Catalogue> catalogue;  // that named it
    std::uint32_t service = 0;                   // index into its services
    std::string host_name;
    HostRole role = HostRole::ui;
    Evidence evidence = Evidence::none;
    Transport transport = Transport::tcp;
    bool ech = false;     // its hellos are encrypted: the name comes from elsewhere
    bool shared = false;  // the host serves more than the AI service
    Address server;       // of the first flow
    std::uint16_t server_port = 0;
    std::uint64_t flows = 0, bytes_out = 0, bytes_in = 0;
    // What else the usage class is told by. Never a sequence of sizes or times: what a conversation
    // is about can be read out of those.
    std::uint8_t busy_tenths = 0;  // tenths of the window in which `busy_bytes` or more went out
    bool browser = false, programme = false;  // hellos of either were seen
    UsageClass usage_class = UsageClass::visit;

    // Found out when the window closes.
    HostIdentity identity;
    std::string dest_ip;  // as it is stored: what privacy leaves of `server`
    std::string region;   // of a cloud, as the host name says it; empty: unknown
    std::string policy = "unreviewed";
    std::optional<std::string> policy_rule;  // the rule that was in force

    void add_traffic_of(const Usage& other) {
        flows += other.flows;
        bytes_out += other.bytes_out;
        bytes_in += other.bytes_in;
    }
};

constexpr std::uint64_t busy_bytes = 1000;

struct CoverageItem {
    std::string_view metric;  // a literal
    std::uint64_t value;
};

struct ClosedWindow {
    Micros begin = 0, end = 0;
    Micros first_packet = 0, last_packet = 0;
    std::vector<Usage> usage;
    std::vector<CoverageItem> coverage;
    std::vector<Candidate> candidates{};
};

}  // namespace umbra
