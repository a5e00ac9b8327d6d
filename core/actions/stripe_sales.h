// What becomes of a sale that Stripe tells of. It is booked like one that the merchant reports: attribution, fraud
// rules, holds, webhooks and the audit are the same. Events come more than once and in any order, and end the same:
//
// - An event that led to something is kept, and leads to nothing when it comes again. Beyond that, a payment is one
//   transaction id, so two events of it are one conversion.
// - An event that comes before what it builds on (an invoice or a refund before its session, a refund of a conversion
//   that waits for its click) waits for it, at most kStripeWaitDays. Beyond kStripeWaitingMax of an account and mode
//   the oldest give way, which is logged. An invoice that waited in vain for its subscription's session makes the
//   subscription one of nobody, so that the following ones do not wait.
// - A sale whose commission the merchant's deposit does not cover waits in the same way for one that does.
// - A merchant who is not active sells nothing; money is given back all the same.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/actions/caller.h"
#include "core/domain/stripe_sale.h"
#include "core/storage/database.h"

namespace footfall::core {

inline constexpr std::int64_t kStripeWaitingMax = 10'000;
inline constexpr std::int64_t kStripeWaitDays = 8;      // longer than a conversion waits for its click
inline constexpr std::int64_t kStripeEventDays = 35;    // how long it is known what an event led to
inline constexpr std::int64_t kStripeUnusedDays = 400;  // after its last invoice, a subscription of nobody is forgotten

// How the event came.
struct StripeDelivery {
  Caller caller;  // of the receiver (stripe_receivers.h)
  std::string request_id;
  std::int64_t received_us = 0;
  bool click_settled = false, click_may_still_come = false;  // as in ConversionReport
};
struct StripeTaken {
  std::string outcome;                         // a stable word, kept with the event
  std::optional<wire::ClickId> wait_for = {};  // the click is not stored yet: take the event again when it is
};
// The sale may be of any kind; not_found for one that may earn something if the account is not active. Outside a
// transaction.
Result<StripeTaken> take_stripe_sale(Database& database, const StripeDelivery& delivery, const StripeSale& sale);

// Upkeep: tries what waits and is due again, at most `batch_max`; gives up what has waited too long. One event that
// fails is logged and keeps no other from being taken.
struct StripeUpkeep {
  std::int64_t taken = 0;
  std::int64_t given_up = 0;
};
Result<StripeUpkeep> keep_up_stripe_sales(Database& database, std::int64_t now_us, int batch_max);

}  // namespace footfall::core
