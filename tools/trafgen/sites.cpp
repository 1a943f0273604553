#include "tools/trafgen/sites.hpp"

namespace umbra::trafgen {
namespace {

constexpr Site list[] = {
    {"chatgpt.com", "openai.chatgpt", "", 60},
    {"ab.chatgpt.com", "openai.chatgpt", "", 10},
    {"cdn.oaistatic.com", "openai.chatgpt", "cdn.oaistatic.com.cdn.example.net", 20},
    {"files.oaiusercontent.com", "openai.chatgpt", "", 8},
    {"api.openai.com", "openai.api", "", 25},
    {"claude.ai", "anthropic.claude", "", 25},
    {"api.anthropic.com", "anthropic.api", "", 12},
    {"gemini.google.com", "google.gemini", "", 20},
    {"generativelanguage.googleapis.com", "google.gemini-api", "", 6},
    {"copilot.microsoft.com", "microsoft.copilot", "copilot.microsoft.com.edge.example.net", 30},
    {"chat.mistral.ai", "mistral.lechat", "", 12},
    {"api.mistral.ai", "mistral.api", "", 8},
    {"www.perplexity.ai", "perplexity.perplexity", "", 10},
    {"chat.deepseek.com", "deepseek.chat", "", 6},
    {"www.deepl.com", "deepl.translator", "", 20},
    {"api.elevenlabs.io", "elevenlabs.elevenlabs", "", 4},
    {"huggingface.co", "huggingface.hub", "", 6},
    {"api.groq.com", "groq.groq", "", 2},
    {"www.midjourney.com", "midjourney.midjourney", "", 3},
    {"suno.com", "suno.suno", "", 2},
    {"intranet.example.org", "", "", 120},
    {"www.example.com", "", "www.example.com.cdn.example.net", 150},
    {"mail.example.org", "", "", 100},
    {"notchatgpt.com", "", "", 3},
    {"chatgpt.com.example.net", "", "", 3},
    {"news.example.net", "", "", 80},
    {"video.example.com", "", "edge7.video.example.net", 60},
    {"updates.example.com", "", "", 60},
    {"a-host-with-a-rather-long-name-for-its-first-label.eu-west-3.example.net", "", "", 10},
    {"telemetry.example.com", "", "", 40},
};

}  // namespace

std::span<const Site> sites() {
    return list;
}

}  // namespace umbra::trafgen
