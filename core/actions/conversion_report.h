// What a dialect reports of a conversion, and what became of it. All four dialects use this; what they do differently
// is in the report and in the account's policy. ConversionRounds::record() books a report.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/domain/attribution.h"
#include "core/storage/campaigns.h"
#include "core/storage/conversions.h"
#include "proto/wire/ids.h"

namespace footfall::core {

// Identifiers may come with blanks and invisible characters; they are booked without.
struct ConversionReport {
  std::optional<wire::ClickId> click;
  std::optional<std::string> promo_code;
  std::optional<std::string> affiliate_code;  // with campaign (BAC-32)
  // An earlier conversion of the customer, whose credit this one follows, whatever the code and the age of the click;
  // not_attributed where that one is credited no more, or its click does not count. None: the signals decide.
  ConversionId follows = {};
  const CampaignRow* campaign = nullptr;  // that the caller named, outlives the call; null: the signal's
  std::optional<std::string> external_id;
  std::string goal = "purchase";
  std::optional<std::string> customer_id;
  std::optional<std::string> prospect_email;
  std::optional<std::int64_t> amount_minor;  // with its currency; or …
  std::optional<std::string> currency;       // upper case, known
  // … a decimal in the campaign's currency, read when that is known (AFS-20, AF-7), if the account's policy says so.
  // `currency`, if given, must then be the campaign's (AF-29); a campaign without one counts in the account's.
  std::optional<std::string> amount_text;
  std::optional<std::int64_t> occurred_us;  // the sale; attribution window and order are judged by it
  std::optional<std::string> metadata;      // JSON object text
  std::string request_id;
  std::int64_t received_us = 0;  // hold, terms and statistics count from here

  std::int64_t sale_us() const { return occurred_us.value_or(received_us); }

  bool caller_is_remembered = false;       // book only if the caller's stamp still holds
  bool click_settled = false;              // a click that is unknown now stays unknown: do not ask to wait
  bool click_may_still_come = false;       // its edge is silent: book it unresolved (PROTOCOL.md 12)
  std::int64_t unresolved_s = 7 * 86'400;  // for how long a late click may still decide it
  bool must_attribute = false;             // refuse what cannot be attributed, instead of booking it as such
  bool dry_run = false;                    // judge and answer, and leave nothing behind (AF-18)
};

enum class RecordOutcome : std::uint8_t {
  booked,
  needs_click,           // the click is not stored (yet): wait for it, then report again with click_settled
  no_signal,             // neither click nor code
  mode_mismatch,         // the signal belongs to the account's other mode (SEL-31)
  duplicate,             // `conversion` is the original
  customer_limit,        // `conversion` is the customer's earlier one (AFS-34)
  click_limit,           // … the click's (AFS-35)
  click_of_another,      // must_attribute: the click belongs to another account (AFS-30)
  not_attributed,        // must_attribute: `attribution` says why; or what it follows is not credited
  time_implausible,      // occurred_us is too far from the time of receipt
  amount_required,       // a share of an amount that was not reported (AFS-31)
  amount_invalid,        // amount_text is no decimal
  amount_not_positive,   // AFS-32
  currency_mismatch,     // AF-29
  budget_exceeded,       // BACX-19
  insufficient_deposit,  // AY-5
};

struct RecordedConversion {
  RecordOutcome outcome = RecordOutcome::booked;
  ConversionRow conversion;  // booked, duplicate and the limits
  Attribution attribution;   // booked, not_attributed
};

}  // namespace footfall::core
