#include "detectors/http.hpp"

#include <algorithm>
#include <array>

#include "daemon/decode/address.hpp"
#include "detectors/text.hpp"

namespace umbra {
namespace {

constexpr std::array<std::string_view, 20> methods{
    "GET",   "POST",   "HEAD",     "PUT",       "OPTIONS",   "CONNECT", "DELETE",
    "PATCH", "TRACE",  "PROPFIND", "PROPPATCH", "MKCOL",     "COPY",    "MOVE",
    "LOCK",  "UNLOCK", "REPORT",   "SEARCH",    "SUBSCRIBE", "NOTIFY"};

constexpr std::size_t longest_method = 9;

// `host`, `host:port`, `user@host:port` → the host. An address in brackets has no name.
Detection from_authority(std::string_view authority, Evidence evidence) {
    if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
        authority.remove_prefix(at + 1);
    }
    if (authority.starts_with('[')) return Detection::nameless(Protocol::http);
    authority = authority.substr(0, authority.find(':'));
    if (authority.empty() || Address::parse(authority)) return Detection::nameless(Protocol::http);
    return Detection::named(Protocol::http, evidence, bytes_of(authority));
}

// Whether `text` can be the beginning of a request line of a known method.
bool may_be_request(std::string_view text) {
    const std::string_view start = text.substr(0, longest_method + 1);
    return std::any_of(methods.begin(), methods.end(), [&](std::string_view method) {
        const std::size_t common = std::min(start.size(), method.size());
        return start.substr(0, common) == method.substr(0, common) &&
               (start.size() <= method.size() || start[method.size()] == ' ');
    });
}

// Where the body begins: after the first empty line; 0 where that is not yet there.
std::size_t end_of_head(std::string_view text) {
    const std::size_t strict = text.find("\r\n\r\n"), loose = text.find("\n\n");
    if (strict < loose) return strict + 4;
    return loose == std::string_view::npos ? 0 : loose + 2;
}

}  // namespace

Detection detect_http(Bytes head) {
    std::string_view text = text_of(head);
    if (text.empty()) return Detection::need_more();
    constexpr std::string_view response = "HTTP/1.";
    const std::size_t common = std::min(text.size(), response.size());
    if (text.substr(0, common) == response.substr(0, common)) {
        return common < response.size() ? Detection::need_more()
                                        : Detection::server_side(Protocol::http);
    }
    if (!may_be_request(text)) return Detection::not_mine();

    // request-line = method SP request-target SP HTTP-version CRLF
    const auto line_end = text.find('\n');
    if (line_end == std::string_view::npos) return Detection::need_more();
    const std::string_view line = trimmed(text.substr(0, line_end));
    const auto target_start = line.find(' ') + 1;
    const auto target_end = line.rfind(' ');
    if (target_start == 0 || target_end < target_start ||
        !line.substr(target_end + 1).starts_with("HTTP/1.")) {
        return Detection::not_mine();
    }
    const std::string_view target = line.substr(target_start, target_end - target_start);
    if (line.starts_with("CONNECT ")) {
        const Detection connect = from_authority(target, Evidence::connect_host);
        if (connect.name) return connect;
        // To an address: the stream in the tunnel may say more.
        const std::size_t begin = end_of_head(text);
        return begin == 0 ? Detection::need_more() : Detection::tunnel_from(Protocol::http, begin);
    }
    if (const auto scheme = target.find("://"); scheme <= 5) {  // http or https
        const std::string_view rest = target.substr(scheme + 3);
        return from_authority(rest.substr(0, rest.find_first_of("/?#")), Evidence::http_host);
    }

    text.remove_prefix(line_end + 1);
    while (true) {
        const auto end = text.find('\n');
        if (end == std::string_view::npos) return Detection::need_more();
        const std::string_view field = trimmed(text.substr(0, end));
        if (field.empty()) return Detection::nameless(Protocol::http);
        const auto colon = field.find(':');
        if (colon != std::string_view::npos &&
            equal_ignoring_case(field.substr(0, colon), "host")) {
            return from_authority(trimmed(field.substr(colon + 1)), Evidence::http_host);
        }
        text.remove_prefix(end + 1);
    }
}

}  // namespace umbra
