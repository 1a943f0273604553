#include "daemon/usage/host_directory.hpp"

#include "detectors/neighbour.hpp"
#include "detectors/text.hpp"

namespace umbra {
namespace {

// How long what was seen holds. Who is active asks its neighbours every few minutes; a router
// advertises itself at least every half hour (RFC 4861 section 6.2.1).
constexpr Micros neighbour_lifetime = 14400 * second, frame_lifetime = 3600 * second,
                 router_lifetime = 3600 * second;
constexpr std::uint32_t addresses_a_machine = 4;  // on average: IPv4, and some of IPv6
constexpr std::uint32_t most_resolvers = 1024;
constexpr std::uint32_t sighting_seconds = 300;

bool is_link_local(const Address& address) {
    return address.bytes[0] == 0xfe && (address.bytes[1] & 0xc0) == 0x80;  // fe80::/10
}

}  // namespace

HostDirectory::HostDirectory(const Scope& scope, std::uint32_t most_hosts)
    : scope_(scope),
      tenants_(most_hosts * addresses_a_machine),
      machines_(most_hosts),
      client_ids_(most_hosts),
      resolvers_(most_resolvers) {}

std::uint64_t HostDirectory::key(const Address& address) const {
    return hash_of(address, seed_);
}

std::uint64_t HostDirectory::key(Bytes client_id) const {
    return hash_text(text_of(client_id), seed_);
}

void HostDirectory::dhcp(const Packet& packet) {
    const std::lock_guard lock(mutex_);
    constexpr std::uint16_t v4_server = 67, v4_client = 68;
    const bool v4 = packet.destination_port == v4_server || packet.destination_port == v4_client;
    v4 ? dhcp4(packet) : dhcp6(packet);
}

void HostDirectory::dhcp4(const Packet& packet) {
    using Type = Dhcp4::Type;
    const auto dhcp = read_dhcp4(packet.payload);
    if (!dhcp) return;
    name(dhcp->client, dhcp->name, packet.time);
    // An acknowledgment of a lease says for how long and by whom (RFC 2131 table 3); one that was
    // renewed repeats what the client has.
    if (dhcp->type == Type::ack && dhcp->names_server && dhcp->lease && dhcp->given) {
        bind(*dhcp->given, {dhcp->client, 0, Proof::lease}, *dhcp->lease * second,
             dhcp->has != dhcp->given, packet.time);
    } else if (dhcp->type == Type::release && dhcp->has) {
        unbind(*dhcp->has, dhcp->client);
    } else if (dhcp->type == Type::decline && dhcp->asked) {
        unbind(*dhcp->asked, dhcp->client);
    }
}

void HostDirectory::dhcp6(const Packet& packet) {
    using Type = Dhcp6::Type;
    const auto dhcp = read_dhcp6(packet.payload);
    if (!dhcp) return;
    const Mac client = client_of(*dhcp, packet);
    if (!client.known()) return;
    name(client, dhcp->name, packet.time);
    for (const Dhcp6::Lease& lease : dhcp->found()) {
        if (dhcp->type == Type::reply && lease.valid > 0) {
            bind(lease.address, {client, 0, Proof::lease}, lease.valid * second, false,
                 packet.time);
        } else if (dhcp->type == Type::release || dhcp->type == Type::decline) {
            unbind(lease.address, client);
        }
    }
}

// Whose message it is, or whom it is for: as the relay said, or the frame of a message that no
// router passed on, now or earlier; else as the client's identifier says, which may be another
// interface of the same machine.
Mac HostDirectory::client_of(const Dhcp6& dhcp, const Packet& packet) {
    Mac client = dhcp.said_by_relay;
    if (!client.known() && dhcp.by_client() && !dhcp.relayed && is_link_local(packet.source)) {
        client = packet.source_mac;
    }
    if (client.known()) {
        client_ids_.at(key(dhcp.client_id), packet.time) = client;
    } else if (const Mac* earlier = client_ids_.find(key(dhcp.client_id))) {
        client = *earlier;
    } else {
        client = dhcp.in_client_id;
    }
    return client;
}

void HostDirectory::neighbour(const Packet& packet) {
    const auto said = read_neighbour(packet);
    if (!said) return;
    const std::lock_guard lock(mutex_);
    if (said->is_router) {
        machines_.at(key(said->mac), packet.time).router_until = packet.time + router_lifetime;
    }
    if (said->address) {
        bind(*said->address, {said->mac, 0, Proof::neighbour}, neighbour_lifetime, false,
             packet.time);
    }
}

void HostDirectory::saw(const Packet& packet) {
    if (!packet.source_mac.known()) return;
    const std::lock_guard lock(mutex_);
    Machine& machine = machines_.at(key(packet.source_mac), packet.time);
    const auto address = static_cast<std::uint32_t>(key(packet.source));
    const auto now = static_cast<std::uint32_t>(packet.time / second);
    const auto places =
        packet.source.is_v4() ? std::span<Sighting>(machine.v4) : std::span<Sighting>(machine.v6);
    Sighting* place = nullptr;
    for (Sighting& seen : places) {
        if (seen.address == address) {
            place = &seen;
            break;
        }
        if (now - seen.second > sighting_seconds) place = &seen;
    }
    if (place == nullptr) {  // more addresses than one machine has
        machine.router_until = packet.time + router_lifetime;
        place = places.data();
    }
    *place = {address, now};
    if (file_->lists(packet.source_mac) && packet.time > machine.router_until) {
        bind(packet.source, {packet.source_mac, 0, Proof::frame}, frame_lifetime, false,
             packet.time);
    }
}

// `newly`: until now the machine did not have the address.
void HostDirectory::bind(const Address& address, const Tenancy& tenancy, Micros lifetime,
                         bool newly, Micros now) {
    if (!scope_.inside.contains(address) || scope_.excluded.contains(address)) return;
    Tenant& tenant = tenants_.at(key(address), now);
    if (tenant.now.mac.known() && now > tenant.expires) pass_on(tenant, {});
    const bool same = tenant.now.mac == tenancy.mac;
    // A lease is not outdone by who only says that it has the address.
    if (tenant.now.mac.known() && tenancy.proof < tenant.now.proof) return;
    if (!same && (tenant.now.mac.known() || newly)) pass_on(tenant, tenancy);
    tenant.now.mac = tenancy.mac;
    tenant.now.proof = tenancy.proof;
    tenant.expires = now + lifetime;
}

void HostDirectory::unbind(const Address& address, Mac mac) {
    Tenant* tenant = tenants_.find(key(address));
    if (tenant != nullptr && tenant->now.mac == mac) pass_on(*tenant, {});
}

void HostDirectory::pass_on(Tenant& tenant, const Tenancy& to) {
    tenant.before = tenant.now;
    tenant.now = to;
    tenant.now.machine = ++last_machine_;
}

void HostDirectory::name(Mac mac, const std::optional<HostName>& name, Micros now) {
    if (name) machines_.at(key(mac), now).name = name->view();
}

std::uint32_t HostDirectory::machine_at(const Address& address, Micros now) {
    const std::lock_guard lock(mutex_);
    Tenant* tenant = tenants_.find(key(address));
    if (tenant == nullptr) return 0;
    if (tenant->now.mac.known() && now > tenant->expires) pass_on(*tenant, {});
    return tenant->now.machine;
}

bool HostDirectory::is_router(Mac mac, Micros now) const {
    const Machine* machine = machines_.find(key(mac));
    return machine != nullptr && now <= machine->router_until;
}

HostIdentity HostDirectory::identify(const Address& address, std::uint32_t machine,
                                     Micros now) const {
    const std::lock_guard lock(mutex_);
    Tenancy found;
    if (const Tenant* tenant = tenants_.find(key(address))) {
        if (machine == tenant->now.machine) {
            found = tenant->now;
        } else if (machine == tenant->before.machine) {
            found = tenant->before;
        }
    }
    if (found.proof != Proof::lease && is_router(found.mac, now)) found.mac = {};
    HostsFile::Facts facts = file_->find(address, found.mac);
    const Machine* known = found.mac.known() ? machines_.find(key(found.mac)) : nullptr;
    if (!facts.name && known != nullptr && !known->name.empty()) facts.name = known->name;
    return {.key = found.mac.known() ? "mac:" + found.mac.to_string() : address.to_string(),
            .address = {},
            .name = std::move(facts.name),
            .department = std::move(facts.department),
            .site = std::move(facts.site)};
}

}  // namespace umbra
