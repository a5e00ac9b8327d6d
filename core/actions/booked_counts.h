// What tiers and budgets count, as it is within one transaction: what the database has, and what the transaction is
// going to book. Only for a transaction that holds the campaigns' locks (campaign_counts.h), or others book meanwhile.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>

#include "core/storage/campaign_counts.h"
#include "core/storage/conversions.h"
#include "core/storage/database.h"
#include "proto/wire/ids.h"

namespace footfall::core {

class BookedCounts {
 public:
  explicit BookedCounts(Database& database) : database_(database) {}

  // Asks the database for many at once. What was not asked for here is asked for when it is needed.
  Result<void> load(std::span<const CountsQuery> queries);

  // As in campaign_counts.h, and with what was added. The database is asked once for each campaign and affiliate or
  // currency.
  Result<std::int64_t> conversions_before(wire::CampaignId campaign, wire::AffiliateId affiliate);
  Result<std::int64_t> committed_minor(wire::CampaignId campaign, const std::string& currency);
  // A priced row that will be booked.
  void add(const ConversionRow& row);

 private:
  template <typename Key>
  struct Count {
    std::map<Key, std::int64_t> stored, added;
  };

  Database& database_;
  Count<std::pair<wire::CampaignId, wire::AffiliateId>> conversions_;
  Count<std::pair<wire::CampaignId, std::string>> committed_;
};

}  // namespace footfall::core
