// A payment has several names (its invoice, its session, its charge), and a subscription one. Each is noted with the
// conversion that it belongs to, or with none where nobody earns, and that decides what a later event means. A payment
// is one transaction id, so that two events of it, at once or one after the other, are one conversion.
#include "core/actions/stripe_booking.h"

#include "core/actions/book_conversions.h"
#include "core/actions/checks.h"
#include "core/storage/campaigns.h"
#include "core/storage/evidence.h"

namespace footfall::core {
namespace {

// None: Stripe knows none, or none that could be one.
std::optional<std::string> buyer_of(std::string_view email) {
  auto read = parse_email(email);
  return read ? std::optional(std::move(*read)) : std::nullopt;
}

}  // namespace

Result<StripeTaken> StripeBooking::book(const StripeSale& sale) {
  switch (sale.kind) {
    case StripeSaleKind::sold:
      return sell(sale);
    case StripeSaleKind::renewed:
      return renew(sale);
    case StripeSaleKind::linked:
      return link(sale);
    case StripeSaleKind::refunded:
      break;
  }
  return internal("a refund is not booked");
}

Result<void> StripeBooking::note(const StripeObject& object) {
  auto is_new = store_stripe_object(database_, owner_, object);
  if (!is_new) return Failure(is_new.error());
  if (*is_new) made_known_.push_back(object.id);
  return {};
}

// Every name of the payment, with what was paid: none where it only links.
Result<void> StripeBooking::note_payment(const StripeSale& sale, ConversionId conversion) {
  for (const std::string& name : sale.names) {
    StripeObject object{name, conversion};
    if (sale.kind != StripeSaleKind::linked) {
      object.paid_minor = sale.amount_minor;
      object.paid_currency = sale.currency;
    }
    if (auto noted = note(object); !noted) return noted;
  }
  return {};
}

ConversionReport StripeBooking::report_of(const StripeSale& sale) const {
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
Result<StripeTaken> StripeBooking::record(ConversionReport sold, const StripeSale& sale, std::string_view booked) {
  const auto click = sold.click;
  auto recorded = book_alone(database_, delivery_.caller, std::move(sold));
  if (!recorded) return Failure(recorded.error());
  if (recorded->outcome == RecordOutcome::needs_click) return StripeTaken{std::string(kStripeWaiting), click};
  if (recorded->outcome == RecordOutcome::insufficient_deposit) return waits();
  if (recorded->outcome == RecordOutcome::mode_mismatch) return of_nobody(sale, "mode_mismatch");
  if (recorded->outcome == RecordOutcome::time_implausible) return of_nobody(sale, "time_implausible");
  if (recorded->outcome == RecordOutcome::not_attributed) return of_nobody(sale, kStripeNotCredited);
  if (recorded->outcome == RecordOutcome::customer_limit || recorded->outcome == RecordOutcome::click_limit) {
    return of_nobody(sale, "limit_reached");
  }
  const bool is_duplicate = recorded->outcome == RecordOutcome::duplicate;
  if (!is_duplicate && recorded->outcome != RecordOutcome::booked) {
    return internal("an outcome that Selgeo's policy cannot have");
  }
  const ConversionId conversion = recorded->conversion.id;
  if (auto noted = note_payment(sale, conversion); !noted) return Failure(noted.error());
  if (!sale.subscription.empty()) {
    if (auto noted = note({sale.subscription, conversion}); !noted) return Failure(noted.error());
  }
  return led_to(is_duplicate ? "repeated_payment" : booked);
}

// Of two ids that may be the click's, the first, unless the second alone is stored.
Result<std::optional<wire::ClickId>> StripeBooking::click_of(const StripeSale& sale) {
  if (!sale.other_click) return sale.click;
  for (const auto& click : {sale.click, sale.other_click}) {
    auto found = find_click(database_, {owner_.account, owner_.mode, *click});
    if (!found) return Failure(found.error());
    if (found->click) return click;
  }
  return sale.click;
}

Result<StripeTaken> StripeBooking::sell(const StripeSale& sale) {
  auto click = click_of(sale);
  if (!click) return Failure(click.error());
  if (sale.amount_minor > 0 && *click) {
    ConversionReport report = report_of(sale);
    report.click = *click;
    report.prospect_email = buyer_of(sale.email);
    return record(std::move(report), sale, "booked");
  }
  if (*click) {  // the trial's first paid invoice is the sale
    if (sale.subscription.empty()) return led_to("nothing_paid");
    auto noted = note({sale.subscription, {}, *click, sale.happened_us, {}, {}, buyer_of(sale.email)});
    if (!noted) return Failure(noted.error());
    return led_to("nothing_paid");
  }
  return of_nobody(sale, "no_click");
}

// Its payment is noted without a conversion, so that refunds of it do not wait for one; and so is a subscription that
// begins with it, so that its invoices do not wait for its session in vain.
Result<StripeTaken> StripeBooking::of_nobody(const StripeSale& sale, std::string_view outcome) {
  if (auto noted = note_payment(sale, {}); !noted) return Failure(noted.error());
  if (sale.kind == StripeSaleKind::sold && !sale.subscription.empty()) {
    if (auto noted = note({sale.subscription, {}, {}, sale.happened_us}); !noted) return Failure(noted.error());
  }
  return led_to(outcome);
}

// The first paid invoice of a subscription is its sale: the session's, which has the same id, or after a trial one of
// its own. The following ones pay where the program shares revenue.
Result<StripeTaken> StripeBooking::renew(const StripeSale& sale) {
  if (sale.amount_minor == 0) return led_to("nothing_paid");
  auto subscription = find_stripe_object(database_, owner_, {sale.subscription});
  if (!subscription) return Failure(subscription.error());
  if (!*subscription) return waits();
  if ((*subscription)->conversion) return follow(sale, (*subscription)->conversion);
  if ((*subscription)->click) return begin(sale, **subscription);
  auto used = note_stripe_object_used(database_, owner_, sale.subscription);
  if (!used) return Failure(used.error());
  return of_nobody(sale, "no_click");
}

// Judged by when the trial began. Of several invoices that come at once one is the sale, and the others wait for it.
Result<StripeTaken> StripeBooking::begin(const StripeSale& sale, const StripeObject& subscription) {
  auto is_first = claim_first_stripe_invoice(database_, owner_, sale.subscription, sale.object);
  if (!is_first) return Failure(is_first.error());
  if (!*is_first) return waits();
  ConversionReport report = report_of(sale);
  report.click = subscription.click;
  report.occurred_us = subscription.sold_us;
  report.prospect_email = subscription.buyer_email ? subscription.buyer_email : buyer_of(sale.email);
  auto tried = record(std::move(report), sale, "booked");
  if (!tried || tried->outcome == kStripeWaiting) return tried;
  auto given_back = give_back_first_stripe_invoice(database_, owner_, sale.subscription, sale.object);
  if (!given_back) return Failure(given_back.error());
  return tried;
}

Result<StripeTaken> StripeBooking::follow(const StripeSale& sale, ConversionId earlier) {
  auto loaded = load_conversion(database_, earlier, false);
  if (!loaded) return Failure(loaded.error());
  const ConversionRow& first = **loaded;
  if (first.external_id == sale.object) {
    if (auto noted = note_payment(sale, first.id); !noted) return Failure(noted.error());
    return led_to("repeated_payment");
  }
  if (first.unresolved_until_us) return waits();
  if (first.attributed) {
    auto program = load_campaign(database_, first.campaign);
    if (!program) return Failure(program.error());
    if (program->model != "revshare") return of_nobody(sale, "not_recurring");
  }
  ConversionReport report = report_of(sale);
  report.follows = first.id;
  report.goal = "renewal";
  report.click = first.click_id ? wire::parse_uuid(*first.click_id) : std::nullopt;
  report.prospect_email = first.prospect_email;
  return record(std::move(report), sale, "booked");
}

Result<StripeTaken> StripeBooking::link(const StripeSale& sale) {
  auto invoice = find_stripe_object(database_, owner_, {sale.object});
  if (!invoice) return Failure(invoice.error());
  if (!*invoice) return waits();
  if (auto noted = note_payment(sale, (*invoice)->conversion); !noted) return Failure(noted.error());
  return led_to("linked");
}

}  // namespace footfall::core
