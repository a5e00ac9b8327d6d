// Ids. A click id is 128 bits, a UUIDv7, with four text forms; internal ids are distinct integer types that cannot be
// mixed up; public ids of other things are a prefix and 26 characters of Crockford base32.
//
// Layout of a click id minted by an edge (the 74 bits that UUIDv7 leaves free):
//   48 time (ms) | 4 version | 12 edge number | 2 variant | 16 tag | 6 worker | 40 rest
// The tag is a keyed hash of all the other bits, so core can tell an id that some edge minted from an invented one, and
// the edge can refuse a client that offers as its own an id seen in a URL (PROTOCOL.md 11). The rest starts at random
// every millisecond and grows by random steps: unique within a worker by order, across edges by number and chance.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proto/base/crypto.h"

namespace footfall::wire {

template <typename Tag>
struct Identifier {
  std::uint64_t value = 0;
  auto operator<=>(const Identifier&) const = default;
  explicit operator bool() const { return value != 0; }
};
using AccountId = Identifier<struct AccountTag>;
using CampaignId = Identifier<struct CampaignTag>;
using AffiliateId = Identifier<struct AffiliateTag>;
using LinkId = Identifier<struct LinkTag>;
using KeyId = Identifier<struct KeyTag>;

enum class Mode : std::uint8_t { live = 0, test = 1 };

struct ClickId {
  std::array<std::uint8_t, 16> bytes{};
  auto operator<=>(const ClickId&) const = default;
  std::int64_t time_ms() const;       // since 1970 UTC
  std::uint32_t edge_number() const;  // meaningful only with a valid tag
  std::string_view view() const { return {reinterpret_cast<const char*>(bytes.data()), 16}; }
};
// An incarnation is 16 random bytes.
struct Incarnation {
  std::array<std::uint8_t, 16> bytes{};
  auto operator<=>(const Incarnation&) const = default;
  std::string_view view() const { return {reinterpret_cast<const char*>(bytes.data()), 16}; }
  std::string hex() const;
  static Incarnation random();
  static std::optional<Incarnation> from_bytes(std::string_view bytes);
  static std::optional<Incarnation> from_hex(std::string_view hex);
};

inline constexpr std::size_t kUuidLength = 36;
inline constexpr std::size_t kBase32Length = 26;

// Writers to caller's memory (no terminator); the string forms for elsewhere.
void write_uuid(const ClickId& id, char* out36);
void write_base32(const ClickId& id, char* out26, bool upper);
std::string to_uuid(const ClickId& id);            // Selgeo, BaClique
std::string to_base32_upper(const ClickId& id);    // AffSpace
std::string to_click_prefixed(const ClickId& id);  // Affily: click_ + lower case

// Reads any of the four text forms, in any case; none for anything else.
std::optional<ClickId> parse_click_id(std::string_view text);
// Only the 36-character UUID form (Selgeo's typed field, SEL-21), any version.
std::optional<ClickId> parse_uuid(std::string_view text);
std::optional<ClickId> click_id_from_bytes(std::string_view bytes);

bool is_uuid_v7(const ClickId& id);
bool has_valid_tag(const ClickId& id, const Key128& tag_key);

// 12 bits from an edge's name; configuration may set the number outright.
std::uint32_t edge_number_of(std::string_view edge_name);

// Mints ids on one thread. Monotonic: a clock that steps back keeps the last time until it is passed.
class ClickIdMint {
 public:
  ClickIdMint(std::uint32_t edge_number, std::uint32_t worker);  // 12 bits, 6 bits
  ClickId mint(std::int64_t wall_us, const Key128& tag_key);

 private:
  std::uint32_t edge_number_;
  std::uint32_t worker_;
  std::int64_t last_ms_ = 0;
  std::uint64_t rest_ = 0;
  std::uint64_t random_state_[2];
  std::uint64_t next_random();
};

// prefix + 26 lower-case base32 characters of 128 random bits: conv_…, cmp_…, aff_….
std::string new_public_id(std::string_view prefix);

}  // namespace footfall::wire
