// What a sale that Stripe tells of becomes: a conversion, or what has to be known for the events that build on it. For
// sources of this folder; stripe_sales.h says what holds for all of it.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/actions/conversion_report.h"
#include "core/actions/stripe_sales.h"
#include "core/storage/stripe_sales.h"

namespace footfall::core {

inline Result<StripeTaken> waits() { return StripeTaken{std::string(kStripeWaiting)}; }
inline Result<StripeTaken> led_to(std::string_view outcome) { return StripeTaken{std::string(outcome)}; }

class StripeBooking {
 public:
  // Both outlive it.
  StripeBooking(Database& database, const StripeDelivery& delivery)
      : database_(database), delivery_(delivery), owner_{delivery.caller.account.id, delivery.caller.acting_mode()} {}

  // Of any kind but refunded. The outcome is not kept with the event. Outside a transaction.
  Result<StripeTaken> book(const StripeSale& sale);
  // Notes what is new of an object of Stripe's.
  Result<void> note(const StripeObject& object);
  // The names of what was noted since the last call: what waits for them can be tried.
  std::vector<std::string> made_known() { return std::exchange(made_known_, {}); }

  const StripeOwner& owner() const { return owner_; }

 private:
  using Tried = Result<StripeTaken>;
  Result<std::optional<wire::ClickId>> click_of(const StripeSale& sale);
  Tried sell(const StripeSale& sale);
  Tried of_nobody(const StripeSale& sale, std::string_view outcome);
  Tried renew(const StripeSale& sale);
  Tried begin(const StripeSale& sale, const StripeObject& subscription);
  Tried follow(const StripeSale& sale, ConversionId earlier);
  Tried link(const StripeSale& sale);
  Tried record(ConversionReport sold, const StripeSale& sale, std::string_view booked);
  Result<void> note_payment(const StripeSale& sale, ConversionId conversion);
  ConversionReport report_of(const StripeSale& sale) const;

  Database& database_;
  const StripeDelivery& delivery_;
  const StripeOwner owner_;
  std::vector<std::string> made_known_;
};

}  // namespace footfall::core
