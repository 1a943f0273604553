// Who the hosts are: which machine has which address, and what it is called.
#pragma once

#include <mutex>

#include "daemon/decode/packet.hpp"
#include "daemon/support/bounded_table.hpp"
#include "daemon/support/hash.hpp"
#include "daemon/usage/hosts_file.hpp"
#include "daemon/usage/network_list.hpp"
#include "daemon/usage/usage.hpp"
#include "detectors/dhcp.hpp"

namespace umbra {

// A machine is known by its Ethernet address, where something shows that it is its own: a lease of
// DHCP, what it says of itself to its neighbours (detectors/neighbour.hpp), or a line of the hosts
// file together with the frames that it sends. What only seems to: a router's address, which all
// hosts behind it bear. A router is recognised by what it says itself, and by the frames of many
// inside hosts.
//
// What is remembered is bounded: whoever forges addresses makes it forget, and hosts are then known
// by their address alone. Any thread may use it.
class HostDirectory {
  public:
    // `scope` must outlive it: only inside hosts that are not excluded are of interest.
    HostDirectory(const Scope& scope, std::uint32_t most_hosts);

    // Names, departments and sites from now on.
    void use(std::shared_ptr<const HostsFile> file) {
        const std::lock_guard lock(mutex_);
        file_ = std::move(file);
    }

    // A datagram from or to a port of DHCP.
    void dhcp(const Packet& packet);
    // A message between neighbours.
    void neighbour(const Packet& packet);
    // The first packet of a flow, from an inside host.
    void saw(const Packet& packet);

    // A host that gave another inside host the answer to a DNS question.
    void note_resolver(const Address& address, Micros now) {
        const std::lock_guard lock(mutex_);
        resolvers_.at(key(address), now) = true;
    }
    bool resolves(const Address& address) const {
        const std::lock_guard lock(mutex_);
        return resolvers_.find(key(address)) != nullptr;
    }

    // The machine that has `address` at `now`, as a number that says no more than whether it is
    // still the same one.
    std::uint32_t machine_at(const Address& address, Micros now);

    // Who that machine is, by what is known at `now`. Of one that lost the address to another
    // before the last only the address is known.
    HostIdentity identify(const Address& address, std::uint32_t machine, Micros now) const;

    // Entries that made room for others.
    std::uint64_t evicted() const {
        const std::lock_guard lock(mutex_);
        return tenants_.evicted() + machines_.evicted();
    }

  private:
    // What shows that an address belongs to a machine; the later is worth more.
    enum class Proof : std::uint8_t { frame, neighbour, lease };

    struct Tenancy {
        Mac mac;
        std::uint32_t machine = 0;
        Proof proof = Proof::frame;
    };
    struct Tenant {  // of an address
        Tenancy now, before;
        Micros expires = 0;
    };
    struct Sighting {
        std::uint32_t address = 0;  // a hash
        std::uint32_t second = 0;
    };
    struct Machine {
        std::string name;  // what it calls itself
        // The inside addresses that its frames bore lately: of IPv4 one at a time, of IPv6 some.
        std::array<Sighting, 1> v4{};
        std::array<Sighting, 4> v6{};
        Micros router_until = 0;
    };

    std::uint64_t key(const Address& address) const;
    std::uint64_t key(Mac mac) const { return mix(mac.value ^ seed_, ~seed_); }
    std::uint64_t key(Bytes client_id) const;

    void dhcp4(const Packet& packet);
    void dhcp6(const Packet& packet);
    Mac client_of(const Dhcp6& dhcp, const Packet& packet);
    void bind(const Address& address, const Tenancy& tenancy, Micros lifetime, bool newly,
              Micros now);
    void unbind(const Address& address, Mac mac);
    void pass_on(Tenant& tenant, const Tenancy& to);
    void name(Mac mac, const std::optional<HostName>& name, Micros now);
    bool is_router(Mac mac, Micros now) const;

    const Scope& scope_;
    mutable std::mutex mutex_;
    std::shared_ptr<const HostsFile> file_ = std::make_shared<const HostsFile>();
    std::uint64_t seed_ = secret_seed();
    BoundedTable<Tenant> tenants_;    // by address
    BoundedTable<Machine> machines_;  // by Ethernet address
    BoundedTable<Mac> client_ids_;    // of DHCPv6
    BoundedTable<bool> resolvers_;    // by address
    std::uint32_t last_machine_ = 0;
};

}  // namespace umbra
