// The tables webhook_events, webhook_deliveries and webhook_attempts: what is told to whom, and how that went. Times
// are the database's own, so that several processes agree on what is due. All calls run on the caller's connection,
// inside its transaction if it has one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/storage/database.h"
#include "core/storage/scope.h"
#include "core/storage/webhooks.h"

namespace footfall::core {

struct NewWebhookEvent {
  std::string public_id;  // evt_…
  wire::AccountId account;
  wire::Mode mode = wire::Mode::live;
  std::string type;  // the dialect's name
  std::string subject;
  std::string body;                // JSON; of a postback, the URL to call, but for the click's sub ids (postback_url.h)
  std::vector<WebhookId> to;       // those that are no longer active are left out
  bool is_test = false;            // a ping: to any state of endpoint, tried once
  std::string delivery_public_id;  // of a ping, whose caller waits for it; empty: made up
};
// Stores the events and a delivery for each endpoint; an event that nobody wants is not stored.
Result<void> insert_webhook_events(Database& database, const std::vector<NewWebhookEvent>& events);
// Makes a delivery due at once, whatever became of it, with all its attempts anew. Its endpoint no longer pauses.
Result<void> repeat_delivery(Database& database, WebhookId endpoint, std::string_view public_id);
// The same for all of an endpoint that failed or were cancelled, oldest first, pings excepted; answers how many.
Result<std::int64_t> repeat_failed_deliveries(Database& database, WebhookId endpoint, int limit);

struct DueDelivery {
  std::int64_t id = 0;
  int attempt = 1;           // the one that is to be made now, counted from the first of all
  int attempt_of_round = 1;  // the same, counted from the last time that it was sent again by hand
  bool is_test = false;
  std::string event_public_id, type, subject, body;
  WebhookRow endpoint;  // url, sealed_secret, ids, kind, mode and dialect only
};
struct BusyEndpoint {
  WebhookId endpoint;
  int attempts = 0;  // of this process, under way
};
struct TakeLimits {
  int total = 1;
  int per_endpoint = 1;       // pings among them; one event at a time for an endpoint that fails
  int per_account = 1;        // to all endpoints of an account
  std::int64_t lease_us = 0;  // longer than any attempt takes
  std::vector<BusyEndpoint> busy;
};
// Takes what is due: counts the attempt, and hides the delivery for the length of the lease. Accounts with fewer
// attempts under way come first, and of each account the endpoints with fewer. `busy` counts towards the limits.
Result<std::vector<DueDelivery>> take_due_deliveries(Database& database, const TakeLimits& limits);

struct AttemptRow {
  int number = 1;
  std::int64_t started_us = 0;
  std::int64_t duration_us = 0;
  std::optional<std::int64_t> status;  // of HTTP
  std::optional<std::string> error;    // none: it succeeded
};
// Each of these is for the attempt that take_due_deliveries() began; false: the delivery has been taken again, or
// cancelled, since then, and nothing is changed.
Result<bool> end_delivery(Database& database, std::int64_t id, const AttemptRow& attempt, std::string_view status);
Result<bool> postpone_delivery(Database& database, std::int64_t id, const AttemptRow& attempt, std::int64_t delay_us);
// As if it had never been taken, and due after `delay_us`: for an attempt that was not made, or that is broken off.
Result<void> give_back_delivery(Database& database, std::int64_t id, int attempt, std::int64_t delay_us = 0);

struct DeliveryRow {
  std::string public_id, event_public_id, endpoint_public_id, type, subject, status;
  bool is_test = false;
  std::int64_t attempts = 0;
  std::int64_t created_us = 0;                  // of the event
  std::optional<std::int64_t> next_attempt_us;  // while it waits
  std::optional<std::int64_t> finished_us;
  std::optional<std::int64_t> last_status;
  std::optional<std::string> last_error;
  wire::AccountId account;
  wire::Mode mode = wire::Mode::live;
};
struct DeliveryFilter {
  WebhookId endpoint;
  std::optional<std::string> status;
  int limit = 50;
  std::int64_t offset = 0;
};
Result<std::vector<DeliveryRow>> list_deliveries(Database& database, const DeliveryFilter& filter);  // newest first
Result<std::int64_t> count_deliveries(Database& database, const DeliveryFilter& filter);
Result<DeliveryRow> load_delivery(Database& database, const Scope& scope, std::string_view public_id,
                                  EndpointKind kind = EndpointKind::webhook);
// Those of them (public ids) that no longer wait, or do not exist any more.
Result<std::vector<std::string>> ended_deliveries(Database& database, const std::vector<std::string>& public_ids);
Result<std::string> body_of_delivery(Database& database, std::string_view public_id);
Result<std::vector<AttemptRow>> attempts_of_delivery(Database& database, std::string_view public_id);  // oldest first

struct EndpointQueue {
  WebhookId endpoint;
  std::int64_t waiting = 0;
  std::int64_t overdue_us = 0;  // of the oldest that is due; 0 while the endpoint pauses
};
// Of every endpoint for which something waits. Counts all of it: for every few seconds, not for every round.
Result<std::vector<EndpointQueue>> delivery_queues(Database& database);

// Removes the oldest events with all that belongs to them, at most 10,000; answers how many.
Result<std::int64_t> trim_webhook_events(Database& database, std::int64_t created_before_us);

}  // namespace footfall::core
