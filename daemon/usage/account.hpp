// The rows of one window, while bytes may still be counted in it.
#pragma once

#include <map>
#include <unordered_map>

#include "daemon/flow/flow.hpp"
#include "daemon/naming/name_table.hpp"
#include "daemon/usage/host_directory.hpp"

namespace umbra {

// What a flow's client is, by its ClientHello.
enum class Client : std::uint8_t { unknown, browser, programme };

// What a flow was recognised as: one AI service under one name.
struct Recognition {
    std::uint32_t name = NameTable::none;  // in the name table, held
    Evidence evidence = Evidence::none;
    bool ech = false;  // the hello is encrypted
    Client client = Client::unknown;
    std::string_view protocol;  // a literal, or nDPI's
    std::string ja4;            // for who asks for all flows
    const SignatureName* signature = nullptr;
    std::shared_ptr<const Catalogue> catalogue;  // that the signature lives in
};

// What is added to a row: payload bytes, and the flows that were not counted before.
struct Amount {
    std::uint64_t flows = 0, out = 0, in = 0;

    Amount& operator+=(const Amount& more) {
        flows += more.flows;
        out += more.out;
        in += more.in;
        return *this;
    }
};

// Never more rows than a bound. When it is reached, the smaller half of them, by bytes, is summed
// up: one row for each service, and kind of evidence, stands for those hosts ("other hosts"), so
// that the sums of a service stay exact whatever a scan or forged addresses do. Those rows are
// bounded by the catalogue.
class Account {
  public:
    // What the accounts of successive windows share.
    struct Common {
        std::uint32_t most_rows;
        NameTable& names;
        HostDirectory& hosts;
        std::uint32_t last_number = 0;  // for Flow::cell_window: of an account, until it sums up
        std::uint64_t summed_up = 0;    // rows that went to "other hosts"
        std::uint64_t contacts_dropped = 0;
    };

    Account(Micros begin, Micros length, Common& common);

    Micros begin() const { return begin_; }
    Micros end() const { return end_; }

    // Notes that a packet was seen, for the window's first and last packet times.
    void saw(Micros time) {
        if (first_packet_ == 0 || time < first_packet_) first_packet_ = time;
        if (time > last_packet_) last_packet_ = time;
    }

    void count(Flow& flow, const Recognition& as, const Amount& amount, Micros time);

    // Notes that `host` resolved a name, `as` what it was recognised as, to `server`. A row without
    // bytes comes of it where the host has no other one of that service in this window, and is not
    // itself a resolver for others.
    void note_contact(const Address& host, const Recognition& as, const Address& server,
                      Transport transport, Micros time);

    // The rows. Nothing may be counted afterwards.
    ClosedWindow close();

  private:
    struct CellKey {
        Address host;
        std::uint32_t machine;  // that has the address, in the host directory
        std::uint32_t name;
        const SignatureName* signature;
        Evidence evidence;
        Transport transport;
        bool ech;
        bool operator==(const CellKey&) const = default;
    };
    struct CellHash {
        std::size_t operator()(const CellKey& key) const;
    };
    struct Cell {
        CellKey key;
        std::shared_ptr<const Catalogue> catalogue;
        Address server;  // of the first flow
        std::uint16_t server_port;
    };
    // What packets of a cell change, close together.
    struct Tally {
        Amount sum;
        std::uint64_t sent_in_tenth = 0;  // of the window, that was sent in last
        std::uint8_t tenth = 0, busy_tenths = 0;
        bool browser = false, programme = false;
    };
    struct ContactKey {
        Address host;
        std::uint32_t machine;
        const Catalogue* catalogue;
        std::uint32_t service;
        auto operator<=>(const ContactKey&) const = default;
    };
    // What "other hosts" are told apart by.
    struct OthersKey {
        const Catalogue* catalogue;
        std::uint32_t service;
        Evidence evidence;
        Transport transport;
        bool ech, shared;
        UsageClass usage;
        auto operator<=>(const OthersKey&) const = default;
    };
    struct Others {
        std::shared_ptr<const Catalogue> catalogue;
        Amount sum;
    };
    std::uint32_t cell_of(const Flow& flow, const Recognition& as, Micros time);
    void note_sent(Tally& tally, std::uint64_t bytes, Micros time);
    void find_tenth(Micros time);
    void sum_up_the_smaller_half();
    void add_contacts(std::vector<Usage>& rows);
    Usage row_of(const Cell& cell, const Tally& tally) const;
    static Usage row_of(const OthersKey& key, const Others& others);

    Micros begin_, end_;
    Common& common_;
    std::uint32_t number_;
    Micros first_packet_ = 0, last_packet_ = 0;
    std::uint8_t tenth_ = 0;  // of the window, that the latest packet was in
    Micros tenth_begin_ = 0, tenth_end_ = 0;
    std::unordered_map<CellKey, std::uint32_t, CellHash> index_;
    std::vector<Cell> cells_;
    std::vector<Tally> tallies_;  // of each cell
    std::map<OthersKey, Others> others_;
    std::map<ContactKey, Cell> contacts_;  // of each host and service the first
};

}  // namespace umbra
