// Identifies the visitor of a click without keeping who it was: a keyed hash (proto/wire/visitor_hash.h), salted with
// random bytes of the UTC day that are deleted after it (proto/wire/visitor_salts.h). Repeats within a day are seen;
// visitors cannot be followed over days, and once the salt is gone nobody can find out by trying addresses whose hash
// it is (COMMON.md D-16). Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "edge/directory/directory.h"
#include "proto/base/crypto.h"
#include "proto/http/message.h"
#include "proto/wire/ids.h"
#include "proto/wire/visitor_hash.h"

namespace footfall::edge {

inline constexpr std::size_t kVisitorTokenLength = 32;  // of ours; lower-case hex
using VisitorToken = std::array<char, kVisitorTokenLength>;

// Whose visit: the whole address, whatever of it is kept.
struct VisitorParts {
  std::int64_t at_us = 0;  // gives the day
  http::Address address;
  std::string_view user_agent;  // these two as in wire::Visitor
  std::string_view token;
};
// None: there is no salt of that day, not any more or not yet.
std::optional<wire::VisitorHash> visitor_hash(const VisitorSalts& salts, const VisitorParts& parts);

// The token for a visitor who brought none. The same visitor of the same account gets the same one all day: a retry has
// the same answer, and calling without a token does not make a new visitor each time. Opaque to everybody else. Without
// a salt of the day it is the click's alone.
VisitorToken visitor_token(const SecretsView& secrets, wire::AccountId account, const wire::ClickId& click,
                           const VisitorParts& parts);

// For a link's choice among targets by weight: the same number for the same visitor and link on every day and edge, so
// that a visitor stays with one. It is kept nowhere, and `draw_key` makes nothing else. Of an IPv6 address its network
// counts (/64), since devices change the rest by themselves.
std::uint64_t visitor_draw(const Key128& draw_key, wire::LinkId link, const http::Address& address,
                           std::string_view user_agent);

// What is kept of an address.
enum class AddressKept : std::uint8_t { truncated, full, none };  // truncated: IPv4 to /24, IPv6 to /48
http::Address kept_address(const http::Address& address, AddressKept kept);

}  // namespace footfall::edge
