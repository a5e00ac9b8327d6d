// What a conversion is judged by: its click, its code and the terms in force. All calls run on the caller's connection,
// inside its transaction if it has one.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/attribution.h"
#include "core/domain/fraud.h"
#include "core/domain/keys.h"
#include "core/domain/terms.h"
#include "core/storage/database.h"
#include "proto/wire/ids.h"

namespace footfall::core {

// The click with what decides on it, or why there is none.
struct ClickLookup {
  std::optional<ClickEvidence> click;  // none: not stored (yet)
  bool in_other_mode = false;          // the account has it there
  bool in_dead_letter = false;         // it could not be stored, and may be once the letter is replayed
  std::string address;                 // with `click`: as kept, 4 or 16 bytes; empty: it was not
  std::string visitor;                 // with `click`: 16 bytes (proto/wire/visitor_hash.h); empty: not known
  std::int64_t judged_pages = 0;       // with `click`: how many pages had been judged again then (rejudgements.h)
};
struct ClickQuery {
  wire::AccountId account;
  wire::Mode mode = wire::Mode::live;
  wire::ClickId id;
};
// In the order of the queries.
Result<std::vector<ClickLookup>> find_clicks(Database& database, std::span<const ClickQuery> queries);
Result<ClickLookup> find_click(Database& database, const ClickQuery& query);

// Whether somebody else's account has a click of this id (AFS-30).
Result<bool> click_of_another(Database& database, wire::AccountId account, const wire::ClickId& id);

struct CodeLookup {
  std::optional<CodeEvidence> code;
  bool in_other_mode = false;
};
Result<CodeLookup> find_promo_code(Database& database, wire::AccountId account, wire::Mode mode, std::string_view code);
// The code of an affiliate of `campaign` (BAC-32), whatever the enrolment's state.
Result<CodeLookup> find_affiliate_code(Database& database, wire::AccountId account, wire::Mode mode,
                                       wire::CampaignId campaign, std::string_view code);

// Who earns by a conversion of that campaign that is credited to that affiliate, as they stand today.
Result<Earner> find_earner(Database& database, wire::CampaignId campaign, wire::AffiliateId affiliate);

// The terms in force for a goal: the goal's own, else those of every goal. None: the campaign has no terms.
struct TermsInForce {
  std::int64_t id = 0;
  Terms terms;
  std::optional<std::string> currency;  // the campaign's; none: the conversion's own counts (BA-8)
  std::int64_t hold_s = 0;
  std::string model;  // cpa, cps, revshare
  int customer_limit = 0;
  int click_limit = 0;
  std::optional<std::int64_t> budget_minor;  // of commissions …
  std::string budget_currency;               // … in the campaign's currency, or its account's
  FraudRules fraud;
};
struct TermsQuery {
  wire::CampaignId campaign;
  std::string goal;
  bool operator==(const TermsQuery&) const = default;
};
// In the order of the queries.
Result<std::vector<std::optional<TermsInForce>>> terms_in_force(Database& database,
                                                                std::span<const TermsQuery> queries);
// … at an earlier time.
Result<std::optional<TermsInForce>> terms_at(Database& database, wire::CampaignId campaign, std::string_view goal,
                                             std::int64_t at_us);

}  // namespace footfall::core
