#include "detectors/stream.hpp"

#include "detectors/http.hpp"
#include "detectors/socks.hpp"
#include "detectors/starttls.hpp"
#include "detectors/tls.hpp"

namespace umbra {

Detection detect_stream(Bytes head) {
    using Verdict = Detection::Verdict;
    constexpr int most_tunnels = 3;
    Detection outer = Detection::not_mine();
    for (int tunnels = 0; tunnels <= most_tunnels; ++tunnels) {
        Detection found = Detection::not_mine();
        for (const auto detect : {detect_tls, detect_http, detect_socks, detect_starttls}) {
            found = detect(head);
            if (found.verdict != Verdict::not_mine) break;
        }
        // What a tunnel to an address carries may be anything: then only the tunnel is known.
        if (found.verdict == Verdict::not_mine) return outer;
        if (found.tunnel == 0) return found;
        outer = found;
        outer.tunnel = 0;
        head = head.subspan(found.tunnel);
    }
    return outer;
}

}  // namespace umbra
