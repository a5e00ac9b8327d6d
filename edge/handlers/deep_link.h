// Deep links: `?url=` on a short link names the page to which the visitor goes, on one of the hosts that the campaign
// allows (core/domain/allowed_hosts.h), and nowhere else: the URL is written anew from parts that every browser reads
// in one way, and whatever is not plain is refused. Pure.
#pragma once

#include <string>
#include <string_view>

namespace footfall::edge {

inline constexpr std::string_view kDeepLinkParameter = "url";

// Replaces `out` by the URL that the short link's query asks for. False: it asks for none, or for one that is not
// allowed; the link's own target counts then. `hosts`: separated by spaces. The URL bears no macro.
bool write_deep_link(std::string& out, std::string_view query, std::string_view hosts);

// The same for one URL, decoded.
bool write_allowed_url(std::string& out, std::string_view url, std::string_view hosts);

}  // namespace footfall::edge
