// Closed windows made by hand, and questions in SQL to what became of them.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include "daemon/usage/usage.hpp"
#include "tests/unit/usage/catalogue.hpp"

namespace umbra::test {

constexpr std::int64_t start = 1730710800;  // 2024-11-04 09:00 UTC, a Monday

inline std::shared_ptr<const Catalogue> shared_catalogue() {
    static const auto catalogue = std::make_shared<const Catalogue>(small_catalogue());
    return catalogue;
}

inline Usage usage_of(const std::string& host, std::uint64_t bytes, std::uint32_t service = 0) {
    Usage usage;
    usage.identity.key = usage.identity.address = host;
    usage.catalogue = shared_catalogue();
    usage.service = service;
    usage.host_name = service == 0 ? "claude.ai" : "api.mistral.ai";
    usage.role = service == 0 ? HostRole::ui : HostRole::api;
    usage.usage_class = service == 0 ? UsageClass::visit : UsageClass::api;
    usage.evidence = Evidence::sni;
    usage.dest_ip = "203.0.113.1";
    usage.server_port = 443;
    usage.flows = 1;
    usage.bytes_out = bytes;
    usage.bytes_in = 10 * bytes;
    return usage;
}

inline ClosedWindow window_at(std::int64_t begin,
                              std::vector<std::pair<const char*, std::uint64_t>> hosts) {
    ClosedWindow window{
        .begin = begin * second, .end = (begin + 300) * second, .usage = {}, .coverage = {}};
    for (const auto& [host, bytes] : hosts)
        window.usage.push_back(usage_of(host, bytes));
    window.coverage = {{"packets", 100}, {"drops_kernel", 3}};
    return window;
}

// The first column of the first row.
inline std::int64_t number(const std::filesystem::path& database, const std::string& sql) {
    return SQLite::Database(database.string()).execAndGet(sql).getInt64();
}
inline std::string text(const std::filesystem::path& database, const std::string& sql) {
    return SQLite::Database(database.string()).execAndGet(sql).getString();
}

}  // namespace umbra::test
