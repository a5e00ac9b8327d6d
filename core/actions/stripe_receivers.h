// Where Stripe sends the events of an account's sales, one receiver for each mode, and the secret by which it signs
// them. Stripe makes the secret (whsec_…) when it is told of the receiver's URL, so the receiver comes first and the
// secret follows. It is encrypted at rest like those of webhook endpoints, and never shown.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/actions/caller.h"
#include "core/actions/webhooks.h"
#include "core/storage/stripe_receivers.h"

namespace footfall::core {

inline constexpr std::string_view kStripeReceiverPath = "/api/v1/stripe-events/";  // and its public id

struct StripeReceiverFields {
  std::string account;  // public id
  wire::Mode mode = wire::Mode::live;
  std::optional<std::string> signing_secret = {};  // none: the present one stays
};
struct StripeReceiver {
  StripeReceiverRow row;
  std::int64_t waiting = 0;  // events that wait for what they build on
  std::string path() const { return std::string(kStripeReceiverPath) + row.public_id; }
};

// Makes the account's receiver of that mode, or changes its secret: the former one is refused at once (Stripe signs
// with both while it replaces one). invalid, with a code: "stripe_dialect" (only Selgeo has receivers), "stripe_secret"
// (not of the form whsec_…), "secrets_key" (the configuration has none).
Result<StripeReceiver> set_stripe_receiver(Database& database, const Caller& caller, const WebhookSettings& settings,
                                           const StripeReceiverFields& fields);
// not_found: the account has none in that mode.
Result<StripeReceiver> read_stripe_receiver(Database& database, const Caller& caller, std::string_view account,
                                            wire::Mode mode);
// What Stripe told stays; a receiver that is made anew has another URL.
Result<void> delete_stripe_receiver(Database& database, const Caller& caller, std::string_view account,
                                    wire::Mode mode);
// An operator's: the same for these secrets as reseal_webhook_secrets() for those of webhooks.
Result<Resealed> reseal_stripe_secrets(Database& database, const Caller& caller, const WebhookSettings& settings);

// Who reports what Stripe told: the receiver, for its account, active or not, and mode.
Result<Caller> stripe_receiver_owner(Database& database, const StripeReceiverRow& receiver);

}  // namespace footfall::core
