// Identifies the visitor of a click without keeping who it was: a keyed hash of address, user agent and visitor token,
// salted with the UTC day, so that repeats within a day are seen and visitors cannot be followed over days (COMMON.md
// D-16). Pure.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "proto/base/crypto.h"
#include "proto/http/message.h"
#include "proto/wire/ids.h"

namespace footfall::edge {

using VisitorHash = std::array<std::uint8_t, 16>;
inline std::string_view view_of(const VisitorHash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

inline constexpr std::size_t kVisitorTokenLength = 32;     // of ours; lower-case hex
inline constexpr std::size_t kVisitorTokenBytesMax = 256;  // of what a caller may send
using VisitorToken = std::array<char, kVisitorTokenLength>;

// Whose visit: the whole address, whatever of it is kept.
struct VisitorParts {
  std::int64_t at_us = 0;  // gives the day
  http::Address address;
  std::string_view user_agent;  // cut to wire::kUserAgentBytesMax here
  std::string_view token;       // at most kVisitorTokenBytesMax; may be empty
};
VisitorHash visitor_hash(const Key128& key, const VisitorParts& parts);

// The token for a visitor who brought none. The same visitor of the same account gets the same one all day: a retry has
// the same answer, and calling without a token does not make a new visitor each time. Opaque to everybody else.
VisitorToken visitor_token(const Key128& key, wire::AccountId account, const VisitorParts& parts);

// For a link's choice among targets by weight: the same number for the same visitor and link on every day and edge, so
// that a visitor stays with one. It is kept nowhere. Of an IPv6 address its network counts (/64), since devices change
// the rest by themselves.
std::uint64_t visitor_draw(const Key128& key, wire::LinkId link, const http::Address& address,
                           std::string_view user_agent);

// What is kept of an address.
enum class AddressKept : std::uint8_t { truncated, full, none };  // truncated: IPv4 to /24, IPv6 to /48
http::Address kept_address(const http::Address& address, AddressKept kept);

}  // namespace footfall::edge
