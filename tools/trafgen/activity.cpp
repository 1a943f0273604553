#include "tools/trafgen/activity.hpp"

#include <array>
#include <set>

#include "tools/trafgen/quic.hpp"
#include "tools/trafgen/sites.hpp"

namespace umbra::trafgen {
namespace {

constexpr std::array<std::string_view, activity_count> labels{"lookup", "page_visit", "chat",
                                                              "upload", "api_loop",   "telemetry"};

// Sites by what their vendors use them for.
constexpr std::string_view chatgpt = "chatgpt.com", chatgpt_assets = "cdn.oaistatic.com",
                           chatgpt_files = "files.oaiusercontent.com",
                           chatgpt_reports = "ab.chatgpt.com";
constexpr std::array pages{chatgpt,
                           std::string_view("claude.ai"),
                           std::string_view("gemini.google.com"),
                           std::string_view("copilot.microsoft.com"),
                           std::string_view("chat.mistral.ai"),
                           std::string_view("www.perplexity.ai")};
constexpr std::array interfaces{
    std::string_view("api.openai.com"), std::string_view("api.anthropic.com"),
    std::string_view("api.mistral.ai"), std::string_view("generativelanguage.googleapis.com")};

constexpr Micros lookup_time = 40'000;

std::string_view any_page(Random& random) {
    return pages[random.below(pages.size())];
}

enum class Speaker : std::uint8_t { browser, programme };

// One connection: who opens it, then questions and answers with pauses between. Three browsers of
// ten speak QUIC.
class Connection {
  public:
    Connection(Random& random, const Ends& ends, std::string_view site, Micros begin,
               Speaker speaker = Speaker::browser)
        : random_(random),
          site_(site),
          quic_(speaker == Speaker::browser && random.chance(30)),
          script_(random, quic_ ? Transport::udp : Transport::tcp, ends.client(), ends.server(site),
                  begin, 0) {
        if (quic_) {
            for (const Message& datagram :
                 quic_client_initials(random, client_hello(random, site, true)))
                script_.say(true, datagram);
            script_.say(false, quic_server_initial(random));
            return;
        }
        script_.handshake();
        const Message hello = speaker == Speaker::browser ? client_hello(random, site, false)
                                                          : library_hello(random, site);
        script_.open_with(tls_records(hello, 16384), false, false, false);
        script_.say(false, tls_server_head(random));
    }

    void wait(Micros least, Micros most) {
        script_.wait(static_cast<Micros>(
            random_.between(static_cast<std::uint64_t>(least), static_cast<std::uint64_t>(most))));
    }
    void ask(std::uint64_t least, std::uint64_t most) {
        script_.say_filler(true, random_.between(least, most));
    }
    // What acknowledges QUIC is payload of UDP: a short datagram for about ten.
    void answer(std::uint64_t least, std::uint64_t most) {
        constexpr std::uint64_t acknowledged = 12'000;
        std::uint64_t length = random_.between(least, most);
        for (; quic_ && length > acknowledged; length -= acknowledged) {
            script_.say_filler(false, acknowledged);
            ask(30, 45);
        }
        script_.say_filler(false, length);
    }
    // A page with its scripts and pictures.
    void load_page() {
        ask(1'500, 12'000);
        answer(100'000, 900'000);
    }
    // Something small that the page or the application sends by itself.
    void report() {
        ask(300, 2'500);
        answer(100, 400);
    }
    // A prompt, one in ten with a pasted text, and its answer as it is written.
    void prompt() {
        ask(1'000, random_.chance(10) ? 40'000 : 6'000);
        for (std::uint64_t parts = random_.between(3, 8); parts > 0; --parts) {
            wait(second / 5, second);
            answer(1'000, 8'000);
        }
    }
    Conversation close() {
        if (!quic_) script_.close();
        Conversation made = script_.take();
        made.kind = quic_ ? "quic" : "tls";
        made.evidence = quic_ ? Evidence::quic_sni : Evidence::sni;
        made.name = site_;
        made.service = std::ranges::find(sites(), site_, &Site::name)->service;
        return made;
    }

  private:
    Random& random_;
    std::string_view site_;
    bool quic_;
    Script script_;
};

std::vector<Conversation> look_up(Random& random, const Ends& ends, Micros begin) {
    std::vector<Conversation> made;
    for (std::uint64_t count = random.between(1, 3); count > 0; --count)
        made.push_back(ends.lookup(any_page(random), begin));
    return made;
}

std::vector<Conversation> visit_pages(Random& random, const Ends& ends, Micros begin) {
    const std::string_view site = any_page(random);
    Connection page(random, ends, site, begin);
    std::optional<Connection> assets;
    if (site == chatgpt) assets.emplace(random, ends, chatgpt_assets, begin);
    for (std::uint64_t count = random.between(1, 6); count > 0; --count) {
        page.load_page();
        page.wait(10 * second, 150 * second);
        if (!assets) continue;
        assets->ask(500, 4'000);
        assets->answer(50'000, 400'000);
        assets->wait(10 * second, 150 * second);
    }
    for (std::uint64_t count = random.between(0, 5); count > 0; --count) {
        page.report();
        page.wait(20 * second, 60 * second);
    }
    std::vector<Conversation> made{page.close()};
    if (assets) made.push_back(assets->close());
    return made;
}

// Some people write on and on, some think for minutes.
std::vector<Conversation> chat(Random& random, const Ends& ends, Micros begin) {
    Connection page(random, ends, any_page(random), begin);
    page.load_page();
    const auto longest = static_cast<Micros>(random.between(20, 150)) * second;
    for (int prompts = 20; prompts > 0; --prompts) {
        page.wait(5 * second, longest);
        page.prompt();
    }
    return {page.close()};
}

// Half of the documents go to a host of their own.
std::vector<Conversation> upload(Random& random, const Ends& ends, Micros begin) {
    constexpr std::uint64_t least = 4'500'000, most = 6'000'000;
    const bool apart = random.chance(50);
    Connection page(random, ends, apart ? chatgpt : any_page(random), begin);
    page.load_page();
    page.wait(5 * second, 60 * second);
    std::vector<Conversation> made;
    if (apart) {
        Connection file(random, ends, chatgpt_files, begin + 20 * second);
        file.ask(least, most);
        file.answer(500, 3'000);
        made.push_back(file.close());
    } else {
        page.ask(least, most);
        page.answer(500, 3'000);
    }
    for (std::uint64_t count = random.between(1, 2); count > 0; --count) {
        page.wait(5 * second, 60 * second);
        page.prompt();
    }
    made.push_back(page.close());
    return made;
}

// One in ten speaks to the host of the pages, as unofficial clients do; one in four sends documents
// along with its questions.
std::vector<Conversation> ask_on_and_on(Random& random, const Ends& ends, Micros begin) {
    const std::string_view site =
        random.chance(10) ? any_page(random) : interfaces[random.below(interfaces.size())];
    Connection api(random, ends, site, begin, Speaker::programme);
    const std::uint64_t most = random.chance(25) ? 120'000 : 20'000;
    const auto longest = static_cast<Micros>(random.between(1, 20)) * second;
    for (std::uint64_t count = random.between(10, 100); count > 0; --count) {
        api.ask(500, most);
        api.wait(second / 2, 3 * second);
        api.answer(500, 8'000);
        api.wait(second / 2, longest);
    }
    return {api.close()};
}

std::vector<Conversation> report(Random& random, const Ends& ends, Micros begin) {
    Connection background(random, ends, random.chance(50) ? any_page(random) : chatgpt_reports,
                          begin);
    for (std::uint64_t count = random.between(10, 40); count > 0; --count) {
        background.report();
        background.wait(20 * second, 60 * second);
    }
    return {background.close()};
}

}  // namespace

std::vector<Conversation> act(Activity activity, Random& random, const Ends& ends, Micros begin) {
    constexpr std::array makers{look_up, visit_pages, chat, upload, ask_on_and_on, report};
    const auto number = static_cast<std::size_t>(activity);
    std::vector<Conversation> made = makers[number](random, ends, begin + lookup_time);
    std::set<std::string> resolved;
    for (std::size_t i = 0, count = made.size(); i < count; ++i) {
        const auto name = made[i].name;
        if (name && resolved.insert(*name).second)
            made.push_back(ends.lookup(*name, made[i].begin() - lookup_time));
    }
    for (Conversation& conversation : made)
        conversation.label = labels[number];
    return made;
}

}  // namespace umbra::trafgen
