#include "daemon/usage/intake.hpp"

namespace umbra {

Packet Intake::read(Micros time, Bytes frame, std::uint32_t wire_length) {
    Packet packet;
    packet.time = time;
    packet.is_flow = decoder_.decode(frame, wire_length, packet);
    if (packet.is_flow && is_excluded(packet)) {
        ++excluded_;
        excluded_bytes_ += wire_length;
        packet.is_flow = false;
    }
    if (dedup_) packet.vlan = 0;
    return packet;
}

bool Intake::is_excluded(const Packet& packet) const {
    const NetworkList& list = scope_.excluded;
    return !list.empty() && (list.contains(packet.source) || list.contains(packet.destination));
}

void Intake::note_drops(std::uint64_t kernel, std::uint64_t interface) {
    drops_kernel_ = kernel;
    drops_interface_ = interface;
}

std::vector<CoverageItem> Intake::counters() const {
    using decode::Step;
    using decode::Tunnel;
    const DecodeCounters& d = decoder_.counters();
    const FragmentCounters& fragments = decoder_.fragment_counters();
    return {
        {"packets", d.frames},
        {"bytes_on_wire", d.bytes - excluded_bytes_},
        {"packets_decoded", d.count(Step::decoded) - excluded_},
        {"packets_excluded", excluded_},
        {"packets_not_ip", d.count(Step::not_ip)},
        {"packets_other_transport", d.count(Step::other_transport)},
        {"packets_fragment", d.count(Step::fragment)},
        {"packets_header_truncated", d.count(Step::truncated)},
        {"packets_malformed", d.count(Step::malformed)},
        {"packets_too_deep", d.count(Step::too_deep)},
        {"packets_unknown_link", d.count(Step::unknown_link)},
        {"packets_cut_short", d.cut_short},
        {"packets_length_lied", d.length_lied},
        {"fragments", fragments.seen},
        {"datagrams_reassembled", fragments.reassembled},
        {"fragments_overlapping", fragments.overlapping},
        {"fragments_expired", fragments.expired},
        {"tunnelled_packets", d.tunnelled},
        {"tunnelled_mpls", d.count(Tunnel::mpls)},
        {"tunnelled_pppoe", d.count(Tunnel::pppoe)},
        {"tunnelled_gre", d.count(Tunnel::gre)},
        {"tunnelled_erspan", d.count(Tunnel::erspan)},
        {"tunnelled_ip_in_ip", d.count(Tunnel::ip_in_ip)},
        {"tunnelled_vxlan", d.count(Tunnel::vxlan)},
        {"tunnelled_geneve", d.count(Tunnel::geneve)},
        {"tunnelled_gtp", d.count(Tunnel::gtp)},
        {"tunnelled_teredo", d.count(Tunnel::teredo)},
        {"tunnelled_tzsp", d.count(Tunnel::tzsp)},
        {"drops_kernel", drops_kernel_},
        {"drops_interface", drops_interface_},
    };
}

}  // namespace umbra
