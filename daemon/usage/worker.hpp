// The way of a packet: decode, flow, name, catalogue, ledger. One thread uses it; nothing in it is
// shared.
#pragma once

#include <functional>
#include <memory>

#include "daemon/decode/decoder.hpp"
#include "daemon/flow/flow_table.hpp"
#include "daemon/naming/dns_cache.hpp"
#include "daemon/naming/flow_namer.hpp"
#include "daemon/usage/deduplicator.hpp"
#include "daemon/usage/ledger.hpp"
#include "daemon/usage/sight.hpp"
#include "detectors/dns.hpp"
#include "signatures/signatures.hpp"

namespace umbra {

struct MonitorLimits {
    FragmentLimits fragments;
    FlowLimits flows;
    NamingLimits naming;
    std::uint32_t most_dns_entries = 65536;
    std::uint32_t most_names = 65536;
    std::uint32_t most_hosts = 16384;
    Ledger::Limits ledger;
    // The mirror shows packets twice, perhaps on two VLANs: a datagram counts once, and the VLAN
    // does not tell flows apart.
    bool dedup = false;
};

// A flow as `umbra explain` shows it. The name is that of any site; it is for the person who asks
// about a capture file and is never stored.
struct ExplainedFlow {
    const Flow& flow;
    std::string_view protocol;
    Evidence evidence;
    bool ech;  // its hello is encrypted
    std::optional<std::string_view> name;
    const SignatureName* signature;  // null: no AI service
    std::string_view ja4;            // of its hello; empty: none was read
};

class Monitor : private FlowEnd, private NamingEnd, private WindowEnd {
  public:
    using WindowSink = std::function<void(ClosedWindow)>;
    using FlowSink = std::function<void(const ExplainedFlow&)>;

    Monitor(std::shared_ptr<const Signatures> signatures, Scope scope, const MonitorLimits& limits);

    // Flows are named by this catalogue from now on. What a flow was named before it stays: its
    // bytes go on under the catalogue that named it.
    void use(std::shared_ptr<const Signatures> signatures) { signatures_ = std::move(signatures); }

    // Hosts are called by this file's names in the windows that close from now on.
    void use(std::shared_ptr<const HostsFile> hosts) { hosts_.use(std::move(hosts)); }

    // Where closed windows go. Without it nothing is accounted.
    void on_window(WindowSink sink) { window_sink_ = std::move(sink); }
    // Where ended flows go. With it every flow's name is kept as long as the flow lives.
    void on_flow(FlowSink sink) { flow_sink_ = std::move(sink); }

    // Where it is called, names in no entry that look like an AI service are counted.
    void look_for(Candidates candidates) { candidates_ = std::move(candidates); }

    // They are told by these rules from now on, where they are looked for.
    void use(std::shared_ptr<const CandidateRules> rules) {
        if (candidates_) candidates_->use(std::move(rules));
    }

    void set_link_type(int link_type) { decoder_.set_link_type(link_type); }
    void packet(Micros time, Bytes frame, std::uint32_t wire_length);

    // Lets time pass without packets: expires flows, closes the windows that are over at `now`.
    void advance(Micros now);

    // Drops of the capture so far, for the coverage of the open window.
    void note_drops(std::uint64_t kernel, std::uint64_t interface);

    // Ends all flows and closes all windows.
    void finish();

    // What a person asks for with SIGUSR1 or at the end: every counter since the start.
    std::vector<CoverageItem> counters() const;

  private:
    void flow_ended(Flow& flow) override;
    void naming_over(Flow& flow, const Naming& naming) override;
    void dns_message(Bytes message, const Packet& packet) override;
    std::vector<CoverageItem> coverage_so_far() override;
    void window_closed(ClosedWindow window) override;

    void look_at_service(const Packet& packet);
    bool is_excluded(const Packet& packet) const;
    bool is_duplicate(Packet& packet);
    void note_contact(const DnsAnswer& answer, const Packet& packet);
    void settle_client(Flow& flow) const;
    Recognition recognise(const Flow& flow, const Naming& naming);
    bool is_encrypted_hello(const Flow& flow, const Detection& hello) const;
    Sight sight_of(const Flow& flow, const Naming& naming, const Recognition& as) const;
    void account(Flow& flow, std::uint32_t added, bool from_low, Micros time);
    std::uint32_t new_recognition(Recognition recognition);

    Scope scope_;
    MonitorLimits limits_;
    Decoder decoder_;
    NameTable names_;
    DnsCache dns_;
    HostDirectory hosts_;
    FlowTable flows_;
    FlowNamer namer_;
    std::shared_ptr<const Signatures> signatures_;
    Ledger ledger_;
    std::optional<Candidates> candidates_;
    WindowSink window_sink_;
    FlowSink flow_sink_;

    std::vector<Recognition> recognitions_;  // Flow::name is an index into it
    std::vector<std::uint32_t> free_recognitions_;
    std::uint64_t dns_answers_ = 0, dns_malformed_ = 0;
    std::uint64_t drops_kernel_ = 0, drops_interface_ = 0;
    std::optional<Deduplicator> deduplicator_;
    std::uint64_t duplicates_ = 0;
    std::uint64_t excluded_ = 0, excluded_bytes_ = 0;  // packets, and their bytes on the wire

    // Payload bytes and flows since the start, by sight.
    std::array<std::uint64_t, sight_count> bytes_{}, flow_count_{};
    std::array<std::uint64_t, quic_unread_count> quic_unread_{};
    std::uint64_t ai_bytes_ = 0, ai_flows_ = 0, ai_outside_clients_ = 0;
    std::vector<CoverageItem> at_window_start_;
};

}  // namespace umbra
