// A monitor whose windows are kept, and conversations made for it.
#pragma once

#include <catch2/catch.hpp>

#include "daemon/usage/monitor.hpp"
#include "tests/unit/packets.hpp"
#include "tests/unit/usage/catalogue.hpp"
#include "tools/trafgen/frame.hpp"
#include "tools/trafgen/quic.hpp"

namespace umbra::test {

using trafgen::Conversation;
using trafgen::Message;
using trafgen::Script;

constexpr Micros start = 1793610000 * second;  // a window's begin

// A monitor with the windows that it closed.
struct Watched {
    std::shared_ptr<const Signatures> signatures = test::small_signatures();
    std::vector<ClosedWindow> windows;
    Monitor monitor;
    trafgen::Random random{3};
    trafgen::FrameWriter frames{1, 0};

    explicit Watched(const MonitorLimits& limits = {}, const Scope& scope = {})
        : monitor(signatures, scope, limits) {
        monitor.on_window([this](ClosedWindow window) { windows.push_back(std::move(window)); });
    }

    Message hello(std::string_view name) {
        return trafgen::tls_records(trafgen::client_hello(random, name, false), 16384);
    }
    Script tcp(const char* client, std::uint16_t port, Micros begin, Micros lifetime = second) {
        return {random,
                Transport::tcp,
                {test::address(client), port},
                {test::address("203.0.113.1"), 443},
                begin,
                lifetime};
    }
    void send(const Conversation& conversation) {
        for (const auto& segment : conversation.segments)
            send(conversation, segment, segment.time);
    }
    void send(const Conversation& conversation, const trafgen::Segment& segment, Micros time) {
        const auto frame = frames.frame(conversation, segment);
        monitor.packet(time, frame, static_cast<std::uint32_t>(frame.size()));
    }
    // Bytes out and in of all closed windows.
    std::pair<std::uint64_t, std::uint64_t> bytes() const {
        std::pair<std::uint64_t, std::uint64_t> sum;
        for (const ClosedWindow& window : windows) {
            for (const Usage& usage : window.usage) {
                sum.first += usage.bytes_out;
                sum.second += usage.bytes_in;
            }
        }
        return sum;
    }
    std::uint64_t counter(std::string_view metric) {
        for (const CoverageItem& item : monitor.counters()) {
            if (item.metric == metric) return item.value;
        }
        FAIL("no such counter");
        return 0;
    }
};

}  // namespace umbra::test
