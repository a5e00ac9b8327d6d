#include "core/actions/reading/webhooks.h"

#include "core/actions/checks.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kLookEveryUs = 50'000;

}  // namespace

Result<WebhookPage> read_webhooks(Database& database, const Caller& caller, WebhookFilter filter, const OwnerIds& of) {
  if (caller.scope().affiliate) return WebhookPage{};
  auto selection = select_owners(database, caller, of);
  if (!selection) return Failure(selection.error());
  filter = restrict_to(*selection, filter);
  WebhookPage page;
  auto rows = list_webhooks(database, filter);
  if (!rows) return Failure(rows.error());
  page.rows = std::move(*rows);
  auto total = count_webhooks(database, filter);
  if (!total) return Failure(total.error());
  page.total = *total;
  return page;
}

Result<WebhookRow> read_webhook(Database& database, const Caller& caller, std::string_view public_id,
                                EndpointKind kind) {
  return load_webhook(database, caller.scope(), public_id, false, kind);
}

Result<DeliveryPage> read_deliveries(Database& database, const Caller& caller, std::string_view endpoint,
                                     const DeliveryQuestion& question, EndpointKind kind) {
  auto webhook = load_webhook(database, caller.scope(), endpoint, false, kind);
  if (!webhook) return Failure(webhook.error());
  DeliveryFilter filter{webhook->id, {}, question.limit, question.offset};
  if (question.status) {
    auto status = parse_choice("the status", *question.status, {"waiting", "delivered", "failed", "cancelled"});
    if (!status) return Failure(status.error());
    filter.status = *status;
  }
  DeliveryPage page;
  auto rows = list_deliveries(database, filter);
  if (!rows) return Failure(rows.error());
  page.rows = std::move(*rows);
  auto total = count_deliveries(database, filter);
  if (!total) return Failure(total.error());
  page.total = *total;
  return page;
}

Result<DeliveryDetails> read_delivery(Database& database, const Caller& caller, std::string_view public_id,
                                      EndpointKind kind) {
  DeliveryDetails details;
  auto delivery = load_delivery(database, caller.scope(), public_id, kind);
  if (!delivery) return Failure(delivery.error());
  details.delivery = std::move(*delivery);
  auto body = body_of_delivery(database, details.delivery.public_id);
  if (!body) return Failure(body.error());
  details.body = std::move(*body);
  auto attempts = attempts_of_delivery(database, details.delivery.public_id);
  if (!attempts) return Failure(attempts.error());
  details.attempts = std::move(*attempts);
  return details;
}

Result<DeliveryRow> await_delivery(Database& database, const Caller& caller, std::string_view public_id,
                                   std::int64_t timeout_us, const Clock& clock, EndpointKind kind) {
  const std::int64_t until_us = clock.steady_us() + timeout_us;
  while (true) {
    auto delivery = load_delivery(database, caller.scope(), public_id, kind);
    if (!delivery || delivery->status != "waiting" || clock.steady_us() >= until_us) return delivery;
    clock.sleep_us(kLookEveryUs);
  }
}

}  // namespace footfall::core
