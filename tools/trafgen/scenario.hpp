// What a generated capture holds: how much of each kind of conversation, between whom.
#pragma once

#include <deque>
#include <span>

#include "tools/trafgen/conversation.hpp"
#include "tools/trafgen/sites.hpp"

namespace umbra::trafgen {

enum class Kind : std::uint8_t {
    tls,       // with a server name
    nameless,  // TLS without one, after the host resolved the name
    quic,
    dns,
    http,
    connect,     // TLS through an HTTP proxy
    stream,      // TCP bytes of no known protocol
    datagrams,   // UDP the like
    syn,         // one SYN from a forged address
    half_hello,  // a ClientHello that never ends
    activity,    // what a person or a programme does, with its label
};
constexpr std::size_t kind_count = 11;

// A share of conversations by kind, in any unit.
using Shares = std::array<unsigned, kind_count>;

struct Scenario {
    std::string_view name, purpose;
    Shares shares;
    unsigned turns;                // questions and answers of a conversation, on average
    std::uint64_t answer_bytes;    // of one answer, on average; a question has a tenth
    std::uint64_t least_question;  // bytes
};

std::span<const Scenario> scenarios();

// The number of the kind that `text` names, for options; nothing where there is none.
std::optional<Kind> kind_named(std::string_view text);

struct Population {
    unsigned hosts = 40;
    bool split = false, reorder = false, repeat = false;  // every hello is mistreated in this way
};

// Makes conversations one after the other, the same for a seed.
class Factory {
  public:
    Factory(std::uint64_t seed, const Scenario& scenario, const Population& population);

    // The conversations that begin at `begin`: one, or a DNS lookup and what follows from it. One
    // lasts about `lifetime`.
    std::vector<Conversation> make(Micros begin, Micros lifetime);

  private:
    Kind choose_kind();
    std::size_t choose_site();
    unsigned any_host() { return static_cast<unsigned>(random_.below(population_.hosts)); }
    End client(unsigned host);
    std::vector<Conversation> activity(Micros begin);
    End server(std::size_t site, bool v4, std::uint16_t port) const;
    End stranger(bool is_v4);
    Conversation lookup(const End& client, std::size_t site, Micros begin);
    Conversation conversation(Kind kind, const End& client, std::size_t site, Micros begin,
                              Micros lifetime);
    void turns(Script& script, unsigned count);
    void name(Conversation& made, Kind kind, std::size_t site) const;

    Random random_;
    const Scenario& scenario_;
    Population population_;
    unsigned share_sum_ = 0, weight_sum_ = 0;
    unsigned next_actor_ = 0;
    std::vector<std::uint16_t> next_port_;  // by host
};

}  // namespace umbra::trafgen
