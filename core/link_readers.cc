#include "core/link_readers.h"

#include <algorithm>
#include <span>
#include <string>

#include "core/ingest/crawlers.h"
#include "proto/base/bytes.h"

namespace footfall::core {
namespace {

// Parts of names. "bot" alone would be in "robotics", so it has to end a word.
constexpr std::string_view kReaders[] = {
    "crawler",     "spider",       "preview",   "slurp",      "externalhit",   "facebookcatalog", "meta-external",
    "facebot",     "unfurl",       "embed",     "whatsapp",   "telegram",      "viber",           "skype",
    "slack",       "discord",      "snapchat",  "pinterest",  "linkedin",      "vkshare",         "bitly",
    "linkcheck",   "link check",   "validator", "imageproxy", "mediapartners", "google-",         "favicon",
    "feedfetcher", "qualifiedbot", "bluesky",   "mastodon",   "iframely",      "linkexpanding",   "urlpreview",
    "scanner",     "safebrowsing", "headless",  "lighthouse", "archive"};

// Office programs ask for a link before they hand it to the browser. On the list they are no crawlers, for people read
// in them; a callback comes from none of them.
constexpr std::string_view kOfficePrograms[] = {"ms-office", "microsoft office", "outlook"};

bool names_any(const std::string& agent, std::span<const std::string_view> parts) {
  return std::ranges::any_of(parts, [&agent](std::string_view part) { return agent.find(part) != std::string::npos; });
}

bool has_word_that_ends_in_bot(std::string_view agent) {
  for (std::size_t at = agent.find("bot"); at != std::string_view::npos; at = agent.find("bot", at + 3)) {
    const char after = at + 3 < agent.size() ? agent[at + 3] : ' ';
    if (after < 'a' || after > 'z') return true;
  }
  return false;
}

}  // namespace

bool looks_at_links(const CrawlerList& crawlers, std::string_view user_agent) {
  if (user_agent.empty()) return false;
  const std::string agent = to_lower_ascii(user_agent);
  if (names_any(agent, kOfficePrograms)) return true;
  const bool is_reader = has_word_that_ends_in_bot(agent) || names_any(agent, kReaders);
  return is_reader && crawlers.matches(user_agent);
}

}  // namespace footfall::core
