// The tables stripe_events (what Stripe told, and what it led to) and stripe_objects (what of Stripe's belongs to which
// conversion). Rows in, rows out: no decision is taken here. All calls run on the caller's connection, inside its
// transaction if it has one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/keys.h"
#include "core/domain/stripe_sale.h"
#include "core/storage/conversions.h"
#include "core/storage/database.h"

namespace footfall::core {

// One half of an account: Stripe's ids are looked up within it alone.
struct StripeOwner {
  wire::AccountId account;
  wire::Mode mode = wire::Mode::live;
};

inline constexpr std::string_view kStripeWaiting = "waiting";
inline constexpr std::string_view kStripeGivenUp = "given_up";  // it waited in vain
// A renewal of a sale that earns nothing: it is rejected, or its click counts no more.
inline constexpr std::string_view kStripeNotCredited = "not_credited";

struct StripeEventRow {
  StripeOwner owner;
  StripeSale sale;                  // the email only while it waits
  std::vector<std::string> awaits;  // each of these, once known, says whose it is
  std::string outcome;
  std::int64_t received_us = 0;  // read only
};
// What became of the event; none: it is not known.
Result<std::optional<std::string>> find_stripe_outcome(Database& database, const StripeOwner& owner,
                                                       std::string_view event);
// Keeps it with its outcome; one that is kept already gets the outcome, unless it has another than kStripeWaiting.
Result<void> store_stripe_event(Database& database, const StripeEventRow& row);
// While more than `max` wait, the oldest give way; answers how many did.
Result<std::int64_t> make_room_for_stripe_event(Database& database, const StripeOwner& owner, std::int64_t max);
Result<std::int64_t> count_waiting_stripe_events(Database& database, const StripeOwner& owner);
// Those that wait for one of the names, oldest first.
Result<std::vector<StripeEventRow>> stripe_events_awaiting(Database& database, const StripeOwner& owner,
                                                           const std::vector<std::string>& names, int limit);
// Of all accounts: those that wait and are due to be tried again, the longest due first. Each is due anew after as long
// as it has waited so far, but at least kStripeRetryMin and at most kStripeRetryMax seconds: whoever received it may
// still be at work, and whoever makes known what it waits for tries it at once.
inline constexpr std::int64_t kStripeRetryMin_s = 5;
inline constexpr std::int64_t kStripeRetryMax_s = 3'600;
Result<std::vector<StripeEventRow>> take_due_stripe_events(Database& database, int limit);
// Those that wait for a payment or a subscription of these conversions are due now.
Result<void> make_stripe_events_due(Database& database, const std::vector<ConversionId>& conversions);
// Renewals that were not credited because of this conversion (kStripeNotCredited) wait again, and are due now: it may
// earn again. Refunds of them wait for them.
Result<void> reopen_stripe_renewals(Database& database, ConversionId conversion);
// Deletes events that were decided and came before then, and objects of nobody that no event has named since `unused`.
Result<void> trim_stripe_events(Database& database, std::int64_t before_us, std::int64_t unused_us);

struct StripeObject {
  std::string id;
  ConversionId conversion;  // none: of nobody, or nothing is paid yet
  std::optional<wire::ClickId> click = {};
  std::optional<std::int64_t> sold_us = {};
  std::optional<std::int64_t> paid_minor = {};  // of a payment, as Stripe says, in …
  std::string paid_currency = {};
  std::optional<std::string> buyer_email = {};  // of a subscription that has paid nothing yet
};
// One of the names that is known, if it can be one with a conversion.
Result<std::optional<StripeObject>> find_stripe_object(Database& database, const StripeOwner& owner,
                                                       const std::vector<std::string>& names);
// Keeps it from being trimmed.
Result<void> note_stripe_object_used(Database& database, const StripeOwner& owner, std::string_view id);
// Keeps it, or what is new of it: what is known already stays. False: nothing is new.
Result<bool> store_stripe_object(Database& database, const StripeOwner& owner, const StripeObject& object);
// Of a subscription that has paid nothing yet: the invoice is the one that is booked as its sale. False: another is, or
// the subscription has paid.
Result<bool> claim_first_stripe_invoice(Database& database, const StripeOwner& owner, std::string_view subscription,
                                        std::string_view invoice);
// It was not booked after all, so another may be.
Result<void> give_back_first_stripe_invoice(Database& database, const StripeOwner& owner, std::string_view subscription,
                                            std::string_view invoice);

// Notes how much of a charge was given back in all, at least.
Result<void> note_stripe_refund(Database& database, const StripeOwner& owner, std::string_view charge,
                                ConversionId conversion, std::int64_t refunded_minor);
// What Stripe told of a conversion's money.
struct StripeMoneyOfConversion {
  std::int64_t refunded_minor = 0;         // of all its charges
  std::optional<std::int64_t> paid_minor;  // none: Stripe told of no payment
  std::string paid_currency;
};
Result<StripeMoneyOfConversion> stripe_money_of(Database& database, ConversionId conversion);

}  // namespace footfall::core
