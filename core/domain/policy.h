// What the four dialects do differently with the one model, as values. An account may override some of them; nothing
// else in core asks which dialect an account speaks. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/domain/fraud.h"
#include "core/domain/money.h"
#include "core/domain/privacy.h"
#include "proto/wire/dialect.h"

namespace footfall::core {

// Within what a transaction's own id is unique; a repeat answers with the original.
enum class DuplicateScope : std::uint8_t {
  campaign,  // BaClique: (campaign, external_id), BA-2
  account,   // Selgeo, Affily: (account, mode, id), SE-15, AY-6
  goal,      // AffSpace: (account, mode, goal, id), AF-10
};
enum class Precedence : std::uint8_t { click, code };

// A limit of requests per key. `name` is the zone in limit keys and in `key limits`.
struct LimitZone {
  std::string_view name;
  std::int64_t per_minute = 0;
};

struct Policy {
  wire::Dialect dialect = wire::Dialect::none;
  Rounding rounding = Rounding::half_up;
  DuplicateScope duplicate_scope = DuplicateScope::account;
  // Defaults of a new campaign.
  std::optional<std::int64_t> attribution_window_s;  // none: no limit (AF-28)
  std::int64_t hold_s = 0;
  bool auto_approve = true;
  bool join_review = true;  // who asked on a public campaign's page waits for approval; not in BaClique (BAC-54)
  Precedence precedence = Precedence::click;
  int customer_limit = 0;  // 0: none (AFS-34)
  int click_limit = 0;
  FraudRules fraud;                          // off unless the dialect has them; a campaign may have others
  bool campaign_has_currency = true;         // false: a conversion's own currency counts (BA-8)
  bool model_decides_kind = false;           // CPA pays fixed amounts, CPS and RevShare percentages (AFS-38..40)
  bool needs_deposit = false;                // a live commission is reserved from the merchant's deposit (AY-5)
  bool report_names_campaign = false;        // a conversion is of the campaign that it names (BAC-28)
  bool campaign_has_code = false;            // AffSpace's offer code
  bool amount_in_campaign_currency = false;  // a sale is reported in the campaign's currency (AF-29)
  // A sale that the budget no longer covers: refused (AF-36, BACX-19), or recorded and attributed without a commission
  // (SE-36).
  bool budget_refuses = false;
  PrivacySignals gpc = PrivacySignals::ignore;  // what a click keeps whose visitor sent Sec-GPC or DNT
  std::string_view campaign_prefix;             // of its public id: "cmp_" or "off_"
  std::string_view currency;                    // of a new account
  std::span<const LimitZone> public_zones;      // documented limits of its keys
  std::span<const LimitZone> secret_zones;
};

// `dialect` is not none.
const Policy& policy_of(wire::Dialect dialect);
// One override of an account, by name: "rounding" = truncate|half_up, "duplicate_scope" = campaign|account|goal,
// "deposit" = required|none, "gpc" = ignore|minimal.
Result<void> override_policy(Policy& policy, std::string_view name, std::string_view value);

std::string_view rounding_name(Rounding rounding);
std::string_view duplicate_scope_name(DuplicateScope scope);

}  // namespace footfall::core
