#include "daemon/capture/source.hpp"

#include <fmt/format.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <span>

#include "daemon/decode/decoder.hpp"
#include "daemon/support/failure.hpp"

namespace umbra::capture {
namespace {

// The context of libpcap's callback, which knows only its own types.
struct Forward {
    void (*callback)(void*, Micros, Bytes, std::uint32_t);
    void* context;
};

void forward(u_char* user, const pcap_pkthdr* header, const u_char* bytes) {
    const auto& to = *reinterpret_cast<const Forward*>(user);
    const Micros time = Micros{header->ts.tv_sec} * second + header->ts.tv_usec;
    to.callback(to.context, time, Bytes(bytes, header->caplen), header->len);
}

std::string interfaces() {
    char error[PCAP_ERRBUF_SIZE];
    pcap_if_t* list = nullptr;
    if (pcap_findalldevs(&list, error) != 0) return "unknown";
    std::string names;
    for (const pcap_if_t* item = list; item != nullptr; item = item->next) {
        // Without the pseudo devices that are no network interface.
        const std::string_view name = item->name;
        constexpr std::string_view devices[] = {"usbmon", "bluetooth", "nflog", "nfqueue", "dbus-"};
        if (std::ranges::any_of(devices, [&](auto device) { return name.starts_with(device); })) {
            continue;
        }
        names += (names.empty() ? "" : ", ") + std::string(name);
    }
    pcap_freealldevs(list);
    return names.empty() ? "none that this user may see" : names;
}

// As pcap_open_offline does, with reads of a whole buffer in place of a page each.
pcap_t* open_file(const std::string& path, std::span<char> buffer, char* error) {
    if (path == "-") return pcap_open_offline("-", error);
    FILE* file = std::fopen(path.c_str(), "rb");
    if (file == nullptr) {
        std::strncpy(error, std::strerror(errno), PCAP_ERRBUF_SIZE - 1);
        return nullptr;
    }
    std::setvbuf(file, buffer.data(), _IOFBF, buffer.size());
    pcap_t* handle = pcap_fopen_offline(file, error);
    if (handle == nullptr) std::fclose(file);
    return handle;
}

}  // namespace

void Source::Close::operator()(pcap* handle) const {
    pcap_close(handle);
}

Source Source::file(const std::string& path) {
    if (path != "-" && std::filesystem::is_directory(path)) {
        throw bad_input(fmt::format("{}: is a folder, not a capture file", path));
    }
    char error[PCAP_ERRBUF_SIZE] = "";
    std::vector<char> buffer(128 << 10);
    Handle handle(open_file(path, buffer, error));
    const std::string name = path == "-" ? "standard input" : path;
    if (!handle) {
        if (path != "-" && !std::filesystem::exists(path)) {
            throw bad_input(fmt::format("{}: no such file", path));
        }
        throw bad_input(fmt::format("{}: not a capture file that can be read ({})", name, error));
    }
    const int link_type = pcap_datalink(handle.get());
    if (!Decoder::supports(link_type)) {
        const char* link_name = pcap_datalink_val_to_name(link_type);
        throw bad_input(fmt::format("{}: link layer {} is not decoded", name,
                                    link_name ? link_name : std::to_string(link_type)));
    }
    return {std::move(handle), name, std::move(buffer)};
}

Source Source::live(const LiveOptions& options) {
    const std::string& name = options.interface;
    char error[PCAP_ERRBUF_SIZE] = "";
    Handle handle(pcap_create(name.c_str(), error));
    if (!handle) throw environment_failure(fmt::format("interface {}: {}", name, error));
    pcap_set_snaplen(handle.get(), options.snap_length);
    pcap_set_promisc(handle.get(), options.promiscuous ? 1 : 0);
    pcap_set_timeout(handle.get(), 100);
    pcap_set_buffer_size(handle.get(), options.ring_mebibytes << 20);
    const int status = pcap_activate(handle.get());
    switch (status) {
        case PCAP_ERROR_NO_SUCH_DEVICE:
            throw environment_failure(fmt::format(
                "interface {}: there is none of that name; there are: {}", name, interfaces()));
        case PCAP_ERROR_PERM_DENIED:
        case PCAP_ERROR_PROMISC_PERM_DENIED:
            throw environment_failure(
                fmt::format("interface {}: no permission to capture; it takes the capability "
                            "CAP_NET_RAW (run as root, "
                            "or: setcap cap_net_raw+ep umbrad)",
                            name));
        case PCAP_ERROR_IFACE_NOT_UP:
            throw environment_failure(
                fmt::format("interface {}: is down (ip link set {} up)", name, name));
        default:
            break;
    }
    if (status < 0) {
        throw environment_failure(fmt::format("interface {}: {}", name, pcap_geterr(handle.get())));
    }
    // Waiting is our own: libpcap's would last until the next packet, whatever the clock or a
    // signal says.
    if (pcap_setnonblock(handle.get(), 1, error) != 0) {
        throw environment_failure(fmt::format("interface {}: {}", name, error));
    }
    const int link_type = pcap_datalink(handle.get());
    if (!Decoder::supports(link_type)) {
        throw environment_failure(fmt::format("interface {}: link layer {} is not decoded", name,
                                              pcap_datalink_val_to_name(link_type)));
    }
    return {std::move(handle), name};
}

void Source::filter(const std::string& expression) {
    bpf_program program{};
    if (pcap_compile(handle_.get(), &program, expression.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0) {
        throw bad_input(fmt::format("--filter '{}': {}", expression, pcap_geterr(handle_.get())));
    }
    const int status = pcap_setfilter(handle_.get(), &program);
    pcap_freecode(&program);
    if (status != 0)
        throw environment_failure(fmt::format("--filter: {}", pcap_geterr(handle_.get())));
}

bool Source::is_live() const {
    return pcap_file(handle_.get()) == nullptr;
}

int Source::link_type() const {
    return pcap_datalink(handle_.get());
}

std::optional<std::int64_t> Source::size() const {
    struct stat status {};
    if (is_live() || fstat(fileno(pcap_file(handle_.get())), &status) != 0) return std::nullopt;
    if (!S_ISREG(status.st_mode)) return std::nullopt;
    return status.st_size;
}

std::int64_t Source::position() const {
    return is_live() ? 0 : std::max<std::int64_t>(ftell(pcap_file(handle_.get())), 0);
}

bool Source::is_idle() const {
    pollfd pipe{fileno(pcap_file(handle_.get())), POLLIN, 0};
    return poll(&pipe, 1, 0) == 0;
}

std::optional<int> Source::dispatch_to(int most, Callback callback, void* context) {
    Forward to{callback, context};
    const auto next = [&] {
        return pcap_dispatch(handle_.get(), most, forward, reinterpret_cast<u_char*>(&to));
    };
    int count = next();
    if (count == 0 && is_live()) {
        constexpr int moment_ms = 200;  // longer than the ring holds back a block
        pollfd ready{pcap_get_selectable_fd(handle_.get()), POLLIN, 0};
        if (poll(&ready, 1, moment_ms) > 0) count = next();
    }
    if (count > 0 || (count == 0 && is_live())) return count;
    if (count == 0) return std::nullopt;
    const std::string message = pcap_geterr(handle_.get());
    if (is_live()) throw environment_failure(fmt::format("interface {}: {}", name_, message));
    truncation_ = explain_truncation(message);
    return std::nullopt;
}

std::string Source::explain_truncation(const std::string& message) const {
    // Where the last whole packet ends is found by reading the file once more.
    std::error_code error;
    const auto size = std::filesystem::file_size(name_, error);
    char buffer[PCAP_ERRBUF_SIZE] = "";
    const Handle again(error ? nullptr : pcap_open_offline(name_.c_str(), buffer));
    if (!again) return fmt::format("{}: read up to its fault: {}", name_, message);
    long end = ftell(pcap_file(again.get()));
    pcap_pkthdr* header = nullptr;
    const u_char* bytes = nullptr;
    while (pcap_next_ex(again.get(), &header, &bytes) == 1)
        end = ftell(pcap_file(again.get()));
    return fmt::format(
        "{}: cut or damaged after the last whole packet; {} bytes at its end were left over ({})",
        name_, size - static_cast<std::uintmax_t>(end), message);
}

LiveStatistics Source::statistics() {
    pcap_stat raw{};
    if (pcap_stats(handle_.get(), &raw) != 0) return {};
    return {raw.ps_recv, raw.ps_drop, raw.ps_ifdrop};
}

}  // namespace umbra::capture
