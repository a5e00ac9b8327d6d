// Agents that look at a link for somebody else: previews of messengers and mail programs, search engines, checkers of
// links. A callback that books money by GET must not book for them, while tools (curl, Go, PHP, a tracker's own agent)
// are its senders and stay welcome (FC-7).
#pragma once

#include <string_view>

namespace footfall::core {

class CrawlerList;

// A crawler by ingest's list that says of itself that it reads links, or an office program. Thread-safe, pure.
bool looks_at_links(const CrawlerList& crawlers, std::string_view user_agent);

}  // namespace footfall::core
