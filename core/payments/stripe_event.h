// What all readers of Stripe's events share: the envelope, the mode, and amounts. For sources of this folder. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/payments/provider_json.h"
#include "proto/base/result.h"

namespace footfall::core {

struct StripeEnvelope {
  std::string id;    // evt_…
  std::string type;  // "charge.refunded"
  ProviderJson json;

  std::string text(std::string_view name) const { return json.text({"data", "object", name}); }
  std::optional<std::int64_t> integer(std::string_view name) const { return json.integer({"data", "object", name}); }
};
// invalid: not an event. forbidden: an event of the mode in which `ours` is not, for play money must never be booked as
// money; `ours` is what has a mode, for the message.
Result<StripeEnvelope> open_stripe_event(std::string_view body, bool is_live, std::string_view ours);

// An amount in the currency's own minor units, as we keep it.
struct StripeMoney {
  std::int64_t minor = 0;
  std::string currency;  // upper case
};
// 12345, "pln" as Stripe says them. invalid: no currency, no amount, or one that the currency's unit cannot express.
Result<StripeMoney> read_stripe_money(std::optional<std::int64_t> amount, std::string_view currency);

// How many decimals Stripe's unit of the currency has. That is not always the number of ISO 4217, in which we keep
// amounts (https://docs.stripe.com/currencies).
int stripe_exponent(std::string_view currency);
// The same value in the other's unit; none if it cannot be expressed there exactly.
std::optional<std::int64_t> exact_rescale(std::int64_t minor, int from, int to);

Failure unreadable_stripe_event();

}  // namespace footfall::core
