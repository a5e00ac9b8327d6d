// An event first is written down as waiting and then tried, and whoever makes something known then tries what waits for
// it. So of an event and the one that it builds on, coming at once, at least one sees the other; if both do, the claim
// of the transaction id and the lock of the conversion keep it from counting twice.
#include "core/actions/stripe_sales.h"

#include <string_view>
#include <utility>
#include <vector>

#include "core/actions/book_conversions.h"
#include "core/actions/change_conversion.h"
#include "core/actions/checks.h"
#include "core/domain/money.h"
#include "core/storage/campaigns.h"
#include "core/storage/stripe_sales.h"
#include "proto/base/logging.h"

namespace footfall::core {
namespace {

constexpr int kTriedAtOnce = 100;
constexpr std::int64_t kDayUs = 86'400LL * 1'000'000;

// What a try led to: the event's outcome, or kStripeWaiting.
using Tried = Result<StripeTaken>;
Tried waits() { return StripeTaken{std::string(kStripeWaiting)}; }
Tried led_to(std::string_view outcome) { return StripeTaken{std::string(outcome)}; }

class Clerk {
 public:
  Clerk(Database& database, const StripeDelivery& delivery)
      : database_(database), delivery_(delivery), owner_{delivery.caller.account.id, delivery.caller.acting_mode()} {}

  Tried take(const StripeSale& sale);
  // One that is written down already, and then what it makes known lets others be tried.
  Tried take_waiting(const StripeEventRow& row);

 private:
  Tried try_one(const StripeEventRow& row);
  Tried sell(const StripeSale& sale);
  Tried of_nobody(const StripeSale& sale, std::string_view outcome);
  Tried renew(const StripeSale& sale);
  Tried refund(const StripeEventRow& row);
  Tried link(const StripeSale& sale);
  Tried book(ConversionReport report, const StripeSale& sale, std::string_view booked);
  Result<void> note(const StripeObject& object);
  Result<void> note_all(const std::vector<std::string>& names, ConversionId conversion);
  Result<void> try_those_that_wait();
  ConversionReport report_of(const StripeSale& sale) const;

  Database& database_;
  const StripeDelivery& delivery_;
  const StripeOwner owner_;
  std::vector<std::string> made_known_;  // and nobody who waits for it was tried since
};

// Those that gave way or were given up are tried anew when Stripe sends them again.
bool is_undecided(std::string_view outcome) {
  return outcome == kStripeWaiting || outcome == "gave_way" || outcome == "given_up";
}

StripeEventRow row_of(const StripeOwner& owner, const StripeSale& sale) {
  StripeEventRow row;
  row.owner = owner;
  row.sale = sale;
  row.outcome = kStripeWaiting;
  if (sale.kind == StripeSaleKind::renewed) row.awaits = {sale.subscription};
  if (sale.kind == StripeSaleKind::refunded) row.awaits = sale.names;
  if (sale.kind == StripeSaleKind::linked) row.awaits = {sale.object};
  return row;
}

Tried Clerk::take(const StripeSale& sale) {
  auto known = find_stripe_outcome(database_, owner_, sale.event);
  if (!known) return Failure(known.error());
  if (*known && !is_undecided(**known)) return led_to("repeated");
  StripeEventRow row = row_of(owner_, sale);
  // What is sold waits for nothing but its click, and then Stripe tells of it again.
  if (sale.kind != StripeSaleKind::sold) {
    if (auto kept = store_stripe_event(database_, row); !kept) return Failure(kept.error());
    auto gave_way = make_room_for_stripe_event(database_, owner_, kStripeWaitingMax);
    if (!gave_way) return Failure(gave_way.error());
    if (*gave_way > 0) {
      log_warn_limited("stripe.waiting.full",
                       {{"account", delivery_.caller.account.public_id}, {"gave_way", *gave_way}});
    }
  }
  return take_waiting(row);
}

Tried Clerk::take_waiting(const StripeEventRow& row) {
  auto tried = try_one(row);
  if (!tried) return tried;
  if (auto others = try_those_that_wait(); !others) return Failure(others.error());
  return tried;
}

Tried Clerk::try_one(const StripeEventRow& row) {
  if (row.sale.kind == StripeSaleKind::refunded) return refund(row);  // keeps its outcome in its own transaction
  auto tried = row.sale.kind == StripeSaleKind::sold      ? sell(row.sale)
               : row.sale.kind == StripeSaleKind::renewed ? renew(row.sale)
                                                          : link(row.sale);
  if (!tried || tried->outcome == kStripeWaiting) return tried;
  StripeEventRow decided = row;
  decided.outcome = tried->outcome;
  if (auto kept = store_stripe_event(database_, decided); !kept) return Failure(kept.error());
  return tried;
}

Result<void> Clerk::try_those_that_wait() {
  while (!made_known_.empty()) {
    auto waiting = stripe_events_awaiting(database_, owner_, std::exchange(made_known_, {}), kTriedAtOnce);
    if (!waiting) return Failure(waiting.error());
    for (const StripeEventRow& row : *waiting) {
      if (auto tried = try_one(row); !tried) return Failure(tried.error());
    }
  }
  return {};
}

Result<void> Clerk::note(const StripeObject& object) {
  auto is_new = store_stripe_object(database_, owner_, object);
  if (!is_new) return Failure(is_new.error());
  if (*is_new) made_known_.push_back(object.id);
  return {};
}

Result<void> Clerk::note_all(const std::vector<std::string>& names, ConversionId conversion) {
  for (const std::string& name : names) {
    if (auto noted = note({name, conversion, {}, {}}); !noted) return noted;
  }
  return {};
}

ConversionReport Clerk::report_of(const StripeSale& sale) const {
  ConversionReport report;
  report.external_id = sale.object;
  report.amount_minor = sale.amount_minor;
  report.currency = sale.currency;
  report.occurred_us = sale.happened_us;
  report.request_id = delivery_.request_id;
  report.received_us = delivery_.received_us;
  report.click_settled = delivery_.click_settled;
  report.click_may_still_come = delivery_.click_may_still_come;
  return report;
}

// Books, and notes whose the payment is, and the subscription. A conversion that is there already is the same payment.
Tried Clerk::book(ConversionReport report, const StripeSale& sale, std::string_view booked) {
  const auto click = report.click;
  auto recorded = book_alone(database_, delivery_.caller, std::move(report));
  if (!recorded) return Failure(recorded.error());
  if (recorded->outcome == RecordOutcome::needs_click) return StripeTaken{std::string(kStripeWaiting), click};
  if (recorded->outcome == RecordOutcome::mode_mismatch) return led_to("mode_mismatch");
  if (recorded->outcome == RecordOutcome::time_implausible) return led_to("time_implausible");
  const bool is_duplicate = recorded->outcome == RecordOutcome::duplicate;
  if (recorded->outcome == RecordOutcome::customer_limit || recorded->outcome == RecordOutcome::click_limit) {
    return led_to("limit_reached");
  }
  if (!is_duplicate && recorded->outcome != RecordOutcome::booked) {
    return internal("an outcome that Selgeo's policy cannot have");
  }
  const ConversionId conversion = recorded->conversion.id;
  if (auto noted = note_all(sale.names, conversion); !noted) return Failure(noted.error());
  if (!sale.subscription.empty()) {
    if (auto noted = note({sale.subscription, conversion, {}, {}}); !noted) return Failure(noted.error());
  }
  return led_to(is_duplicate ? "repeated_payment" : booked);
}

Tried Clerk::sell(const StripeSale& sale) {
  if (sale.amount_minor > 0 && sale.click) {
    ConversionReport report = report_of(sale);
    report.click = sale.click;
    if (auto email = parse_email(sale.email)) report.prospect_email = std::move(*email);
    return book(std::move(report), sale, "booked");
  }
  // A subscription that nobody referred is remembered, so that its invoices do not wait for its session in vain; one
  // that begins with a trial, because its first paid invoice is the sale.
  if (!sale.subscription.empty()) {
    auto noted = note({sale.subscription, {}, sale.click, sale.happened_us});
    if (!noted) return Failure(noted.error());
  }
  if (sale.click) return led_to("nothing_paid");
  return of_nobody(sale, "no_click");
}

// Its payment is noted without a conversion, so that refunds of it do not wait for one.
Tried Clerk::of_nobody(const StripeSale& sale, std::string_view outcome) {
  if (auto noted = note_all(sale.names, {}); !noted) return Failure(noted.error());
  return led_to(outcome);
}

// The first paid invoice of a subscription is its sale: the session's, which has the same id, or after a trial one of
// its own, judged by when the trial began. The following ones pay where the program shares revenue.
Tried Clerk::renew(const StripeSale& sale) {
  if (sale.amount_minor == 0) return led_to("nothing_paid");
  auto subscription = find_stripe_object(database_, owner_, {sale.subscription});
  if (!subscription) return Failure(subscription.error());
  if (!*subscription) return waits();
  ConversionReport report = report_of(sale);
  if (!(*subscription)->conversion) {
    if (!(*subscription)->click) {
      auto used = note_stripe_object_used(database_, owner_, sale.subscription);
      if (!used) return Failure(used.error());
      return of_nobody(sale, "no_click");
    }
    report.click = (*subscription)->click;
    report.occurred_us = (*subscription)->sold_us;
    return book(std::move(report), sale, "booked");
  }
  auto loaded = load_conversion(database_, (*subscription)->conversion, false);
  if (!loaded) return Failure(loaded.error());
  const ConversionRow& first = **loaded;
  if (first.external_id == sale.object) {
    if (auto noted = note_all(sale.names, first.id); !noted) return Failure(noted.error());
    return led_to("repeated_payment");
  }
  if (first.unresolved_until_us) return waits();
  if (!first.attributed || first.status == ConversionStatus::rejected) return of_nobody(sale, "not_credited");
  auto program = load_campaign(database_, first.campaign);
  if (!program) return Failure(program.error());
  if (program->model != "revshare") return of_nobody(sale, "not_recurring");
  report.follows = &first;
  report.goal = "renewal";
  report.click = first.click_id ? wire::parse_uuid(*first.click_id) : std::nullopt;
  report.prospect_email = first.prospect_email;
  return book(std::move(report), sale, "booked");
}

Tried Clerk::link(const StripeSale& sale) {
  auto invoice = find_stripe_object(database_, owner_, {sale.object});
  if (!invoice) return Failure(invoice.error());
  if (!*invoice) return waits();
  if (auto noted = note_all(sale.names, (*invoice)->conversion); !noted) return Failure(noted.error());
  return led_to("linked");
}

// The conversion stays locked until what was given back of it in all is noted, so that two refunds add up. What was
// reversed by hand before counts, because it was reversed for the same refund.
Tried Clerk::refund(const StripeEventRow& event) {
  const StripeSale& sale = event.sale;
  return database_.transaction<StripeTaken>([&]() -> Tried {
    const auto decide = [&](std::string_view outcome) -> Tried {
      StripeEventRow decided = event;
      decided.outcome = outcome;
      if (auto kept = store_stripe_event(database_, decided); !kept) return Failure(kept.error());
      return led_to(outcome);
    };
    auto payment = find_stripe_object(database_, owner_, sale.names);
    if (!payment) return Failure(payment.error());
    if (!*payment) return waits();
    if (!(*payment)->conversion) return decide("of_nobody");
    auto loaded = load_conversion(database_, (*payment)->conversion, true);
    if (!loaded) return Failure(loaded.error());
    const ConversionRow& row = **loaded;
    if (row.unresolved_until_us) return waits();  // it may still earn, and then a part of that is taken back
    if (row.currency != sale.currency) return decide("wrong_currency");
    auto refunded = note_stripe_refund(database_, owner_, sale.object, row.id, sale.amount_minor);
    if (!refunded) return Failure(refunded.error());
    const std::int64_t amount = row.amount_minor.value_or(0);
    if (row.status == ConversionStatus::rejected || row.status == ConversionStatus::reversed || amount <= 0) {
      return decide("changes_nothing");
    }
    ConversionChange change;
    change.public_id = row.public_id;
    change.verb = ConversionVerb::reverse;
    if (*refunded < amount) {
      change.part_minor = proportion_of(row.commission_minor, *refunded, amount) - row.reversed_minor;
      if (*change.part_minor <= 0) return decide("changes_nothing");
    }
    Caller caller = delivery_.caller;
    caller.reason = "refunded by Stripe, " + sale.event;
    auto stepped = take_step(database_, caller, row, change);
    if (!stepped) return Failure(stepped.error());
    return decide("reversed");
  });
}

}  // namespace

Result<StripeTaken> take_stripe_sale(Database& database, const StripeDelivery& delivery, const StripeSale& sale) {
  return Clerk(database, delivery).take(sale);
}

Result<StripeUpkeep> keep_up_stripe_sales(Database& database, std::int64_t now_us, int batch_max) {
  StripeUpkeep done;
  auto ripe = ripe_stripe_events(database, batch_max);
  if (!ripe) return Failure(ripe.error());
  for (const StripeEventRow& row : *ripe) {
    auto account = load_account(database, row.owner.account);
    if (!account) return Failure(account.error());
    if (account->status != "active" && row.sale.kind != StripeSaleKind::refunded) continue;
    StripeDelivery delivery;
    delivery.caller = receiver_caller("upkeep", std::move(*account), row.owner.mode);
    delivery.request_id = row.sale.event;
    delivery.received_us = now_us;
    delivery.click_may_still_come = true;
    auto taken = Clerk(database, delivery).take_waiting(row);
    if (!taken && taken.error().kind == ErrorKind::unavailable) return Failure(taken.error());
    if (!taken) log_warn_limited("stripe.event.failed", {{"event", row.sale.event}, {"reason", taken.error().message}});
    done.taken += taken && taken->outcome != kStripeWaiting ? 1 : 0;
  }
  auto given_up = give_up_stripe_events(database, now_us - kStripeWaitDays * kDayUs);
  if (!given_up) return Failure(given_up.error());
  done.given_up = *given_up;
  return done;
}

}  // namespace footfall::core
