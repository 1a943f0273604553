// Items reach another thread whole and in order, and its trouble comes back.
#include "daemon/usage/stage.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <span>
#include <stdexcept>

using namespace umbra;

namespace {

struct Receiver {
    std::vector<CapturedFrame> frames;  // their bytes only as long as the batch is handled
    std::vector<std::vector<std::uint8_t>> contents;
    std::atomic<bool> may_go_on = true;
    std::size_t refuses_after = SIZE_MAX;

    void take(std::span<const CapturedFrame> some) {
        may_go_on.wait(false);
        for (const CapturedFrame& frame : some) {
            if (frames.size() == refuses_after) throw std::runtime_error("no room");
            frames.push_back(frame);
            contents.emplace_back(frame.bytes.begin(), frame.bytes.end());
        }
    }
};

}  // namespace

TEST_CASE("a stage's items come in order with copies of their bytes, however many and large") {
    Receiver receiver;
    std::vector<std::uint8_t> buffer;
    {
        Stage<CapturedFrame, Receiver> stage(receiver);
        for (int i = 0; i < 20'000; ++i) {
            // Every thousandth is larger than a batch; some have no bytes.
            buffer.assign(i % 1000 == 999 ? 300'000U : static_cast<unsigned>(i % 700),
                          static_cast<std::uint8_t>(i));
            stage.add({i, buffer, static_cast<std::uint32_t>(i)});
        }
        std::size_t seen = 0;
        stage.call([&](Receiver& of) { seen = of.frames.size(); });
        CHECK(seen == 20'000);
        stage.then([](Receiver& of) { of.frames.back().wire_length = 7; });
    }
    REQUIRE(receiver.frames.size() == 20'000);
    CHECK(receiver.frames.back().wire_length == 7);
    for (std::size_t i = 0; i < receiver.frames.size(); ++i) {
        const std::size_t length = i % 1000 == 999 ? 300'000 : i % 700;
        REQUIRE(receiver.frames[i].time == static_cast<Micros>(i));
        REQUIRE(receiver.contents[i] ==
                std::vector<std::uint8_t>(length, static_cast<std::uint8_t>(i)));
    }
}

TEST_CASE("who gives more than a stage holds waits, and nothing is lost") {
    Receiver receiver;
    receiver.may_go_on = false;
    std::atomic<int> added = 0;
    {
        Stage<CapturedFrame, Receiver> stage(receiver);
        std::thread giver([&] {
            const std::vector<std::uint8_t> bytes(100'000);
            for (; added < 200; ++added)
                stage.add({added, bytes, 0});
            stage.flush();
        });
        while (added < 10)
            std::this_thread::yield();
        receiver.may_go_on = true;
        receiver.may_go_on.notify_all();
        giver.join();
    }
    CHECK(receiver.frames.size() == 200);
}

TEST_CASE("what a stage's target throws is thrown at its giver") {
    Receiver receiver;
    receiver.refuses_after = 3;
    Stage<CapturedFrame, Receiver> stage(receiver);
    for (Micros i = 0; i < 5; ++i)
        stage.add({i, {}, 0});
    CHECK_THROWS_WITH(stage.call([](Receiver&) {}), "no room");
    CHECK_THROWS_WITH(stage.add({5, {}, 0}), "no room");
    CHECK(receiver.frames.size() == 3);
}
