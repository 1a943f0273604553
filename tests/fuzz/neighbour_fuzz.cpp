#include "detectors/neighbour.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    umbra::Packet packet;
    packet.payload = umbra::Bytes(data, size);
    packet.source_mac = {0x02a000000001};
    for (const umbra::OnLink kind :
         {umbra::OnLink::arp, umbra::OnLink::neighbour_discovery, umbra::OnLink::none}) {
        packet.on_link = kind;
        const auto neighbour = umbra::read_neighbour(packet);
        if (neighbour && neighbour->mac != packet.source_mac) __builtin_trap();
    }
    return 0;
}
