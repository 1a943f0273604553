// What a capture holds, written by who made it, for tests to compare with.
#pragma once

#include <fstream>
#include <map>
#include <string>

#include "tools/trafgen/conversation.hpp"

namespace umbra::trafgen {

// Tab-separated, one line a conversation: client, client_port, server, server_port, transport,
// kind, name, service, evidence, bytes_out, bytes_in, packets, first_seen, last_seen
// (microseconds), label (of its activity). `-` stands for nothing. Bytes are the streams' lengths,
// however often a byte was sent.
class Truth {
  public:
    // An empty path writes nothing. Throws Failure where the file cannot be written.
    explicit Truth(const std::string& path);
    void add(const Conversation& conversation);

  private:
    std::string path_;
    std::ofstream file_;
};

// The same by window: window_start (seconds), client, name, service, evidence, transport,
// bytes_out, bytes_in. A byte belongs to the window in which it was first sent.
class WindowTruth {
  public:
    WindowTruth(const std::string& path, Micros window);
    void add(const Conversation& conversation);
    void write() const;

  private:
    std::string path_;
    Micros window_;
    std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> bytes_;  // by the key's text
};

}  // namespace umbra::trafgen
