#include "detectors/starttls.hpp"

#include <algorithm>

#include "detectors/text.hpp"

namespace umbra {
namespace {

Detection tunnel(std::size_t begin) {
    return Detection::tunnel_from(Protocol::unknown, begin);
}

// The line that asks for TLS, in any of the protocols whose lines a person could type.
bool asks_for_tls(std::string_view line) {
    line = trimmed(line);
    constexpr std::string_view start = " STARTTLS";
    if (line.size() > start.size() &&
        equal_ignoring_case(line.substr(line.size() - start.size()), start)) {
        return true;  // behind the tag of IMAP
    }
    for (const std::string_view command : {"STARTTLS", "STLS", "AUTH TLS", "AUTH SSL"}) {
        if (equal_ignoring_case(line, command)) return true;
    }
    return false;
}

// What a client of SMTP, IMAP, POP3 or FTP says first; `head` may be the beginning of it.
bool begins_a_dialogue(std::string_view head) {
    const auto is = [](std::string_view text, std::string_view word) {
        const std::size_t common = std::min(word.size(), text.size());
        return equal_ignoring_case(text.substr(0, common), word.substr(0, common));
    };
    for (const std::string_view word : {"EHLO ", "HELO ", "CAPA\r", "STLS\r", "AUTH TLS\r",
                                        "AUTH SSL\r", "STARTTLS\r", "FEAT\r", "NOOP\r"}) {
        if (is(head, word)) return true;
    }
    // IMAP: a tag, a space, a command.
    const std::size_t space = std::min(head.find(' '), head.size());
    constexpr std::size_t longest_tag = 16;
    if (space == 0 || space > longest_tag ||
        !std::ranges::all_of(head.substr(0, space), is_letter_or_digit)) {
        return false;
    }
    if (space == head.size()) return true;
    const std::string_view command = head.substr(space + 1);
    return is(command, "CAPABILITY") || is(command, "STARTTLS") || is(command, "ID (");
}

Detection read_dialogue(std::string_view head) {
    constexpr int most_lines = 16;
    std::size_t at = 0;
    for (int line = 0; line < most_lines; ++line) {
        const auto end = head.find('\n', at);
        if (end == std::string_view::npos) {
            return head.size() - at > 512 ? Detection::not_mine() : Detection::need_more();
        }
        if (asks_for_tls(head.substr(at, end - at))) return tunnel(end + 1);
        at = end + 1;
    }
    return Detection::not_mine();
}

Detection read_xmpp(std::string_view head) {
    const auto command = head.find("<starttls");
    const auto end = command == std::string_view::npos ? command : head.find('>', command);
    if (end != std::string_view::npos) return tunnel(end + 1);
    return head.size() > 2048 ? Detection::not_mine() : Detection::need_more();
}

// What follows must be the very bytes given; need_more while it may still become them.
Detection after(Bytes head, std::size_t length) {
    return head.size() < length ? Detection::need_more() : tunnel(length);
}

bool begins(Bytes head, std::initializer_list<int> pattern) {  // -1: any byte
    std::size_t at = 0;
    for (const int byte : pattern) {
        if (at == head.size()) return true;
        if (byte >= 0 && head[at] != byte) return false;
        ++at;
    }
    return true;
}

// ExtendedRequest [APPLICATION 23] with the object identifier of StartTLS as text.
Detection read_ldap(Bytes head) {
    constexpr std::string_view start_tls = "1.3.6.1.4.1.1466.20037";
    if (head.size() < 2) return Detection::need_more();
    const std::size_t length = 2 + std::size_t{head[1]};
    if (head[1] > 0x7f || length < start_tls.size()) return Detection::not_mine();
    if (head.size() < length) return Detection::need_more();
    const bool asks = text_of(head.first(length)).find(start_tls) != std::string_view::npos;
    return asks ? tunnel(length) : Detection::not_mine();
}

}  // namespace

Detection detect_starttls(Bytes head) {
    if (head.empty()) return Detection::need_more();
    const std::string_view text = text_of(head);
    constexpr std::string_view xml = "<?xml", stream = "<stream:stream";
    if (text.starts_with(xml.substr(0, text.size())) ||
        text.starts_with(stream.substr(0, text.size()))) {
        return read_xmpp(text);
    }
    // PostgreSQL: length 8, code 1234 5679.
    if (begins(head, {0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f})) return after(head, 8);
    // MySQL: 32 bytes, sequence 1, capabilities with CLIENT_SSL (0x0800), no user name yet.
    if (begins(head, {32, 0, 0, 1}) && (head.size() < 6 || (head[5] & 0x08U) != 0)) {
        return after(head, 36);
    }
    // RDP: TPKT version 3 with its length, X.224 connection request.
    if (begins(head, {3, 0, -1, -1, -1, 0xe0})) {
        return after(head, head.size() < 6 ? 6 : std::size_t{head[2]} << 8 | head[3]);
    }
    if (head[0] == 0x30 && (head.size() < 3 || head[2] == 0x02)) return read_ldap(head);
    return begins_a_dialogue(text) ? read_dialogue(text) : Detection::not_mine();
}

}  // namespace umbra
