// The click and its codec. The edge writes the protobuf encoding by hand, straight into its batch, without allocating;
// core reads it with the generated code. A batch is the concatenation of its clicks' encodings plus a trailer, which
// protobuf defines to be the same message.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proto/wire/ids.h"

namespace footfall::wire {

// Why a click does not count (the table of D-17 in core/api/COMMON.md). The edge sets the first group, ingest the
// second. Zero: it counts (net). Numbers are stored: none is used for something else, and 1 << 11 never was.
enum Verdict : std::uint32_t {
  kVerdictHead = 1u << 0,      // HEAD
  kVerdictPrefetch = 1u << 1,  // Sec-Purpose, Purpose, X-Moz, X-Purpose
  kVerdictNoAgent = 1u << 2,   // empty or absent User-Agent
  kVerdictOrigin = 1u << 3,    // reported by another site than the key's
  kVerdictLimit = 1u << 4,     // more clicks of one address in a minute than a person makes
  kVerdictBot = 1u << 8,       // user agent on the crawler list
  kVerdictNetwork = 1u << 9,   // address in a configured network
  kVerdictRevoked = 1u << 10,  // received after its key was revoked (PROTOCOL.md 16)
};
inline constexpr std::uint32_t kEdgeVerdicts =
    kVerdictHead | kVerdictPrefetch | kVerdictNoAgent | kVerdictOrigin | kVerdictLimit;

// What truncation leaves of an address.
inline constexpr unsigned kTruncatedIpv4Bits = 24;
inline constexpr unsigned kTruncatedIpv6Bits = 48;

// "head", "prefetch", …; empty for an unknown bit. Stable: used in metrics, exports and the command line.
std::string_view verdict_name(std::uint32_t bit);
std::string verdict_names(std::uint32_t verdict);  // comma separated; "human" for zero

// What a visitor asked for in a header. Core applies the account's policy before it stores the click (COMMON.md D-45).
enum PrivacySignal : std::uint32_t {
  kPrivacyGpc = 1u << 0,  // Sec-GPC: 1
  kPrivacyDnt = 1u << 1,  // DNT: 1
};

enum class ClickSource : std::uint8_t { redirect = 0, posted = 1, posted_client_id = 2 };

// Bounds: what is longer is cut by the edge, between characters, and counted. The query's leaves room for five sub ids
// of which every byte is an escape.
inline constexpr std::size_t kUserAgentBytesMax = 512;
inline constexpr std::size_t kReferrerBytesMax = 1024;
inline constexpr std::size_t kLandingBytesMax = 2048;
inline constexpr std::size_t kQueryBytesMax = 6 * 1024;
// No encoded click is longer.
inline constexpr std::size_t kClickBytesMax = 10 * 1024;

struct Click {  // views: the caller keeps what they point into alive
  ClickId id;
  std::int64_t received_us = 0;
  AccountId account;
  Mode mode = Mode::live;
  CampaignId campaign;
  AffiliateId affiliate;
  LinkId link;
  KeyId key;
  std::uint32_t verdict = 0;
  std::uint32_t privacy = 0;  // bits of PrivacySignal
  ClickSource source = ClickSource::redirect;
  std::string_view visitor;  // 16 bytes or empty
  std::string_view ip;       // 4 or 16 bytes or empty
  std::string_view user_agent;
  std::string_view referrer;
  std::string_view landing;
  std::string_view query;
};

// Appends `click` to `out` as field 1 of a ClickBatch (tag, length, message). Over-long views are cut to their bounds
// here. Returns the number of bytes appended, at most kClickBytesMax.
std::size_t append_click(std::string& out, const Click& click);

// Why numbers hold no click (schema/click.proto).
enum class VoidReason : std::uint32_t {
  none = 0,
  never_acknowledged = 1,
  unreadable = 2,
  forgotten = 3,
  lost_tail = 4
};
inline constexpr std::size_t kVoidReasons = 5;

// Appends the trailer: incarnation, first, last, void reason. Clicks before it and the trailer together are one
// ClickBatch. For a void run there are no clicks.
void append_batch_trailer(std::string& out, const Incarnation& incarnation, std::uint64_t first, std::uint64_t last,
                          VoidReason reason);

}  // namespace footfall::wire
