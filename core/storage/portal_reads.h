// What a user of the portal sees: places in campaigns, sums by day, conversions; over all affiliates of the user, live
// mode only. Each is one statement.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/conversion_status.h"
#include "core/storage/users.h"
#include "proto/wire/dialect.h"

namespace footfall::core {

struct Membership {
  std::string campaign_id, campaign_name, campaign_status, account_name;
  std::string status;  // of the enrolment; suspended where the affiliate is in the whole account
  std::string code;
  std::optional<std::string> link_host;  // none: the link was deleted
  std::string target;                    // of the campaign
  wire::Dialect dialect = wire::Dialect::none;
  std::string promo_codes;  // the oldest 20 that are active, with a blank between them
  std::int64_t joined_us = 0;
};
Result<std::vector<Membership>> memberships_of(Database& database, UserId user, int limit);  // newest first
// The one in that campaign, by its public id, if it was not removed.
Result<std::optional<Membership>> membership_in(Database& database, UserId user, std::string_view campaign);

struct PortalDay {
  std::int64_t day = 0;  // since 1970, UTC
  std::int64_t clicks = 0, human_clicks = 0, conversions = 0;
};
// The days from `from_day` on that have any.
Result<std::vector<PortalDay>> portal_days_of(Database& database, UserId user, std::int64_t from_day);

struct PortalMoney {
  std::int64_t day = 0;
  std::string currency;
  std::int64_t pending_minor = 0, approved_minor = 0, paid_minor = 0;
};
// Commissions of conversions since that day, by the day of the conversion and by currency, less what was taken back.
Result<std::vector<PortalMoney>> portal_money_of(Database& database, UserId user, std::int64_t from_day);

struct PortalConversion {
  std::string public_id;
  std::int64_t created_us = 0;
  std::string campaign_name;
  std::optional<std::int64_t> amount_minor;
  std::string currency;
  std::int64_t commission_minor = 0;
  std::string commission_currency;
  ConversionStatus status = ConversionStatus::pending;
  std::string reason;  // why it was rejected, and what the merchant said to it; else empty
  std::optional<std::int64_t> hold_until_us;
};
// Newest first, those that came before the conversion `before` (public id; empty: from the newest on).
Result<std::vector<PortalConversion>> portal_conversions_of(Database& database, UserId user, std::string_view before,
                                                            int limit);

}  // namespace footfall::core
