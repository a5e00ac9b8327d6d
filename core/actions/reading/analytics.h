// Clicks, conversions, revenue and commissions of the caller's account, in buckets of time, by campaign or affiliate.
// They belong to the merchant: an affiliate's caller finds none. A few statements and one page, however many buckets.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/actions/caller.h"
#include "core/actions/reading/selection.h"
#include "core/storage/analytics.h"

namespace footfall::core {

inline constexpr std::int64_t kAnalyticsDaysMax = 1'100;  // as long as roll-ups are kept

struct AnalyticsQuestion {
  std::int64_t from_day = 0, to_day = 0;  // since 1970, of the account's time zone; both inclusive
  AnalyticsGroup group = AnalyticsGroup::day;
  std::int64_t limit = 100, offset = 0;  // which buckets
};
struct BucketOwner {
  std::string public_id, name;
};
struct Analytics {
  AnalyticsPage page;
  std::map<std::int64_t, BucketOwner> owners;  // of the page's buckets, by campaign or affiliate
};
// Of the caller's account and mode, and of what `of` names. invalid: the range is longer than kAnalyticsDaysMax, or
// ends before it begins.
Result<Analytics> read_analytics(Database& database, const Caller& caller, const AnalyticsQuestion& question,
                                 const OwnerIds& of = {});

}  // namespace footfall::core
