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

struct StripeEventRow {
  StripeOwner owner;
  StripeSale sale;                  // without click and email
  std::vector<std::string> awaits;  // each of these, once known, says whose it is
  std::string outcome;
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
// Of all accounts: those that wait for something that is known by now and whose conversion waits for no click. Not
// those of the last five seconds: whoever received them may still be at work.
Result<std::vector<StripeEventRow>> ripe_stripe_events(Database& database, int limit);
// Those that have waited since before then are given up; answers how many.
Result<std::int64_t> give_up_stripe_events(Database& database, std::int64_t before_us);
// Deletes events that were decided and came before then, and objects of nobody that no event has named since `unused`.
Result<void> trim_stripe_events(Database& database, std::int64_t before_us, std::int64_t unused_us);

struct StripeObject {
  std::string id;
  ConversionId conversion;  // none: of nobody, or nothing is paid yet
  std::optional<wire::ClickId> click;
  std::optional<std::int64_t> sold_us;
};
// One of the names that is known, if it can be one with a conversion.
Result<std::optional<StripeObject>> find_stripe_object(Database& database, const StripeOwner& owner,
                                                       const std::vector<std::string>& names);
// Keeps it from being trimmed.
Result<void> note_stripe_object_used(Database& database, const StripeOwner& owner, std::string_view id);
// False: it is known already, and then it only gets the conversion that it did not have.
Result<bool> store_stripe_object(Database& database, const StripeOwner& owner, const StripeObject& object);
// Notes how much of a charge was given back in all, at least; answers the sum of the conversion's charges.
Result<std::int64_t> note_stripe_refund(Database& database, const StripeOwner& owner, std::string_view charge,
                                        ConversionId conversion, std::int64_t refunded_minor);

}  // namespace footfall::core
