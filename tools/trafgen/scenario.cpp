#include "tools/trafgen/scenario.hpp"

#include <fmt/format.h>

#include <array>

#include "tools/trafgen/activity.hpp"
#include "tools/trafgen/quic.hpp"

namespace umbra::trafgen {
namespace {

constexpr std::array<std::string_view, kind_count> kind_names{
    "tls",    "nameless",  "quic", "dns",        "http",    "connect",
    "stream", "datagrams", "syn",  "half-hello", "activity"};

// clang-format off
constexpr Scenario list[] = {
    // shares: tls, nameless, quic, dns, http, connect, stream, datagrams, syn, half-hello, activity
    {"office", "a working day's mixture of everything",    {50, 4, 14, 22, 3, 2, 3, 2, 0, 0}, 4, 12'000, 30},
    {"mix", "many flows at a time: the speed measurement", {55, 0, 20, 20, 0, 0, 3, 2, 0, 0}, 3, 22'000, 30},
    {"manyflows", "as mix, short ones: a million at a time",    {55, 0, 20, 20, 0, 0, 3, 2, 0, 0}, 2, 60, 10},
    {"tls", "TLS alone",                                   {1, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 6, 24'000, 30},
    {"quic", "QUIC alone",                                 {0, 0, 1, 0, 0, 0, 0, 0, 0, 0}, 6, 24'000, 30},
    {"dns", "a flood of DNS questions and answers",        {0, 0, 0, 1, 0, 0, 0, 0, 0, 0}, 0, 0, 0},
    {"synflood", "SYN packets from forged addresses",      {0, 0, 0, 0, 0, 0, 0, 0, 1, 0}, 0, 0, 0},
    {"smallpackets", "long flows of small packets",        {0, 0, 0, 0, 0, 0, 1, 1, 0, 0}, 60, 6, 1},
    {"newflows", "flows of one packet, each of them new",  {0, 0, 0, 0, 0, 0, 0, 1, 0, 0}, 0, 0, 0},
    {"halfhello", "ClientHellos that are never completed", {0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 0, 0, 0},
    {"activities", "pages, chats, uploads, …, labelled",   {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 0, 0, 0},
};
// clang-format on

constexpr std::uint16_t https = 443, http = 80, domain = 53, proxy_port = 3128;

Address v4(unsigned a, unsigned b, unsigned c, unsigned d) {
    const std::array<std::uint8_t, 4> bytes{
        static_cast<std::uint8_t>(a), static_cast<std::uint8_t>(b), static_cast<std::uint8_t>(c),
        static_cast<std::uint8_t>(d)};
    return Address::v4(bytes.data());
}

Address v6(std::uint32_t prefix, std::uint32_t last) {
    Address address;
    for (int i = 0; i < 4; ++i) {
        address.bytes[static_cast<std::size_t>(i)] =
            static_cast<std::uint8_t>(prefix >> (24 - 8 * i));
        address.bytes[12 + static_cast<std::size_t>(i)] =
            static_cast<std::uint8_t>(last >> (24 - 8 * i));
    }
    return address;
}

const Address resolver = v4(10, 31, 0, 53), proxy = v4(10, 31, 0, 80);

// Mostly as Chromium does it, else in any form that comes in datagrams of their own.
QuicFlight quic_flight(Random& random) {
    if (random.chance(70)) return {};
    QuicFlight flight = any_quic_flight(random);
    flight.merge = false;
    return flight;
}

std::string_view path_of(Kind kind) {
    return kind == Kind::http ? "/v1/chat/completions" : "/";
}

}  // namespace

std::span<const Scenario> scenarios() {
    return list;
}

std::optional<Kind> kind_named(std::string_view text) {
    const auto found = std::find(kind_names.begin(), kind_names.end(), text);
    if (found == kind_names.end()) return std::nullopt;
    return static_cast<Kind>(found - kind_names.begin());
}

Factory::Factory(std::uint64_t seed, const Scenario& scenario, const Population& population)
    : random_(seed),
      scenario_(scenario),
      population_(population),
      next_port_(population.hosts, 40000) {
    for (const unsigned share : scenario.shares)
        share_sum_ += share;
    for (const Site& site : sites())
        weight_sum_ += site.weight;
}

Kind Factory::choose_kind() {
    std::uint64_t place = random_.below(share_sum_);
    std::size_t kind = 0;
    while (place >= scenario_.shares[kind])
        place -= scenario_.shares[kind++];
    return static_cast<Kind>(kind);
}

std::size_t Factory::choose_site() {
    std::uint64_t place = random_.below(weight_sum_);
    std::size_t site = 0;
    while (place >= sites()[site].weight)
        place -= sites()[site++].weight;
    return site;
}

// Every eighth host speaks IPv6. A port comes again after 20,000 conversations of its host.
End Factory::client(unsigned host) {
    std::uint16_t& port = next_port_[host];
    port = port >= 59999 ? 40000 : static_cast<std::uint16_t>(port + 1);
    if (host % 8 == 7) return {v6(0xfd200000, host + 1), port};
    return {v4(10, 20 + host / 62500, host / 250 % 250, host % 250 + 1), port};
}

End Factory::server(std::size_t site, bool is_v4, std::uint16_t port) const {
    const auto number = static_cast<unsigned>(site + 1);
    if (!is_v4) return {v6(0x20010db8, number), port};
    return {site % 2 == 0 ? v4(203, 0, 113, number) : v4(198, 51, 100, number), port};
}

// An outside address that no name leads to.
End Factory::stranger(bool is_v4) {
    const auto port = static_cast<std::uint16_t>(random_.between(2000, 9000));
    const auto number = static_cast<unsigned>(random_.below(65536));
    if (!is_v4) return {v6(0x20010db8, 0x12000000 + number), port};
    return {v4(198, 18, number / 256, number % 256), port};
}

Conversation Factory::lookup(const End& client, std::size_t site, Micros begin) {
    const Site& asked = sites()[site];
    const bool is_v4 = client.address.is_v4();
    const auto id = static_cast<std::uint16_t>(random_.word());
    const End server_end{is_v4 ? resolver : v6(0xfd310000, 53), domain};
    Script script(random_, Transport::udp, client, server_end, begin, 0);
    script.say(true, dns_query(id, asked.name, !is_v4));
    script.say(false, dns_answer(id, asked.name, asked.alias, server(site, is_v4, 0).address));
    Conversation made = script.take();
    made.kind = "dns";
    return made;
}

void Factory::turns(Script& script, unsigned count) {
    for (; count > 0; --count) {
        const std::uint64_t answer =
            random_.between(scenario_.answer_bytes / 3 + 1, scenario_.answer_bytes * 5 / 3 + 1);
        script.say_filler(
            true, random_.between(scenario_.least_question, answer / 5 + scenario_.least_question));
        script.say_filler(false, answer);
        // One question in a hundred uploads a document.
        if (scenario_.answer_bytes > 1000 && random_.below(100) == 0) {
            script.say_filler(true, random_.between(200'000, 900'000));
        }
    }
}

void Factory::name(Conversation& made, Kind kind, std::size_t site) const {
    made.kind = kind_names[static_cast<std::size_t>(kind)];
    switch (kind) {
        case Kind::tls:
            made.evidence = Evidence::sni;
            break;
        case Kind::quic:
            made.evidence = Evidence::quic_sni;
            break;
        case Kind::http:
            made.evidence = Evidence::http_host;
            break;
        case Kind::connect:
            made.evidence = Evidence::connect_host;
            break;
        case Kind::nameless:
            made.evidence = Evidence::dns;
            break;
        default:
            return;
    }
    made.name = sites()[site].name;
    made.service = sites()[site].service;
}

Conversation Factory::conversation(Kind kind, const End& client, std::size_t site, Micros begin,
                                   Micros lifetime) {
    const std::string_view host = sites()[site].name;
    const bool is_v4 = client.address.is_v4();
    const bool udp = kind == Kind::quic || kind == Kind::datagrams;
    const unsigned count =
        static_cast<unsigned>(random_.between(scenario_.turns / 2, scenario_.turns * 3 / 2));
    End other = server(site, is_v4, kind == Kind::http ? http : https);
    if (kind == Kind::connect)
        other = is_v4 ? End{proxy, proxy_port} : End{v6(0xfd310000, 80), proxy_port};
    if (kind == Kind::stream || kind == Kind::datagrams || kind == Kind::half_hello) {
        other = stranger(is_v4);
    }
    End from = client;
    if (kind == Kind::syn)
        from = {v4(100, 64 + static_cast<unsigned>(random_.below(64)),
                   static_cast<unsigned>(random_.below(256)),
                   static_cast<unsigned>(random_.below(256))),
                static_cast<std::uint16_t>(random_.between(1024, 65535))};
    Script script(random_, udp ? Transport::udp : Transport::tcp, from, other, begin, lifetime);

    const auto mistreated = [&](bool always) { return always || random_.chance(10); };
    const auto open_with = [&](const Message& message) {
        const bool split = mistreated(population_.split), reorder = mistreated(population_.reorder),
                   repeat = mistreated(population_.repeat);
        script.open_with(message, split, reorder, repeat);
    };
    const auto hello = [&](bool with_name) {
        const auto message =
            client_hello(random_, with_name ? std::optional(host) : std::nullopt, false);
        return tls_records(message, random_.chance(5) ? random_.between(1, 600) : 16384);
    };
    switch (kind) {
        case Kind::tls:
        case Kind::nameless:
            script.handshake();
            open_with(hello(kind == Kind::tls));
            script.say(false, tls_server_head(random_));
            turns(script, count);
            break;
        case Kind::http:
        case Kind::connect: {
            script.handshake();
            const bool tunnel = kind == Kind::connect;
            open_with(
                text_message(tunnel ? fmt::format("CONNECT {0}:443 HTTP/1.1\r\nHost: "
                                                  "{0}:443\r\nProxy-Connection: keep-alive\r\n\r\n",
                                                  host)
                                    : fmt::format("POST {} HTTP/1.1\r\nUser-Agent: "
                                                  "trafgen\r\nHost: {}\r\nAccept: */*\r\n\r\n",
                                                  path_of(kind), host)));
            script.say(false,
                       text_message(
                           tunnel ? "HTTP/1.1 200 Connection established\r\n\r\n"
                                  : "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"));
            turns(script, count);
            break;
        }
        case Kind::quic:
            for (const Message& datagram : quic_client_initials(
                     random_, client_hello(random_, host, true), quic_flight(random_))) {
                script.say(true, datagram);
            }
            script.say(false, quic_server_initial(random_));
            turns(script, count);
            break;
        case Kind::stream:
            script.handshake();
            turns(script, count);
            break;
        case Kind::datagrams:
            script.say_filler(true, random_.between(1, 18));
            turns(script, count);
            break;
        case Kind::syn:
            script.syn_only();
            break;
        case Kind::half_hello: {
            script.handshake();
            Message part = hello(true);
            part.resize(random_.between(6, 60));
            script.say(true, part);
            break;
        }
        case Kind::dns:
        case Kind::activity:
            break;
    }
    const bool ends = !udp && kind != Kind::syn && kind != Kind::half_hello;
    if (ends && random_.chance(5)) {
        script.reset();
    } else if (ends) {
        script.close();
    }
    Conversation made = script.take();
    name(made, kind, site);
    return made;
}

// The hosts take turns: as long as there are more of them than activities, each does one thing, and
// its rows can be told.
std::vector<Conversation> Factory::activity(Micros begin) {
    const unsigned host = next_actor_;
    next_actor_ = (next_actor_ + 1) % population_.hosts;
    const auto site_named = [](std::string_view name) {
        const auto found = std::ranges::find(sites(), name, &Site::name);
        return static_cast<std::size_t>(found - sites().begin());
    };
    const bool is_v4 = client(host).address.is_v4();
    const Ends ends{[&] { return client(host); },
                    [&](std::string_view name) { return server(site_named(name), is_v4, https); },
                    [&](std::string_view name, Micros time) {
                        return lookup(client(host), site_named(name), time);
                    }};
    return act(static_cast<Activity>(random_.below(activity_count)), random_, ends, begin);
}

std::vector<Conversation> Factory::make(Micros begin, Micros lifetime) {
    const Kind kind = choose_kind();
    if (kind == Kind::activity) return activity(begin);
    const std::size_t site = choose_site();
    const End from = client(any_host());
    std::vector<Conversation> made;
    if (kind == Kind::dns || kind == Kind::nameless) made.push_back(lookup(from, site, begin));
    if (kind == Kind::dns) return made;
    const Micros after_lookup = begin + (made.empty() ? 0 : 40'000);
    made.push_back(conversation(kind, from, site, after_lookup, lifetime));
    return made;
}

}  // namespace umbra::trafgen
