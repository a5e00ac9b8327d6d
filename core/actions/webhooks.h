// Webhook endpoints: whom an account wants told of its events (Selgeo and BaClique). What is sent, and when, is
// core/deliver's business; these actions make, change and stop endpoints, and send things again.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/actions/caller.h"
#include "core/actions/webhook_receiver.h"
#include "core/actions/webhook_secret.h"
#include "core/storage/webhooks.h"

namespace footfall::core {

inline constexpr std::int64_t kWebhooksMax = 10;       // of an account in each mode (SEL-47)
inline constexpr int kRedeliveriesMax = 10'000;        // in one call
inline constexpr std::int64_t kFailuresInRowMax = 20;  // then the endpoint is disabled

struct WebhookSettings {
  std::optional<SecretsKeys> secrets_keys = {};  // none: no endpoint can be made
  ReceiverGuard receivers = {};
};

struct NewWebhook {
  std::string account;  // public id
  wire::Mode mode = wire::Mode::live;
  std::string url;
  std::string description;          // for people; may be empty
  std::vector<std::string> events;  // names of domain/webhook_events.h in any case; none, or "*": every event
};
struct CreatedWebhook {
  WebhookRow row;
  std::string secret;  // shown now and never again
};
// Beside the codes of webhook_receiver.h, "webhook_limit" when the account has kWebhooksMax in the mode already.
Result<CreatedWebhook> create_webhook(Database& database, const Caller& caller, const WebhookSettings& settings,
                                      const NewWebhook& webhook);

struct WebhookFields {  // what is absent keeps its value
  std::optional<std::string> url, description;
  std::optional<std::vector<std::string>> events;
};
Result<WebhookRow> update_webhook(Database& database, const Caller& caller, const WebhookSettings& settings,
                                  std::string_view public_id, const WebhookFields& fields);
// The old secret stops working at once: every later attempt is signed with the new one (SELX-13).
Result<CreatedWebhook> rotate_webhook_secret(Database& database, const Caller& caller, const WebhookSettings& settings,
                                             std::string_view public_id);
// An operator's: seals every secret anew with the first of the two keys, so that the second can be removed.
struct Resealed {
  std::int64_t resealed = 0;
  std::int64_t unreadable = 0;  // sealed with neither key; only a rotation helps them
};
Result<Resealed> reseal_webhook_secrets(Database& database, const Caller& caller, const WebhookSettings& settings);
// With `kind`, of a postback (affiliate_postbacks.h); so with what follows.
Result<WebhookRow> enable_webhook(Database& database, const Caller& caller, std::string_view public_id,
                                  EndpointKind kind = EndpointKind::webhook);
// Both cancel what still waits for the endpoint.
Result<WebhookRow> disable_webhook(Database& database, const Caller& caller, std::string_view public_id,
                                   EndpointKind kind = EndpointKind::webhook);
Result<void> delete_webhook(Database& database, const Caller& caller, std::string_view public_id);
// What core/deliver does to one that is "gone", or that had "failures" or a "backlog". False: it was stopped before.
Result<bool> disable_failing_webhook(Database& database, WebhookId id, std::string_view reason);

// Sends a webhook.test, or calls a postback with sample values, once and whatever state the endpoint is in; the
// delivery's public id, to be read with reading/webhooks.h.
Result<std::string> ping_webhook(Database& database, const Caller& caller, std::string_view public_id,
                                 std::int64_t now_us, EndpointKind kind = EndpointKind::webhook);
// Sends a delivery again, with the same event id. Its endpoint has to be active.
Result<void> redeliver(Database& database, const Caller& caller, std::string_view delivery);
// The same for all of an endpoint that failed or were cancelled; answers how many, at most kRedeliveriesMax.
Result<std::int64_t> redeliver_failed(Database& database, const Caller& caller, std::string_view public_id);

}  // namespace footfall::core
