// Webhook endpoints and what was sent to them, as a caller may see it. They belong to the merchant: an affiliate's
// caller finds none.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/actions/caller.h"
#include "core/actions/reading/selection.h"
#include "core/storage/webhook_deliveries.h"
#include "core/storage/webhooks.h"
#include "proto/base/clock.h"

namespace footfall::core {

struct WebhookPage {
  std::vector<WebhookRow> rows;  // newest first
  std::int64_t total = 0;
};
Result<WebhookPage> read_webhooks(Database& database, const Caller& caller, WebhookFilter filter,
                                  const OwnerIds& of = {});
// With `kind`, of postbacks to affiliates; so with what follows.
Result<WebhookRow> read_webhook(Database& database, const Caller& caller, std::string_view public_id,
                                EndpointKind kind = EndpointKind::webhook);

struct DeliveryPage {
  std::vector<DeliveryRow> rows;  // newest first
  std::int64_t total = 0;
};
struct DeliveryQuestion {
  std::optional<std::string> status;  // waiting, delivered, failed, cancelled
  int limit = 50;
  std::int64_t offset = 0;
};
Result<DeliveryPage> read_deliveries(Database& database, const Caller& caller, std::string_view endpoint,
                                     const DeliveryQuestion& question, EndpointKind kind = EndpointKind::webhook);

struct DeliveryDetails {
  DeliveryRow delivery;
  std::string body;                  // as it was sent
  std::vector<AttemptRow> attempts;  // oldest first
};
Result<DeliveryDetails> read_delivery(Database& database, const Caller& caller, std::string_view public_id,
                                      EndpointKind kind = EndpointKind::webhook);

// Looks until the delivery is no longer waiting, or for `timeout_us`; the caller sees by its status which it was.
Result<DeliveryRow> await_delivery(Database& database, const Caller& caller, std::string_view public_id,
                                   std::int64_t timeout_us, const Clock& clock,
                                   EndpointKind kind = EndpointKind::webhook);

}  // namespace footfall::core
