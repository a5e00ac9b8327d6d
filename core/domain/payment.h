// A payment of a deposit as a payment provider is asked for it and as it tells of it. Plain values.
#pragma once

#include <cstdint>
#include <string>

namespace footfall::core {

// What is to be paid, and where the payer goes afterwards.
struct PaymentOrder {
  std::string deposit;  // public id
  std::int64_t amount_minor = 0;
  std::string currency;
  std::string success_url, cancel_url;
  std::int64_t expires_us = 0;
};

// The page of a provider on which one deposit is paid.
struct PaymentSession {
  std::string reference;  // the provider's id of it
  std::string url;
};

enum class PaymentEvent : std::uint8_t {
  paid,
  failed,    // the payer tried, and the money did not come
  expired,   // the page can be paid no more
  refunded,  // the provider has sent money back
  // The payer's bank takes the money back until the dispute is decided.
  disputed,
  dispute_won,   // the money is there again
  dispute_lost,  // it stays away
};
constexpr bool is_of_dispute(PaymentEvent event) { return event >= PaymentEvent::disputed; }

// What a provider says happened. Its signature has been checked.
struct PaymentNotice {
  std::string id;  // of the notice: one that comes again has the same
  PaymentEvent event = PaymentEvent::paid;
  std::string deposit;            // public id; of a dispute empty, for it names only the payment
  std::string session;            // the session's reference; only of paid, failed and expired
  std::int64_t amount_minor = 0;  // paid: what was paid; refunded: all that was sent back so far; of a dispute: its own
  std::string currency;           // of all but failed and expired
  std::string payment = {};       // the provider's id of it, where it says one
  std::string dispute = {};       // the provider's id of a dispute
};

constexpr const char* payment_event_name(PaymentEvent event) {
  constexpr const char* kNames[] = {"paid", "failed", "expired", "refunded", "disputed", "dispute_won", "dispute_lost"};
  return kNames[static_cast<std::size_t>(event)];
}

}  // namespace footfall::core
