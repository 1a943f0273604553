// The whole way of a packet. The input is a series of frames, each behind two bytes of length.
#include "daemon/usage/monitor.hpp"
#include "tests/unit/usage/catalogue.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto signatures = umbra::test::small_signatures();
    umbra::MonitorLimits limits;
    limits.flows.most_flows = 8;
    limits.naming.most_pending = 4;
    limits.naming.memory = 40'000;
    limits.naming.ndpi_rate = 0;  // to set it up takes longer than all the rest
    limits.most_dns_entries = 16;
    limits.most_names = 8;
    limits.most_hosts = 8;
    limits.ledger.most_rows = 4;
    umbra::Monitor monitor(signatures, umbra::Scope(), limits);
    umbra::Reader input(umbra::Bytes(data, size));
    umbra::Micros time = 0;
    while (input.ok() && input.left() > 0) {
        time += input.u8() * umbra::second;
        const umbra::Bytes frame = input.take(input.u16());
        // Of some frames the wire had more than was captured.
        const auto missing = static_cast<std::uint32_t>(time % 7 * 100);
        monitor.packet(time, frame, static_cast<std::uint32_t>(frame.size()) + missing);
    }
    monitor.finish();
    return 0;
}
