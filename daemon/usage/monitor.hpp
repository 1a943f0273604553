// The way of a packet: decode, flow, name, catalogue, ledger. One thread uses it; nothing in it is
// shared.
#pragma once

#include <functional>
#include <memory>

#include "daemon/decode/decoder.hpp"
#include "daemon/flow/flow_table.hpp"
#include "daemon/naming/dns_cache.hpp"
#include "daemon/naming/flow_namer.hpp"
#include "daemon/usage/ledger.hpp"
#include "daemon/usage/local_nets.hpp"
#include "signatures/matcher.hpp"

namespace umbra {

struct MonitorLimits {
    FlowLimits flows;
    NamingLimits naming;
    std::uint32_t most_dns_entries = 65536;
    std::uint32_t most_names = 65536;
    std::uint32_t most_cells = 65536;  // rows a window
    Micros window = 300 * second;
};

// A flow as `umbra explain` shows it. The name is that of any site; it is for the person who asks
// about a capture file and is never stored.
struct ExplainedFlow {
    const Flow& flow;
    Protocol protocol;
    Evidence evidence;
    std::optional<std::string_view> name;
    const SignatureName* signature;  // null: no AI service
};

class Monitor : private FlowEnd, private NamingEnd {
  public:
    using WindowSink = std::function<void(ClosedWindow)>;
    using FlowSink = std::function<void(const ExplainedFlow&)>;

    // The catalogue must outlive the monitor.
    Monitor(const Catalogue& catalogue, LocalNets local_nets, const MonitorLimits& limits);

    // Where closed windows go. Without it nothing is accounted.
    void on_window(WindowSink sink) { window_sink_ = std::move(sink); }
    // Where ended flows go. With it every flow's name is kept as long as the flow lives.
    void on_flow(FlowSink sink) { flow_sink_ = std::move(sink); }

    void set_link_type(int link_type) { decoder_.set_link_type(link_type); }
    void packet(Micros time, Bytes frame, std::uint32_t wire_length);

    // Lets time pass without packets: expires flows, closes the window that ended before `now`.
    void advance(Micros now);

    // Drops of the capture so far, for the coverage of the open window.
    void note_drops(std::uint64_t kernel, std::uint64_t interface);

    // Ends all flows and closes the open window.
    void finish();

    // What a person asks for with SIGUSR1 or at the end: every counter since the start.
    std::vector<CoverageItem> counters() const;

  private:
    void flow_ended(Flow& flow) override;
    void naming_over(Flow& flow, const Detection& detection) override;

    void read_dns_answer(const Packet& packet);
    void settle_client(Flow& flow) const;
    void recognise(Flow& flow, const Detection& detection);
    void account(Flow& flow, std::uint32_t added, bool from_low);
    void count_coverage(const Flow& flow, std::uint64_t bytes);
    void close_window();
    std::uint32_t new_recognition(const Recognition& recognition);

    LocalNets local_nets_;
    MonitorLimits limits_;
    Decoder decoder_;
    NameTable names_;
    DnsCache dns_;
    FlowTable flows_;
    FlowNamer namer_;
    Matcher matcher_;
    Ledger ledger_;
    WindowSink window_sink_;
    FlowSink flow_sink_;

    std::vector<Recognition> recognitions_;  // Flow::name is an index into it
    std::vector<std::uint32_t> free_recognitions_;
    std::uint64_t dns_answers_ = 0, dns_malformed_ = 0;
    std::uint64_t drops_kernel_ = 0, drops_interface_ = 0;

    // Payload bytes and flows, since the start.
    struct Totals {
        std::uint64_t ai_bytes = 0, named_bytes = 0, dns_only_bytes = 0, unnamed_bytes = 0;
        std::uint64_t ai_flows = 0, outside_clients = 0;
    } totals_;
    std::vector<CoverageItem> at_window_start_;
};

}  // namespace umbra
