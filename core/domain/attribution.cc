// Each signal is judged on its own, and the judgement says why it credits somebody or not. Then the program's
// precedence chooses between click and code. All explanations are put together here, so that no two places word the
// same reason.
#include "core/domain/attribution.h"

#include <algorithm>

namespace footfall::core {
namespace {

constexpr std::int64_t kMicrosecondsPerSecond = 1'000'000;

std::string duration_text(std::int64_t seconds) {
  struct Unit {
    std::int64_t seconds;
    const char* name;
  };
  constexpr Unit kUnits[] = {{86'400, "day"}, {3'600, "hour"}, {60, "minute"}, {1, "second"}};
  for (const Unit& unit : kUnits) {
    if (seconds < unit.seconds) continue;
    const std::int64_t count = seconds / unit.seconds;
    return std::to_string(count) + " " + unit.name + (count == 1 ? "" : "s");
  }
  return "0 seconds";
}

// What keeps an earner from earning, whatever the signal was; none if nothing does.
std::optional<Attribution> refusal_of(const Earner& earner, const char* signal) {
  Attribution refused;
  refused.earner = earner;
  if (!earner.campaign_active) {
    refused.reason = AttributionReason::campaign_inactive;
    refused.explanation = std::string("The ") + signal + " belongs to a program that is not active.";
    return refused;
  }
  if (!earner.affiliate) {
    refused.reason = AttributionReason::click_credits_nobody;
    refused.explanation = std::string("The ") + signal + " belongs to a link that credits no partner.";
    return refused;
  }
  if (!earner.affiliate_active) {
    refused.reason = AttributionReason::affiliate_inactive;
    refused.explanation = std::string("The ") + signal + " belongs to a partner who is not active in the program.";
    return refused;
  }
  return std::nullopt;
}

Attribution judge_click(const ClickEvidence& click, wire::CampaignId named, std::int64_t sale_us) {
  Attribution judged;
  judged.click = click.id;
  if (named && click.earner.campaign != named) {
    judged.reason = AttributionReason::click_of_another_campaign;
    judged.explanation = "The click belongs to another program than the one that was named.";
    return judged;
  }
  judged.earner = click.earner;
  judged.window_s = click.earner.window_s;
  if (click.verdict != 0) {
    judged.reason = AttributionReason::click_not_human;
    judged.explanation = "The click was not made by a person (crawler, prefetch or preview), so it earns nothing.";
    return judged;
  }
  if (auto refused = refusal_of(click.earner, "click")) {
    refused->click = click.id;
    refused->window_s = click.earner.window_s;
    return *refused;
  }
  if (click.received_us > sale_us + kClockDifferenceMax_us) {
    judged.reason = AttributionReason::click_after_sale;
    judged.explanation = "The click was made " + duration_text((click.received_us - sale_us) / kMicrosecondsPerSecond) +
                         " after the sale, so it cannot have led to it.";
    return judged;
  }
  const std::int64_t age_us = std::max<std::int64_t>(0, sale_us - click.received_us);
  if (click.earner.window_s && age_us > *click.earner.window_s * kMicrosecondsPerSecond) {
    judged.reason = AttributionReason::click_expired;
    judged.explanation = "The click was " + duration_text(age_us / kMicrosecondsPerSecond) +
                         " old when the sale was made; the program's attribution window is " +
                         duration_text(*click.earner.window_s) + ".";
    return judged;
  }
  judged.attributed = true;
  judged.method = AttributionMethod::click;
  judged.reason = AttributionReason::click_in_window;
  judged.review = click.conflicting;
  judged.explanation =
      "Attributed to the click made " + duration_text(age_us / kMicrosecondsPerSecond) + " before the conversion" +
      (click.earner.window_s ? ", inside the attribution window of " + duration_text(*click.earner.window_s) + "."
                             : ".");
  if (click.conflicting) judged.explanation += " Another click came under the same id, so it is held for review.";
  return judged;
}

// The last eligible click; if none is, the judgement of the latest one says why.
Attribution judge_clicks(const Signals& signals, std::int64_t sale_us) {
  Attribution best;
  if (signals.clicks.empty()) {
    best.reason = signals.click_may_still_come ? AttributionReason::click_unresolved : AttributionReason::click_unknown;
    best.explanation = signals.click_may_still_come
                           ? "The click has not arrived yet; the conversion is attributed when it does."
                           : "No click with this id is known.";
    return best;
  }
  const ClickEvidence* chosen = nullptr;
  for (const ClickEvidence& click : signals.clicks) {
    Attribution judged = judge_click(click, signals.campaign, sale_us);
    const bool better = chosen == nullptr || (judged.attributed && !best.attributed) ||
                        (judged.attributed == best.attributed && click.received_us > chosen->received_us);
    if (better) {
      chosen = &click;
      best = std::move(judged);
    }
  }
  return best;
}

Attribution judge_code(const Signals& signals) {
  Attribution judged;
  const bool promo = !signals.code || signals.code->kind == AttributionMethod::promo_code;
  const char* const name = promo ? "promo code" : "affiliate code";
  if (!signals.code) {
    judged.reason = AttributionReason::code_unknown;
    judged.explanation = "The code is not known.";
    return judged;
  }
  if (!signals.code->enabled) {
    judged.reason = AttributionReason::code_disabled;
    judged.earner = signals.code->earner;
    judged.explanation = std::string("The ") + name + " is disabled.";
    return judged;
  }
  if (auto refused = refusal_of(signals.code->earner, name)) return *refused;
  judged.attributed = true;
  judged.method = signals.code->kind;
  judged.reason = promo ? AttributionReason::promo_code : AttributionReason::affiliate_code;
  judged.earner = signals.code->earner;
  judged.explanation = std::string("Attributed by the ") + name + ".";
  return judged;
}

}  // namespace

std::string_view method_name(AttributionMethod method) {
  switch (method) {
    case AttributionMethod::none:
      return "";
    case AttributionMethod::click:
      return "click";
    case AttributionMethod::promo_code:
      return "promo_code";
    case AttributionMethod::affiliate_code:
      return "affiliate_code";
  }
  return "";
}

std::string_view reason_name(AttributionReason reason) {
  switch (reason) {
    case AttributionReason::click_in_window:
      return "click_in_window";
    case AttributionReason::promo_code:
      return "promo_code";
    case AttributionReason::affiliate_code:
      return "affiliate_code";
    case AttributionReason::earlier_conversion:
      return "earlier_conversion";
    case AttributionReason::no_signal:
      return "no_signal";
    case AttributionReason::click_unknown:
      return "click_unknown";
    case AttributionReason::click_unresolved:
      return "click_unresolved";
    case AttributionReason::click_expired:
      return "click_expired";
    case AttributionReason::click_after_sale:
      return "click_after_sale";
    case AttributionReason::click_not_human:
      return "click_not_human";
    case AttributionReason::click_of_another_campaign:
      return "click_of_another_campaign";
    case AttributionReason::click_credits_nobody:
      return "click_credits_nobody";
    case AttributionReason::affiliate_inactive:
      return "affiliate_inactive";
    case AttributionReason::campaign_inactive:
      return "campaign_inactive";
    case AttributionReason::code_unknown:
      return "code_unknown";
    case AttributionReason::code_disabled:
      return "code_disabled";
  }
  return "";
}

std::string rejudged_explanation(bool is_human) {
  return is_human ? "Attributed to the click, which was judged again and was made by a person."
                  : "The click was judged again and was not made by a person, so it earns nothing.";
}

bool is_plausible_sale_time(std::int64_t sale_us, std::int64_t received_us) {
  return sale_us >= received_us - kSaleAgeMax_us && sale_us <= received_us + kSaleAheadMax_us;
}

Attribution attribute_following(const Earner& earner, AttributionMethod method) {
  if (auto refused = refusal_of(earner, "first conversion")) return *refused;
  Attribution following;
  following.attributed = true;
  following.method = method;
  following.reason = AttributionReason::earlier_conversion;
  following.earner = earner;
  following.explanation = "Attributed as the customer's first conversion was.";
  return following;
}

Attribution attribute(const Signals& signals, std::int64_t sale_us) {
  if (!signals.click_given && !signals.code_given) {
    Attribution none;
    none.explanation = "Neither a click nor a code was given.";
    return none;
  }
  if (!signals.code_given) return judge_clicks(signals, sale_us);
  if (!signals.click_given) return judge_code(signals);

  Attribution click = judge_clicks(signals, sale_us);
  Attribution code = judge_code(signals);
  // The program that the code belongs to decides between the two; if only the click is known, its own does.
  const Precedence precedence = signals.code ? signals.code->earner.precedence : click.earner.precedence;
  const bool click_first = precedence == Precedence::click;
  Attribution& first = click_first ? click : code;
  Attribution& second = click_first ? code : click;
  Attribution& chosen = first.attributed || !second.attributed ? first : second;
  const Attribution& other = &chosen == &first ? second : first;
  chosen.explanation += (click_first == (&chosen == &first)) ? " The code was not used: " : " The click was not used: ";
  chosen.explanation += other.attributed ? "the program prefers the other signal." : other.explanation;
  const AttributionMethod code_kind = signals.code ? signals.code->kind : AttributionMethod::promo_code;
  chosen.unused = UnusedSignal{&other == &click ? AttributionMethod::click : code_kind, other.reason, other.attributed,
                               other.earner};
  chosen.precedence = precedence;
  chosen.window_s = click.window_s;
  return chosen;
}

}  // namespace footfall::core
