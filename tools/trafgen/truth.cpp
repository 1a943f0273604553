#include "tools/trafgen/truth.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/support/failure.hpp"

namespace umbra::trafgen {
namespace {

std::string or_dash(const std::string& text) {
    return text.empty() ? "-" : text;
}

void check(const std::ofstream& file, const std::string& path) {
    if (!file) throw environment_failure(fmt::format("{}: cannot be written", path));
}

}  // namespace

Truth::Truth(const std::string& path) : path_(path) {
    if (path.empty()) return;
    file_.open(path, std::ios::trunc);
    file_ << "client\tclient_port\tserver\tserver_"
             "port\ttransport\tkind\tname\tservice\tevidence\tbytes_out\t"
             "bytes_in\tpackets\tfirst_seen\tlast_seen\tlabel\n";
    check(file_, path);
}

void Truth::add(const Conversation& c) {
    if (path_.empty()) return;
    file_ << fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n",
                         c.client.address.to_string(), c.client.port, c.server.address.to_string(),
                         c.server.port, to_string(c.transport), c.kind, c.name.value_or("-"),
                         or_dash(c.service), to_string(c.evidence), c.up.length, c.down.length,
                         c.segments.size(), c.segments.front().time, c.segments.back().time,
                         or_dash(c.label));
    check(file_, path_);
}

WindowTruth::WindowTruth(const std::string& path, Micros window) : path_(path), window_(window) {}

void WindowTruth::add(const Conversation& c) {
    if (path_.empty() || !c.name) return;
    std::uint64_t sent[2] = {0, 0};
    for (const Segment& segment : c.segments) {
        std::uint64_t& so_far = sent[segment.from_client];
        const std::uint64_t end = segment.offset + segment.length;
        if (segment.length == 0 || end <= so_far) continue;
        const Micros start = segment.time - segment.time % window_;
        auto& [out, in] = bytes_[fmt::format(
            "{}\t{}\t{}\t{}\t{}\t{}", start / second, c.client.address.to_string(), *c.name,
            or_dash(c.service), to_string(c.evidence), to_string(c.transport))];
        (segment.from_client ? out : in) += end - so_far;
        so_far = end;
    }
}

void WindowTruth::write() const {
    if (path_.empty()) return;
    std::ofstream file(path_, std::ios::trunc);
    file << "window_start\tclient\tname\tservice\tevidence\ttransport\tbytes_out\tbytes_in\n";
    for (const auto& [key, bytes] : bytes_)
        file << fmt::format("{}\t{}\t{}\n", key, bytes.first, bytes.second);
    file.flush();
    check(file, path_);
}

}  // namespace umbra::trafgen
