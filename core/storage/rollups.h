// What statistics of clicks read: counts per link and day, and per campaign and quarter of an hour. Kept per stream, so
// that two processes that store clicks do not wait for each other; summed on read.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "core/storage/database.h"
#include "proto/wire/ids.h"

namespace footfall::core {

struct RollupKey {
  std::int64_t quarter = 0;  // of an hour, from 1970, of the click's id: days of any time zone are sums of quarters
  wire::CampaignId campaign;
  wire::AffiliateId affiliate;
  wire::LinkId link;
  wire::AccountId account;
  wire::Mode mode = wire::Mode::live;
  bool operator==(const RollupKey&) const = default;
};
struct RollupCounts {
  std::int64_t gross = 0;
  std::int64_t net = 0;
  std::int64_t uniques = 0;
};

// Sums up what one transaction adds to the roll-ups of a stream, or takes from them. One thread.
class Rollups {
 public:
  void add(const RollupKey& key, const RollupCounts& counts);
  // Notes the links with a click cap whose human clicks change, too (click_caps.h).
  Result<void> write(Database& database, std::int64_t stream_id) const;

 private:
  struct Hash {
    std::size_t operator()(const RollupKey& key) const {
      return (key.link.value * 0x9E3779B97F4A7C15u) ^ (key.affiliate.value * 0xC2B2AE3D27D4EB4Fu) ^
             static_cast<std::size_t>(key.quarter);
    }
  };
  std::unordered_map<RollupKey, RollupCounts, Hash> groups_;
};

}  // namespace footfall::core
