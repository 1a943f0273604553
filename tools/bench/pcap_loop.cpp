// The ceiling that the others are measured by: reads a capture file with libpcap as it comes,
// counts, and does nothing else.
#include <pcap/pcap.h>

#include <cstdint>
#include <iostream>

int main(int argc, char** argv) {
    char error[PCAP_ERRBUF_SIZE] = "pcap-loop FILE";
    pcap_t* file = argc == 2 ? pcap_open_offline(argv[1], error) : nullptr;
    if (file == nullptr) {
        std::cerr << error << '\n';
        return 2;
    }
    std::uint64_t packets = 0, bytes = 0;
    pcap_pkthdr* header = nullptr;
    const u_char* frame = nullptr;
    while (pcap_next_ex(file, &header, &frame) == 1) {
        ++packets;
        bytes += header->len;
    }
    std::cout << packets << " packets, " << bytes << " bytes\n";
    pcap_close(file);
}
