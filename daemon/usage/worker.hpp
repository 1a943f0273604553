// The way of a packet once it is decoded: flow, name, catalogue, ledger. One thread uses it;
// workers share nothing but who the hosts are.
#pragma once

#include <functional>
#include <memory>
#include <span>

#include "daemon/decode/fragments.hpp"
#include "daemon/flow/flow_table.hpp"
#include "daemon/naming/dns_cache.hpp"
#include "daemon/naming/flow_namer.hpp"
#include "daemon/usage/deduplicator.hpp"
#include "daemon/usage/ledger.hpp"
#include "daemon/usage/sight.hpp"
#include "detectors/dns.hpp"
#include "signatures/signatures.hpp"

namespace umbra {

// Of a monitor as a whole, however many workers share them.
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

class Worker : private FlowEnd, private NamingEnd, private WindowEnd {
  public:
    using WindowSink = std::function<void(ClosedWindow)>;
    using FlowSink = std::function<void(const ExplainedFlow&)>;

    // `scope` and `hosts` must outlive it.
    Worker(std::shared_ptr<const Signatures> signatures, const Scope& scope, HostDirectory& hosts,
           const MonitorLimits& limits);

    void use(std::shared_ptr<const Signatures> signatures) { signatures_ = std::move(signatures); }
    void on_window(WindowSink sink) { window_sink_ = std::move(sink); }
    void on_flow(FlowSink sink) { flow_sink_ = std::move(sink); }
    void look_for(Candidates& candidates) { candidates_ = &candidates; }

    // Packets in their order; so many at once cost less.
    static constexpr std::size_t most_together = 32;
    void take(std::span<const Packet> packets);

    // Opens the window of `now`, closes those that are over by then.
    void turn(Micros now) { ledger_.advance(now); }
    // Lets time pass without packets: expires flows too.
    void advance(Micros now);

    // Ends all flows and closes all windows.
    void finish();

    // Every counter since the start.
    std::vector<CoverageItem> counters() const;

  private:
    void flow_ended(Flow& flow) override;
    void naming_over(Flow& flow, const Naming& naming) override;
    void dns_message(Bytes message, const Packet& packet) override;
    std::vector<CoverageItem> coverage_so_far() override;
    void window_closed(ClosedWindow window) override;

    void look(const Packet& packet, const FlowTable::Place& place);
    void look_at_service(const Packet& packet);
    bool is_duplicate(const Packet& packet);
    void note_contact(const DnsAnswer& answer, const Packet& packet);
    void settle_client(Flow& flow) const;
    Recognition recognise(const Flow& flow, const Naming& naming);
    bool is_encrypted_hello(const Flow& flow, const Detection& hello) const;
    Sight sight_of(const Flow& flow, const Naming& naming, const Recognition& as) const;
    void account(Flow& flow, std::uint32_t added, bool from_low, Micros time);
    std::uint32_t new_recognition(Recognition recognition);

    const Scope& scope_;
    NameTable names_;
    DnsCache dns_;
    HostDirectory& hosts_;
    FlowTable flows_;
    FlowNamer namer_;
    std::shared_ptr<const Signatures> signatures_;
    Ledger ledger_;
    Candidates* candidates_ = nullptr;
    WindowSink window_sink_;
    FlowSink flow_sink_;

    std::vector<Recognition> recognitions_;  // Flow::name is an index into it
    std::vector<std::uint32_t> free_recognitions_;
    std::uint64_t dns_answers_ = 0, dns_malformed_ = 0;
    std::optional<Deduplicator> deduplicator_;
    std::uint64_t duplicates_ = 0;

    // Payload bytes and flows since the start, by sight.
    std::array<std::uint64_t, sight_count> bytes_{}, flow_count_{};
    std::array<std::uint64_t, quic_unread_count> quic_unread_{};
    std::uint64_t ai_bytes_ = 0, ai_flows_ = 0, ai_outside_clients_ = 0;
    std::vector<CoverageItem> at_window_start_;
};

}  // namespace umbra
