// Stripe's Checkout: a session of one payment for each deposit (POST /v1/checkout/sessions), and the webhooks that tell
// what came of it.
#pragma once

#include <memory>
#include <string>

#include "core/payments/provider.h"

namespace footfall::core {

struct StripeSettings {
  std::string url = "https://api.stripe.com";  // without a slash at its end
  std::string secret_key;                      // sk_…
  std::string webhook_secret;                  // whsec_…
  std::int64_t timeout_ms = 10'000;
  std::string ca_file;  // empty: the system's certificates
};

std::unique_ptr<PaymentProvider> make_stripe(StripeSettings settings);

// What is sent for `order`, as a form. invalid with code "amount": a sum that Stripe cannot express.
Result<std::string> stripe_session_form(const PaymentOrder& order);
// sk_test_… and rk_test_… are keys of Stripe's test mode, all others of its live mode.
bool is_live_key(std::string_view secret_key);
// The notice in an event of Stripe's. None: an event that is no concern of deposits. forbidden: an event of the mode in
// which the key is not, for play money must never be booked as money.
Result<std::optional<PaymentNotice>> read_stripe_event(std::string_view body, bool is_live);

}  // namespace footfall::core
