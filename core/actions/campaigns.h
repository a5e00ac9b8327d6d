// Campaigns, with all that the dialects' dashboards can set. Terms are never changed, only succeeded: a conversion
// keeps the ones that were in force when it arrived.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/actions/caller.h"
#include "core/domain/keys.h"
#include "core/storage/campaigns.h"

namespace footfall::core {

// What one goal pays; amounts are texts, read exactly in the campaign's currency.
struct CommissionFields {
  std::string goal;                                                        // empty: every goal without terms of its own
  std::optional<std::string> rate;                                         // "10%" or "5.00"; absent: as it is
  std::optional<std::vector<std::pair<std::int64_t, std::string>>> tiers;  // from how many conversions on, rate
  bool end = false;  // the goal falls back to the terms of every goal
};

struct CampaignFields {  // what is absent keeps its value, or takes the dialect's default
  std::optional<std::string> name;
  std::optional<std::string> target_url;
  std::optional<std::string> fallback_url;  // empty: none; so with the next three
  std::optional<std::string> currency;      // empty: the conversion's own, where the dialect has that
  std::optional<std::string> click_parameter;
  std::optional<std::vector<std::string>> deep_link_hosts;  // to which ?url= may lead; empty: it means nothing
  std::optional<std::string> budget;                        // of commissions, "1000.00"
  std::optional<std::string> status;                        // draft, active, paused, archived; deleted is final
  std::optional<std::string> model;                         // cpa, cps, revshare
  std::optional<std::string> visibility;                    // public, private
  std::optional<bool> join_review;                          // who asked on the public page waits for approval
  std::optional<std::string> precedence;                    // click, code
  std::optional<std::string> code;                          // AffSpace's offer code
  std::optional<std::string> slug;
  std::optional<std::optional<std::int64_t>> expires_us;            // inner none: never
  std::optional<std::optional<std::int64_t>> attribution_window_s;  // inner none: no limit
  std::optional<std::int64_t> hold_s;
  std::optional<bool> auto_approve;
  std::optional<std::int64_t> customer_limit;  // 0: none
  std::optional<std::int64_t> click_limit;
  std::optional<bool> self_referral;           // the fraud rules (core/domain/fraud.h) …
  std::optional<std::int64_t> duplicate_s;     // … 0: off
  std::optional<std::int64_t> velocity_count;  // … 0: off
  std::optional<std::int64_t> velocity_s;
  std::vector<CommissionFields> commissions;
};

struct Campaign {
  CampaignRow row;
  std::vector<Terms> terms;  // in force, that of every goal first
};

// `fields` must have name, target_url and a commission for every goal.
Result<Campaign> create_campaign(Database& database, const Caller& caller, std::string_view account, wire::Mode mode,
                                 const CampaignFields& fields);
Result<Campaign> update_campaign(Database& database, const Caller& caller, std::string_view public_id,
                                 const CampaignFields& fields);
// The exponent of the campaign's fixed amounts and its budget: its currency's, or else its account's.
int campaign_exponent(const CampaignRow& row);

}  // namespace footfall::core
