// The dashboard's webhook endpoints (SEL-46 to SEL-50). A secret stands in the answers of create and rotate alone.
#include "core/actions/webhooks.h"

#include <boost/json.hpp>

#include "core/actions/reading/webhooks.h"
#include "core/api/json_output.h"
#include "core/api/selgeo/handlers.h"
#include "core/api/selgeo/responses.h"

namespace footfall::core::selgeo {
namespace {

namespace json = boost::json;
constexpr std::size_t kUrlCharactersMax = 2'048;
constexpr std::size_t kDescriptionCharactersMax = 200;
constexpr std::size_t kEventCharactersMax = 100;
constexpr std::string_view kStatuses[] = {"waiting", "delivered", "failed", "cancelled"};

struct WebhookError {
  std::string_view code;  // of the action
  int status;
  std::string_view name;  // Selgeo's
};
constexpr WebhookError kErrors[] = {
    {"webhook_limit", 422, "WEBHOOK_ENDPOINT_LIMIT_EXCEEDED"},
    {"webhook_url_not_https", 422, "WEBHOOK_URL_NOT_HTTPS"},
    {"webhook_url_private_ip", 422, "WEBHOOK_URL_PRIVATE_IP"},
    {"webhook_url_unresolvable", 422, "WEBHOOK_URL_UNRESOLVABLE"},
    {"webhook_disabled", 409, "WEBHOOK_DISABLED"},
    {"webhook_test", 409, "WEBHOOK_TEST"},
};

ApiResponse refusal_of(const Error& error, const ApiRequest& request) {
  if (error.kind == ErrorKind::not_found) {
    return error_response(kSelgeo, 404, "Webhook endpoint not found", "WEBHOOK_NOT_FOUND");
  }
  if (error.code == "webhook_url") return validation_response({{"url", error.message}});
  if (error.code == "webhook_event") return validation_response({{"events", error.message}});
  for (const WebhookError& known : kErrors) {
    if (known.code == error.code) return error_response(kSelgeo, known.status, error.message, known.name);
  }
  return refusal_response(error, "Webhook endpoint", request);
}

json::object endpoint_view(const WebhookRow& row) {
  json::array events;
  for (const std::string& name : row.events) events.emplace_back(name);
  if (events.empty()) events.emplace_back("*");
  return {{"id", row.public_id},
          {"url", row.url},
          {"description", row.description},
          {"events", std::move(events)},
          {"mode", mode_name(row.mode)},
          {"enabled", row.status == "active"},
          {"disabled_reason", nullable_text(row.disabled_reason)},
          {"disabled_at", nullable_time(row.disabled_us)},
          {"failures_in_row", row.failures_in_row},
          {"created_at", iso8601_ms(row.created_us)}};
}

json::object delivery_view(const DeliveryRow& row) {
  return {{"id", row.public_id},
          {"event_id", row.event_public_id},
          {"endpoint_id", row.endpoint_public_id},
          {"type", row.type},
          {"subject_id", row.subject},
          {"status", row.status},
          {"attempts", row.attempts},
          {"last_status", nullable_number(row.last_status)},
          {"last_error", nullable_text(row.last_error)},
          {"created_at", iso8601_ms(row.created_us)},
          {"next_attempt_at", nullable_time(row.next_attempt_us)},
          {"finished_at", nullable_time(row.finished_us)}};
}

ApiResponse with_secret(const Result<CreatedWebhook>& created, int status, const ApiRequest& request) {
  if (!created) return refusal_of(created.error(), request);
  json::object view = endpoint_view(created->row);
  view["secret"] = created->secret;
  return json_response(view, status);
}

ApiResponse endpoint_response(const Result<WebhookRow>& row, const ApiRequest& request) {
  return row ? json_response(endpoint_view(*row)) : refusal_of(row.error(), request);
}

}  // namespace

ApiResponse list_webhooks(AdmittedRequest& admitted, WorkerContext& context) {
  FieldReader read(admitted.input, FieldStyle::terse);
  const NumberedPage page = read_page(read);
  if (!read.problems().empty()) return validation_response(read.problems());
  auto found =
      read_webhooks(context.database, admitted.caller(), {{}, {}, static_cast<int>(page.limit), page.offset()});
  if (!found) return failure_response(kSelgeo, found.error(), admitted.request);
  json::array data;
  for (const WebhookRow& row : found->rows) data.push_back(endpoint_view(row));
  return json_response(numbered_list(std::move(data), page, found->total));
}

ApiResponse new_webhook(AdmittedRequest& admitted, WorkerContext& context) {
  FieldReader read(admitted.input, FieldStyle::terse);
  NewWebhook webhook;
  webhook.account = admitted.caller().account.public_id;
  webhook.mode = admitted.caller().acting_mode();
  webhook.url = read.text("url", {.required = true, .characters_max = kUrlCharactersMax}).value_or("");
  webhook.description =
      read.text("description", {.characters_max = kDescriptionCharactersMax, .is_free = true}).value_or("");
  webhook.events = read.texts("events", {.characters_max = kEventCharactersMax}).value_or(std::vector<std::string>{});
  if (!read.problems().empty()) return validation_response(read.problems());
  return with_secret(create_webhook(context.database, admitted.caller(), context.webhooks, webhook), 201,
                     admitted.request);
}

ApiResponse show_webhook(AdmittedRequest& admitted, WorkerContext& context) {
  return endpoint_response(read_webhook(context.database, admitted.caller(), admitted.parameters[0]), admitted.request);
}

ApiResponse change_webhook(AdmittedRequest& admitted, WorkerContext& context) {
  FieldReader read(admitted.input, FieldStyle::terse, NullMeaning::clears);
  WebhookFields fields;
  fields.url = read.text("url", {.characters_max = kUrlCharactersMax});
  fields.description = read.cleared("description")
                           ? std::string()
                           : read.text("description", {.characters_max = kDescriptionCharactersMax, .is_free = true});
  fields.events = read.texts("events", {.characters_max = kEventCharactersMax});
  const auto enabled = read.boolean("enabled");
  if (!read.problems().empty()) return validation_response(read.problems());
  const std::string& id = admitted.parameters[0];
  auto row = update_webhook(context.database, admitted.caller(), context.webhooks, id, fields);
  if (row && enabled && *enabled != (row->status == "active")) {
    row = *enabled ? enable_webhook(context.database, admitted.caller(), id)
                   : disable_webhook(context.database, admitted.caller(), id);
  }
  return endpoint_response(row, admitted.request);
}

ApiResponse remove_webhook(AdmittedRequest& admitted, WorkerContext& context) {
  auto removed = delete_webhook(context.database, admitted.caller(), admitted.parameters[0]);
  if (!removed) return refusal_of(removed.error(), admitted.request);
  return json_response({{"id", admitted.parameters[0]}, {"deleted", true}});
}

ApiResponse rotate_webhook(AdmittedRequest& admitted, WorkerContext& context) {
  return with_secret(
      rotate_webhook_secret(context.database, admitted.caller(), context.webhooks, admitted.parameters[0]), 200,
      admitted.request);
}

// SELX-12. The first pass sends the ping, the second answers with what became of it. A receiver that takes long is not
// waited for: then the status is "waiting", and the delivery says later.
ApiResponse test_webhook(AdmittedRequest& admitted, WorkerContext& context) {
  const Caller& caller = admitted.caller();
  if (admitted.request.is_first_pass()) {
    auto sent = ping_webhook(context.database, caller, admitted.parameters[0], context.clock.wall_us());
    if (!sent) return refusal_of(sent.error(), admitted.request);
    ApiResponse waiting;
    waiting.wait_for_delivery = std::move(*sent);
    return waiting;
  }
  auto details = read_delivery(context.database, caller, admitted.request.awaited_delivery);
  if (!details) return refusal_of(details.error(), admitted.request);
  return json_response(delivery_view(details->delivery), details->delivery.status == "waiting" ? 202 : 200);
}

ApiResponse list_deliveries_of_webhook(AdmittedRequest& admitted, WorkerContext& context) {
  FieldReader read(admitted.input, FieldStyle::terse);
  const NumberedPage page = read_page(read);
  DeliveryQuestion question;
  question.status = read.choice("status", kStatuses);
  question.limit = static_cast<int>(page.limit);
  question.offset = page.offset();
  if (!read.problems().empty()) return validation_response(read.problems());
  auto found = read_deliveries(context.database, admitted.caller(), admitted.parameters[0], question);
  if (!found) return refusal_of(found.error(), admitted.request);
  json::array data;
  for (const DeliveryRow& row : found->rows) data.push_back(delivery_view(row));
  return json_response(numbered_list(std::move(data), page, found->total));
}

ApiResponse show_delivery(AdmittedRequest& admitted, WorkerContext& context) {
  auto details = read_delivery(context.database, admitted.caller(), admitted.parameters[0]);
  if (!details && details.error().kind == ErrorKind::not_found) return error_response(kSelgeo, 404);
  if (!details) return failure_response(kSelgeo, details.error(), admitted.request);
  json::object view = delivery_view(details->delivery);
  view["body"] = details->body;
  json::array attempts;
  for (const AttemptRow& attempt : details->attempts) {
    attempts.push_back({{"number", attempt.number},
                        {"started_at", iso8601_ms(attempt.started_us)},
                        {"duration_ms", attempt.duration_us / 1'000},
                        {"status", nullable_number(attempt.status)},
                        {"error", nullable_text(attempt.error)}});
  }
  view["attempt_list"] = std::move(attempts);
  return json_response(view);
}

ApiResponse redeliver_webhook(AdmittedRequest& admitted, WorkerContext& context) {
  const std::string& id = admitted.parameters[0];
  auto done = redeliver(context.database, admitted.caller(), id);
  if (!done && done.error().kind == ErrorKind::not_found) return error_response(kSelgeo, 404);
  if (!done) return refusal_of(done.error(), admitted.request);
  auto details = read_delivery(context.database, admitted.caller(), id);
  if (!details) return failure_response(kSelgeo, details.error(), admitted.request);
  return json_response(delivery_view(details->delivery), 202);
}

}  // namespace footfall::core::selgeo
