// Whom a conversion credits, and why. Pure: evidence in, decision out. The reason is a stable word that clients and the
// command line may match; the explanation is a sentence for people (SEL-28, SE-8).
//
// The rule: the last eligible human click inside its window, or the code, as the program's precedence says; the other
// signal stands in when the first does not hold (SE-9, BA-4). A click is eligible if it was human, credits an affiliate
// who is still in the program, and the program is active.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/domain/policy.h"
#include "proto/wire/ids.h"

namespace footfall::core {

enum class AttributionMethod : std::uint8_t { none, click, promo_code, affiliate_code };
enum class AttributionReason : std::uint8_t {
  click_in_window,
  promo_code,
  affiliate_code,
  earlier_conversion,  // a subscription goes on, and its first conversion was credited
  no_signal,
  click_unknown,              // no such click in this account and mode
  click_unresolved,           // it may still come: its edge was retired or is silent (PROTOCOL.md 12)
  click_expired,              // older than the program's window at the time of the sale
  click_after_sale,           // made later than the sale
  click_not_human,            // its verdict is not zero
  click_of_another_campaign,  // than the one that the report names
  click_credits_nobody,       // its link had no active affiliate when it was followed
  affiliate_inactive,         // suspended, removed, erased or not yet approved
  campaign_inactive,
  code_unknown,
  code_disabled,
};

std::string_view method_name(AttributionMethod method);  // "click", "promo_code", "affiliate_code"; "" for none
std::string_view reason_name(AttributionReason reason);

// Who would earn, and under what program.
struct Earner {
  wire::CampaignId campaign;
  wire::AffiliateId affiliate;  // none: nobody
  bool campaign_active = false;
  bool campaign_exists = true;           // false: deleted (AFS-27 tells it from one that is not active)
  bool affiliate_active = false;         // the affiliate and the enrolment both
  std::optional<std::int64_t> window_s;  // none: no limit
  Precedence precedence = Precedence::click;
};

struct ClickEvidence {
  wire::ClickId id;
  std::int64_t received_us = 0;  // by the edge's clock
  std::uint32_t verdict = 0;
  bool conflicting = false;  // another click came under the same id: a person must look (PROTOCOL.md 11)
  Earner earner;
};

struct CodeEvidence {
  AttributionMethod kind = AttributionMethod::promo_code;
  bool enabled = true;
  Earner earner;
};

struct Signals {
  bool click_given = false;
  bool click_may_still_come = false;
  std::span<const ClickEvidence> clicks = {};  // what was found, any order
  wire::CampaignId campaign = {};              // that the report names: a click of another one does not count
  bool code_given = false;
  std::optional<CodeEvidence> code = {};  // none: unknown
};

// A signal that was given and not used.
struct UnusedSignal {
  AttributionMethod signal = AttributionMethod::none;
  AttributionReason reason = AttributionReason::no_signal;
  bool credits = false;  // it would have, but for the program's precedence
  Earner earner = {};
};

struct Attribution {
  bool attributed = false;
  AttributionMethod method = AttributionMethod::none;
  AttributionReason reason = AttributionReason::no_signal;
  std::string explanation;
  bool review = false;
  Earner earner = {};                         // when attributed; else what is known of the program, for the record
  std::optional<wire::ClickId> click = {};    // the click that was chosen, or the one that failed
  std::optional<std::int64_t> window_s = {};  // that the click was judged by, if one was
  std::optional<Precedence> precedence = {};  // where both signals were given
  std::optional<UnusedSignal> unused = {};    // … the one that did not decide
};

// `sale_us`: when the sale was made, or, if that was not reported, when the report arrived. Window and order are judged
// by it. The clocks of the edge and of the merchant differ: a click up to kClockDifferenceMax_us after the sale counts
// as made with it.
inline constexpr std::int64_t kClockDifferenceMax_us = 300 * 1'000'000LL;
Attribution attribute(const Signals& signals, std::int64_t sale_us);
// For a conversion that follows an earlier one of the same customer: credited to the same earner by the same method,
// whatever the age of the click, as long as the earner may still earn.
Attribution attribute_following(const Earner& earner, AttributionMethod method);

// Why a conversion is credited, or is not any more, since its click was judged again.
std::string rejudged_explanation(bool is_human);

// Whether a sale can have been made at that time, given when its report arrived: up to two years before, for reports of
// the past that a merchant brings in late, and up to ten minutes after, for clocks that are fast.
inline constexpr std::int64_t kSaleAgeMax_us = 731 * 86'400 * 1'000'000LL;
inline constexpr std::int64_t kSaleAheadMax_us = 600 * 1'000'000LL;
bool is_plausible_sale_time(std::int64_t sale_us, std::int64_t received_us);

}  // namespace footfall::core
