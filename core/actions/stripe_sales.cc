// An event first is written down as waiting and then tried, and whoever makes something known then tries what waits for
// it. So of an event and the one that it builds on, coming at once, at least one sees the other; if both do, the claim
// of the transaction id and the lock of the conversion keep it from counting twice.
#include "core/actions/stripe_sales.h"

#include <string_view>
#include <utility>

#include "core/actions/checks.h"
#include "core/actions/stripe_booking.h"
#include "core/actions/stripe_refunds.h"
#include "core/storage/accounts.h"
#include "proto/base/logging.h"

namespace footfall::core {
namespace {

constexpr int kTriedAtOnce = 100;
constexpr std::int64_t kDayUs = 86'400LL * 1'000'000;

// What a try led to: the event's outcome, or kStripeWaiting.
using Tried = Result<StripeTaken>;

class Clerk {
 public:
  Clerk(Database& database, const StripeDelivery& delivery)
      : database_(database), delivery_(delivery), booking_(database, delivery) {}

  Tried take(const StripeSale& sale);
  // One that is written down already, and then what it makes known lets others be tried.
  Tried take_waiting(const StripeEventRow& row);
  // One that has waited in vain.
  Tried give_up(const StripeEventRow& row);

 private:
  Tried try_one(const StripeEventRow& row);
  Tried keep(StripeEventRow row, StripeTaken taken);
  Result<void> keep_waiting(const StripeEventRow& row);
  Result<void> try_those_that_wait();

  Database& database_;
  const StripeDelivery& delivery_;
  StripeBooking booking_;
};

// Those that gave way or were given up are tried anew when Stripe sends them again.
bool is_undecided(std::string_view outcome) {
  return outcome == kStripeWaiting || outcome == "gave_way" || outcome == kStripeGivenUp;
}

StripeEventRow row_of(const StripeOwner& owner, const StripeSale& sale) {
  StripeEventRow row;
  row.owner = owner;
  row.sale = sale;
  row.outcome = kStripeWaiting;
  if (earns(sale.kind) && !sale.subscription.empty()) row.awaits = {sale.subscription};
  if (sale.kind == StripeSaleKind::refunded) row.awaits = sale.names;
  if (sale.kind == StripeSaleKind::linked) row.awaits = {sale.object};
  return row;
}

Tried Clerk::take(const StripeSale& sale) {
  auto known = find_stripe_outcome(database_, booking_.owner(), sale.event);
  if (!known) return Failure(known.error());
  if (*known && !is_undecided(**known)) return led_to("repeated");
  const StripeEventRow row = row_of(booking_.owner(), sale);
  if (sale.kind != StripeSaleKind::sold) {
    if (auto kept = keep_waiting(row); !kept) return Failure(kept.error());
    return take_waiting(row);
  }
  // What is sold builds on nothing. For its click it waits outside, and Stripe tells of it again where that takes too
  // long; for a deposit that covers it, it waits here.
  auto taken = take_waiting(row);
  if (taken && taken->outcome == kStripeWaiting && !taken->wait_for) {
    if (auto kept = keep_waiting(row); !kept) return Failure(kept.error());
  }
  return taken;
}

Result<void> Clerk::keep_waiting(const StripeEventRow& row) {
  if (auto kept = store_stripe_event(database_, row); !kept) return kept;
  auto gave_way = make_room_for_stripe_event(database_, booking_.owner(), kStripeWaitingMax);
  if (!gave_way) return Failure(gave_way.error());
  if (*gave_way > 0) {
    log_warn_limited("stripe.waiting.full", {{"account", delivery_.caller.account.public_id}, {"gave_way", *gave_way}});
  }
  return {};
}

Tried Clerk::take_waiting(const StripeEventRow& row) {
  auto tried = try_one(row);
  if (!tried) return tried;
  if (auto others = try_those_that_wait(); !others) return Failure(others.error());
  return tried;
}

Tried Clerk::try_one(const StripeEventRow& row) {
  if (row.sale.kind == StripeSaleKind::refunded) {  // keeps its outcome in its own transaction
    auto taken = take_stripe_refund(database_, delivery_.caller, row);
    if (!taken) return Failure(taken.error());
    return led_to(*taken);
  }
  auto tried = booking_.book(row.sale);
  if (!tried || tried->outcome == kStripeWaiting) return tried;
  return keep(row, std::move(*tried));
}

Tried Clerk::keep(StripeEventRow row, StripeTaken taken) {
  row.outcome = taken.outcome;
  if (auto kept = store_stripe_event(database_, row); !kept) return Failure(kept.error());
  return taken;
}

// A subscription that no session has told of by now began elsewhere, and its next invoices shall not wait, too. Nor
// shall those that wait for this one, as the first of several.
Tried Clerk::give_up(const StripeEventRow& row) {
  if (row.sale.kind == StripeSaleKind::renewed) {
    if (auto noted = booking_.note({row.sale.subscription, {}}); !noted) return Failure(noted.error());
    auto given_back =
        give_back_first_stripe_invoice(database_, booking_.owner(), row.sale.subscription, row.sale.object);
    if (!given_back) return Failure(given_back.error());
  }
  auto kept = keep(row, {std::string(kStripeGivenUp)});
  if (!kept) return kept;
  if (auto others = try_those_that_wait(); !others) return Failure(others.error());
  return kept;
}

Result<void> Clerk::try_those_that_wait() {
  for (auto names = booking_.made_known(); !names.empty(); names = booking_.made_known()) {
    auto waiting = stripe_events_awaiting(database_, booking_.owner(), names, kTriedAtOnce);
    if (!waiting) return Failure(waiting.error());
    for (const StripeEventRow& row : *waiting) {
      if (auto tried = try_one(row); !tried) return Failure(tried.error());
    }
  }
  return {};
}

bool may_take(const Caller& caller, const StripeSale& sale) {
  return caller.account.status == "active" || !earns(sale.kind);
}

}  // namespace

Result<StripeTaken> take_stripe_sale(Database& database, const StripeDelivery& delivery, const StripeSale& sale) {
  if (!may_take(delivery.caller, sale)) return not_found("the account is not active");
  return Clerk(database, delivery).take(sale);
}

Result<StripeUpkeep> keep_up_stripe_sales(Database& database, std::int64_t now_us, int batch_max) {
  StripeUpkeep done;
  auto due = take_due_stripe_events(database, batch_max);
  if (!due) return Failure(due.error());
  for (const StripeEventRow& row : *due) {
    auto account = load_account(database, row.owner.account);
    if (!account) return Failure(account.error());
    StripeDelivery delivery;
    delivery.caller = receiver_caller("upkeep", std::move(*account), row.owner.mode);
    delivery.request_id = row.sale.event;
    delivery.received_us = now_us;
    delivery.click_may_still_come = true;
    Clerk clerk(database, delivery);
    auto taken = may_take(delivery.caller, row.sale) ? clerk.take_waiting(row) : waits();
    if (!taken && taken.error().kind == ErrorKind::unavailable) return Failure(taken.error());
    if (!taken) log_warn_limited("stripe.event.failed", {{"event", row.sale.event}, {"reason", taken.error().message}});
    if (taken && taken->outcome != kStripeWaiting) {
      ++done.taken;
    } else if (row.received_us < now_us - kStripeWaitDays * kDayUs) {
      if (auto given_up = clerk.give_up(row); !given_up) return Failure(given_up.error());
      ++done.given_up;
    }
  }
  return done;
}

}  // namespace footfall::core
