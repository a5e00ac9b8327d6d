// Whom each report of a round credits: by its click and its code, or as the conversion that it follows.
#include <algorithm>

#include "core/actions/book_conversions.h"

namespace footfall::core {
namespace {

Result<CodeLookup> find_code(Database& database, const PendingConversion& pending) {
  const ConversionReport& report = *pending.report;
  if (report.promo_code) return find_promo_code(database, pending.account(), pending.mode(), *report.promo_code);
  if (!report.affiliate_code) return CodeLookup{};
  return find_affiliate_code(database, pending.account(), pending.mode(), pending.named_campaign(),
                             *report.affiliate_code);
}

// What its click and its code say about one report: an attribution, or an outcome.
Result<void> attribute_one(Database& database, PendingConversion& pending, const ClickLookup* click) {
  const ConversionReport& report = *pending.report;
  Signals signals;
  // A click that lies in a dead letter comes once the letter is replayed (PROTOCOL.md 7).
  signals.click_may_still_come =
      report.click_may_still_come || (click != nullptr && click->in_dead_letter && !report.dry_run);
  signals.click_given = report.click.has_value();
  signals.campaign = pending.named_campaign();
  bool other_mode = false;
  bool click_missing = false;
  if (click != nullptr) {
    if (click->click) {
      signals.clicks = {&*click->click, 1};
      pending.judged_pages = click->judged_pages;
      pending.click_address = click->address;
      pending.click_visitor = click->visitor;
    }
    other_mode = !click->click && click->in_other_mode;
    click_missing = !click->click && !click->in_other_mode;
  }
  if (report.promo_code || report.affiliate_code) {
    signals.code_given = true;
    auto code = find_code(database, pending);
    if (!code) return Failure(code.error());
    other_mode |= !code->code && code->in_other_mode;
    signals.code = std::move(code->code);
  }
  if (other_mode) {
    pending.outcome = refused(RecordOutcome::mode_mismatch);
    return {};
  }
  if (click_missing) {
    if (report.must_attribute && !signals.code_given) {
      auto other = click_of_another(database, pending.account(), *report.click);
      if (!other) return Failure(other.error());
      if (*other) {
        pending.outcome = refused(RecordOutcome::click_of_another);
        return {};
      }
    }
    if (!report.click_settled && !signals.click_may_still_come && wire::is_uuid_v7(*report.click)) {
      pending.outcome = refused(RecordOutcome::needs_click);
      return {};
    }
  }
  pending.attribution = attribute(signals, report.sale_us());
  if (!pending.attribution.attributed && report.must_attribute && !signals.click_may_still_come) {
    pending.outcome = refused(RecordOutcome::not_attributed, pending.attribution);
  }
  return {};
}

// The earlier conversion is read after its click: a click that is judged again meanwhile is noticed when this one is
// booked, and one that was judged before has its new verdict, whatever has become of the earlier conversion yet.
Result<void> attribute_by_earlier(Database& database, PendingConversion& pending, const ClickLookup* click) {
  auto loaded = load_conversion(database, pending.report->follows, false);
  if (!loaded) return Failure(loaded.error());
  if (!*loaded) return internal("a conversion follows one that is not there");
  const ConversionRow& first = **loaded;
  const bool by_click = first.method == method_name(AttributionMethod::click);
  if (click != nullptr && click->click) pending.judged_pages = click->judged_pages;
  const bool convicted = by_click && click != nullptr && click->click && click->click->verdict != 0;
  if (!first.attributed || first.status == ConversionStatus::rejected || convicted) {
    pending.outcome = refused(RecordOutcome::not_attributed);
    return {};
  }
  auto earner = find_earner(database, first.campaign, first.affiliate);
  if (!earner) return Failure(earner.error());
  constexpr AttributionMethod kMethods[] = {AttributionMethod::click, AttributionMethod::promo_code,
                                            AttributionMethod::affiliate_code};
  const auto method = std::ranges::find(kMethods, std::string_view(first.method), method_name);
  FOOTFALL_CHECK(method != std::end(kMethods));
  pending.attribution = attribute_following(*earner, *method);
  if (first.review || first.disputed) {
    pending.attribution.review = true;
    pending.attribution.explanation += " The sale that it follows waits for a person.";
  }
  return {};
}

}  // namespace

Result<void> attribute_all(Database& database, std::span<PendingConversion> pending) {
  std::vector<ClickQuery> queries;
  for (PendingConversion& one : pending) {
    if (one.outcome) continue;
    const ConversionReport& report = *one.report;
    if (report.click) {
      queries.push_back({one.account(), one.mode(), *report.click});
    } else if (!report.follows && !report.promo_code && !report.affiliate_code) {
      one.outcome = refused(RecordOutcome::no_signal);
    }
  }
  auto clicks = find_clicks(database, queries);
  if (!clicks) return Failure(clicks.error());
  auto next = clicks->begin();
  for (PendingConversion& one : pending) {
    if (one.outcome) continue;
    const ClickLookup* const click = one.report->click ? &*next++ : nullptr;
    auto judged =
        one.report->follows ? attribute_by_earlier(database, one, click) : attribute_one(database, one, click);
    if (!judged) return judged;
  }
  return {};
}

}  // namespace footfall::core
