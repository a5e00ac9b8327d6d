// The table webhook_endpoints: where an account wants its events sent. An endpoint is a webhook of the account's own,
// or a postback to an affiliate's tracker; both are sent in the same way. A deleted endpoint keeps its row for the
// deliveries that refer to it. All calls run on the caller's connection, inside its transaction if it has one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/storage/database.h"
#include "core/storage/scope.h"
#include "proto/wire/dialect.h"
#include "proto/wire/ids.h"

namespace footfall::core {

using WebhookId = wire::Identifier<struct WebhookTag>;

enum class EndpointKind : std::uint8_t {
  webhook,   // POST of a signed body
  postback,  // GET of a URL that is made of the template `url` for each event
};
std::string_view kind_name(EndpointKind kind);

struct WebhookRow {
  WebhookId id;
  EndpointKind kind = EndpointKind::webhook;
  std::string public_id;
  wire::AccountId account;
  std::string account_public_id;                        // read only
  wire::Dialect account_dialect = wire::Dialect::none;  // read only
  wire::Mode mode = wire::Mode::live;
  std::string url;
  std::string description;
  std::vector<std::string> events;                      // a webhook's: the dialect's names, none: every event
  std::string sealed_secret;                            // a webhook's, as core/actions/webhook_secret.h seals it
  wire::CampaignId campaign;                            // a postback's: only conversions of this campaign …
  wire::AffiliateId affiliate;                          // … and of this affiliate
  std::string campaign_public_id, affiliate_public_id;  // read only
  std::string status = "active";                        // active, disabled
  std::optional<std::string> disabled_reason;           // by_hand, gone, failures, backlog
  std::int64_t failures_in_row = 0;
  std::optional<std::int64_t> paused_until_us;
  std::int64_t created_us = 0;
  std::optional<std::int64_t> disabled_us;

  // Whether it wants events of that type.
  bool wants(std::string_view type) const;
};

// Fills in id and created_us.
Result<void> insert_webhook(Database& database, WebhookRow& row);
// Deleted ones are not found.
Result<WebhookRow> load_webhook(Database& database, const Scope& scope, std::string_view public_id,
                                bool for_update = false, EndpointKind kind = EndpointKind::webhook);
Result<WebhookRow> load_webhook(Database& database, WebhookId id, bool for_update = false);
// Those of both states with a secret, in the order of their ids, locked to the end of the transaction.
Result<std::vector<WebhookRow>> lock_webhooks_after(Database& database, WebhookId after, int limit);
Result<void> store_webhook(Database& database, const WebhookRow& row);  // url, description, events and secret
Result<void> enable_webhook_row(Database& database, WebhookId id);      // forgets earlier failures
// Also cancels what still waits for it; `status` is disabled or deleted. Answers how many deliveries that were.
Result<std::int64_t> stop_webhook_row(Database& database, WebhookId id, std::string_view status,
                                      std::string_view reason);

struct WebhookFilter {
  wire::AccountId account;  // none: of all
  std::optional<wire::Mode> mode;
  int limit = 50;
  std::int64_t offset = 0;
  EndpointKind kind = EndpointKind::webhook;
};
Result<std::vector<WebhookRow>> list_webhooks(Database& database, const WebhookFilter& filter);  // newest first
Result<std::int64_t> count_webhooks(Database& database, const WebhookFilter& filter);
// The active ones of these accounts, of both kinds.
Result<std::vector<WebhookRow>> active_webhooks(Database& database, const std::vector<std::uint64_t>& accounts);

// After an attempt that succeeded: nothing failed in a row. A pause that an attempt beside it asked for goes on.
Result<void> note_webhook_success(Database& database, WebhookId id);
// After one that failed: answers how many failed in a row, this one included.
Result<std::int64_t> note_webhook_failure(Database& database, WebhookId id);
Result<void> pause_webhook(Database& database, WebhookId id, std::int64_t pause_us);  // a pause that ends later stays

}  // namespace footfall::core
