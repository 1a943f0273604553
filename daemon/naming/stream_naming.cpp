#include "daemon/naming/stream_naming.hpp"

#include "detectors/stream.hpp"

namespace umbra {
namespace {

using Verdict = Detection::Verdict;

}  // namespace

Detection StreamNaming::look(const Segment& segment, const std::optional<Detection>& seen) {
    Side& side = sides_[segment.from_low];
    if (side.over) return decide(segment.flow);
    Detection found = seen.value_or(Detection::need_more());
    if (found.verdict == Verdict::need_more) {
        if (!side.head) side.head.emplace(segment.expected, head_capacity);
        if (side.head->add(segment.sequence, segment.packet.payload)) ++conflicts_;
        if (!seen) found = detect_stream(side.head->contiguous());
        // What is missing of a packet that was cut short never comes.
        const bool no_more = side.head->full() || segment.cut_short();
        if (found.verdict == Verdict::need_more && no_more) {
            found.verdict = found.protocol == Protocol::unknown ? Verdict::not_mine : Verdict::done;
        }
    }
    if (found.verdict == Verdict::need_more) return found;
    side.over = true;
    if (found.verdict == Verdict::done) client_is_low_ = segment.from_low != found.by_server;
    if (found.verdict == Verdict::done && found.by_server) {
        server_ = std::make_unique<const Detection>(found);
    } else if (found.verdict == Verdict::done) {
        if (found.name || found.protocol != Protocol::tls) return found;
        client_ = std::make_unique<const Detection>(found);
    }
    return decide(segment.flow);
}

Detection StreamNaming::decide(const Flow& flow) {
    if (client_ || server_) {
        const bool server_over = sides_[!*client_is_low_].over;
        const bool client_over = sides_[*client_is_low_].over;
        // Where the client is silent, its direction was not captured.
        const bool client_silent = !flow.direction(*client_is_low_).started;
        const bool enough = client_over || (client_silent && server_->name);
        return enough && server_over ? conclude() : Detection::need_more();
    }
    const bool client_over = flow.client_known && sides_[flow.client_is_low].over;
    const bool both_over = sides_[0].over && sides_[1].over;
    return client_over || both_over ? Detection::not_mine() : Detection::need_more();
}

Detection StreamNaming::conclude() {
    if (client_) {
        if (!server_ || !server_->name) return *client_;
        Detection named = *server_;
        named.hello = client_->hello;
        return named;
    }
    // A hello that never became whole may have said its name all the same.
    for (const bool low : {false, true}) {
        const Side& side = sides_[low];
        if (side.over || !side.head) continue;
        Detection partial = detect_stream(side.head->contiguous());
        if (partial.protocol == Protocol::unknown || partial.by_server) continue;
        partial.verdict = Verdict::done;
        client_is_low_ = low;
        return partial;
    }
    return server_ ? *server_ : Detection::not_mine();
}

std::size_t StreamNaming::memory() const {
    std::size_t sum = (server_ ? sizeof(Detection) : 0) + (client_ ? sizeof(Detection) : 0);
    for (const Side& side : sides_)
        sum += side.head ? side.head->memory() : 0;
    return sum;
}

}  // namespace umbra
