// Names are resolved before the transaction begins, because a resolver can take seconds. The account's row is locked
// while an endpoint is made, so that two requests cannot make an eleventh together.
#include "core/actions/webhooks.h"

#include <algorithm>

#include "core/actions/checks.h"
#include "core/actions/record_change.h"
#include "core/actions/webhook_body.h"
#include "core/actions/webhook_receiver.h"
#include "core/domain/identifiers.h"
#include "core/domain/postback_url.h"
#include "core/domain/webhook_events.h"
#include "core/storage/webhook_deliveries.h"

namespace footfall::core {
namespace {

constexpr int kResealedAtOnce = 100;  // in one transaction

Failure refused(std::string code, std::string message) {
  return Failure(Error{ErrorKind::invalid, ErrorSource::client, false, std::move(message), std::move(code)});
}

// As the dialect spells them, each once, in the dialect's order; none for all.
Result<std::vector<std::string>> parse_events(wire::Dialect dialect, const std::vector<std::string>& given) {
  const auto names = webhook_events(dialect);
  std::vector<std::string> chosen;
  for (const std::string& wanted : given) {
    if (tidy_identifier(wanted) == "*") return std::vector<std::string>{};
    if (std::none_of(names.begin(), names.end(), [&](auto name) { return is_same_name(name, wanted); })) {
      std::string all;
      for (const auto name : names) all += (all.empty() ? "" : ", ") + std::string(name);
      return refused("webhook_event", "\"" + wanted + "\" is no event; there are: " + all);
    }
  }
  for (const auto name : names) {
    if (std::any_of(given.begin(), given.end(), [&](const auto& wanted) { return is_same_name(name, wanted); })) {
      chosen.emplace_back(name);
    }
  }
  return chosen;
}

Result<void> check_description(std::string_view description) {
  if (description.empty()) return {};
  if (auto good = check_name("the description", description); !good) return about("description", good.error());
  return {};
}

Result<Digest256> sealing_key(const WebhookSettings& settings) {
  if (settings.secrets_keys) return settings.secrets_keys->key;
  return refused("secrets_key",
                 "webhook secrets cannot be kept safely: set secrets_key in core's configuration to what "
                 "`openssl rand -hex 32` prints");
}

std::string joined(const std::vector<std::string>& names) {
  std::string all;
  for (const auto& name : names) all += (all.empty() ? "" : ",") + name;
  return all.empty() ? "*" : all;
}

// `verb` of "webhook.enable" or "postback.enable".
Result<void> record(Database& database, const Caller& caller, std::string_view verb, const WebhookRow& row,
                    const ChangeDetails& details = {}) {
  const std::string action = std::string(kind_name(row.kind)).append(".").append(verb);
  return record_change(database, caller, {row.account, row.mode, action, row.public_id, details});
}

// Loads and locks the endpoint, changes it, and writes the audit entry.
Result<WebhookRow> change(Database& database, const Caller& caller, std::string_view public_id, std::string_view verb,
                          const std::function<Result<ChangeDetails>(WebhookRow&)>& apply,
                          EndpointKind kind = EndpointKind::webhook) {
  return database.transaction<WebhookRow>([&]() -> Result<WebhookRow> {
    auto row = load_webhook(database, caller.scope(), public_id, true, kind);
    if (!row) return row;
    auto details = apply(*row);
    if (!details) return Failure(details.error());
    if (auto recorded = record(database, caller, verb, *row, *details); !recorded) return Failure(recorded.error());
    return load_webhook(database, row->id);
  });
}

// Affiliates have no webhooks, and an endpoint outside of the caller's mode does not exist for it.
Result<AccountRow> owner_of(Database& database, const Caller& caller, const NewWebhook& webhook) {
  const Scope scope = caller.scope();
  if (scope.affiliate) return not_found("affiliates have no webhooks");
  if (!scope.contains_mode(webhook.mode)) return other_mode_not_found(webhook.mode);
  auto account = load_account(database, scope, webhook.account);
  if (account && !has_webhooks(account->dialect)) {
    return refused("webhook_dialect", "account " + account->public_id + " speaks " +
                                          std::string(wire::dialect_name(account->dialect)) +
                                          ", which has no webhooks; Selgeo and BaClique have");
  }
  return account;
}

}  // namespace

Result<CreatedWebhook> create_webhook(Database& database, const Caller& caller, const WebhookSettings& settings,
                                      const NewWebhook& webhook) {
  auto owner = owner_of(database, caller, webhook);
  if (!owner) return Failure(owner.error());
  auto key = sealing_key(settings);
  if (!key) return Failure(key.error());
  auto events = parse_events(owner->dialect, webhook.events);
  if (!events) return Failure(events.error());
  if (auto good = check_description(webhook.description); !good) return Failure(good.error());
  auto url = check_webhook_receiver(webhook.url, webhook.mode, settings.receivers, owner->id);
  if (!url) return Failure(url.error());
  return database.transaction<CreatedWebhook>([&]() -> Result<CreatedWebhook> {
    auto account = load_account(database, caller.scope(), webhook.account, true);
    if (!account) return Failure(account.error());
    auto count = count_webhooks(database, {account->id, webhook.mode});
    if (!count) return Failure(count.error());
    if (*count >= kWebhooksMax) {
      return refused("webhook_limit", "the account has " + std::to_string(kWebhooksMax) + " webhook endpoints in " +
                                          std::string(mode_name(webhook.mode)) + " mode; delete one first");
    }
    CreatedWebhook created;
    created.secret = new_webhook_secret();
    WebhookRow& row = created.row;
    row.public_id = wire::new_public_id("whk_");
    row.account = account->id;
    row.account_public_id = account->public_id;
    row.account_dialect = account->dialect;
    row.mode = webhook.mode;
    row.url = url->text;
    row.description = webhook.description;
    row.events = *events;
    row.sealed_secret = seal_webhook_secret(*key, row.public_id, created.secret);
    if (auto inserted = insert_webhook(database, row); !inserted) return Failure(inserted.error());
    ChangeDetails details;
    details.add("mode", mode_name(row.mode)).add("host", url->host).add("events", joined(row.events));
    auto recorded = record(database, caller, "create", row, details);
    if (!recorded) return Failure(recorded.error());
    return created;
  });
}

Result<WebhookRow> update_webhook(Database& database, const Caller& caller, const WebhookSettings& settings,
                                  std::string_view public_id, const WebhookFields& fields) {
  auto before = load_webhook(database, caller.scope(), public_id);
  if (!before) return before;
  std::optional<TargetUrl> url;
  if (fields.url) {
    auto checked = check_webhook_receiver(*fields.url, before->mode, settings.receivers, before->account);
    if (!checked) return Failure(checked.error());
    url = *checked;
  }
  return change(database, caller, public_id, "update", [&](WebhookRow& row) -> Result<ChangeDetails> {
    ChangeDetails details;
    if (url) {
      row.url = url->text;
      details.add("host", url->host);
    }
    if (fields.description) {
      if (auto good = check_description(*fields.description); !good) return Failure(good.error());
      row.description = *fields.description;
      details.add("description", row.description);
    }
    if (fields.events) {
      auto events = parse_events(row.account_dialect, *fields.events);
      if (!events) return Failure(events.error());
      row.events = *events;
      details.add("events", joined(row.events));
    }
    if (auto stored = store_webhook(database, row); !stored) return Failure(stored.error());
    return details;
  });
}

Result<CreatedWebhook> rotate_webhook_secret(Database& database, const Caller& caller, const WebhookSettings& settings,
                                             std::string_view public_id) {
  auto key = sealing_key(settings);
  if (!key) return Failure(key.error());
  const std::string secret = new_webhook_secret();
  auto row = change(database, caller, public_id, "rotate", [&](WebhookRow& changed) -> Result<ChangeDetails> {
    changed.sealed_secret = seal_webhook_secret(*key, changed.public_id, secret);
    if (auto stored = store_webhook(database, changed); !stored) return Failure(stored.error());
    return ChangeDetails();
  });
  if (!row) return Failure(row.error());
  return CreatedWebhook{*row, secret};
}

Result<Resealed> reseal_webhook_secrets(Database& database, const Caller& caller, const WebhookSettings& settings) {
  if (auto allowed = caller.must_cross_accounts(); !allowed) return Failure(allowed.error());
  auto key = sealing_key(settings);
  if (!key) return Failure(key.error());
  Resealed outcome;
  WebhookId after;
  while (true) {
    auto done = database.transaction<std::vector<WebhookRow>>([&]() -> Result<std::vector<WebhookRow>> {
      auto rows = lock_webhooks_after(database, after, kResealedAtOnce);
      if (!rows) return rows;
      for (WebhookRow& row : *rows) {
        const auto secret = unseal_webhook_secret(*settings.secrets_keys, row.public_id, row.sealed_secret);
        if (!secret) {
          row.sealed_secret.clear();
          continue;
        }
        row.sealed_secret = seal_webhook_secret(*key, row.public_id, *secret);
        if (auto stored = store_webhook(database, row); !stored) return Failure(stored.error());
        if (auto recorded = record(database, caller, "reseal", row, {}); !recorded) return Failure(recorded.error());
      }
      return rows;
    });
    if (!done) return Failure(done.error());
    for (const WebhookRow& row : *done) ++(row.sealed_secret.empty() ? outcome.unreadable : outcome.resealed);
    if (done->size() < static_cast<std::size_t>(kResealedAtOnce)) return outcome;
    after = done->back().id;
  }
}

Result<WebhookRow> enable_webhook(Database& database, const Caller& caller, std::string_view public_id,
                                  EndpointKind kind) {
  const auto enable = [&](WebhookRow& row) -> Result<ChangeDetails> {
    if (auto enabled = enable_webhook_row(database, row.id); !enabled) return Failure(enabled.error());
    return ChangeDetails();
  };
  return change(database, caller, public_id, "enable", enable, kind);
}

Result<WebhookRow> disable_webhook(Database& database, const Caller& caller, std::string_view public_id,
                                   EndpointKind kind) {
  const auto disable = [&](WebhookRow& row) -> Result<ChangeDetails> {
    auto cancelled = stop_webhook_row(database, row.id, "disabled", "by_hand");
    if (!cancelled) return Failure(cancelled.error());
    return ChangeDetails().add("cancelled", *cancelled);
  };
  return change(database, caller, public_id, "disable", disable, kind);
}

Result<void> delete_webhook(Database& database, const Caller& caller, std::string_view public_id) {
  auto done = database.transaction<bool>([&]() -> Result<bool> {
    auto row = load_webhook(database, caller.scope(), public_id, true);
    if (!row) return Failure(row.error());
    auto cancelled = stop_webhook_row(database, row->id, "deleted", "by_hand");
    if (!cancelled) return Failure(cancelled.error());
    auto recorded = record(database, caller, "delete", *row, ChangeDetails().add("cancelled", *cancelled));
    if (!recorded) return Failure(recorded.error());
    return true;
  });
  if (!done) return Failure(done.error());
  return {};
}

Result<bool> disable_failing_webhook(Database& database, WebhookId id, std::string_view reason) {
  return database.transaction<bool>([&]() -> Result<bool> {
    auto row = load_webhook(database, id, true);
    if (!row && row.error().kind == ErrorKind::not_found) return false;
    if (!row) return Failure(row.error());
    if (row->status != "active") return false;
    auto cancelled = stop_webhook_row(database, id, "disabled", reason);
    if (!cancelled) return Failure(cancelled.error());
    auto recorded = record(database, deliver_caller(std::string(reason)), "disable", *row,
                           ChangeDetails().add("cancelled", *cancelled));
    if (!recorded) return Failure(recorded.error());
    return true;
  });
}

Result<std::string> ping_webhook(Database& database, const Caller& caller, std::string_view public_id,
                                 std::int64_t now_us, EndpointKind kind) {
  NewWebhookEvent event;
  event.public_id = wire::new_public_id("evt_");
  event.type = kWebhookTest;
  event.is_test = true;
  event.delivery_public_id = wire::new_public_id("whd_");
  const auto ping = [&](WebhookRow& endpoint) -> Result<ChangeDetails> {
    event.account = endpoint.account;
    event.mode = endpoint.mode;
    event.subject = endpoint.public_id;
    event.body = endpoint.kind == EndpointKind::postback
                     ? sample_postback(endpoint.url)
                     : webhook_body(endpoint.account_dialect, {event.public_id, event.type, endpoint.mode, now_us},
                                    "{\"endpoint_id\":\"" + endpoint.public_id + "\"}");
    event.to = {endpoint.id};
    if (auto stored = insert_webhook_events(database, {event}); !stored) return Failure(stored.error());
    return ChangeDetails();
  };
  auto row = change(database, caller, public_id, "ping", ping, kind);
  if (!row) return Failure(row.error());
  return event.delivery_public_id;
}

Result<void> redeliver(Database& database, const Caller& caller, std::string_view delivery) {
  auto found = load_delivery(database, caller.scope(), delivery);
  if (!found) return Failure(found.error());
  auto done =
      change(database, caller, found->endpoint_public_id, "redeliver", [&](WebhookRow& row) -> Result<ChangeDetails> {
        if (row.status != "active") return refused("webhook_disabled", "the endpoint is disabled; enable it first");
        if (found->is_test) return refused("webhook_test", "a ping is not sent again; ping once more");
        auto repeated = repeat_delivery(database, row.id, found->public_id);
        if (!repeated) return Failure(repeated.error());
        return ChangeDetails().add("delivery", found->public_id);
      });
  if (!done) return Failure(done.error());
  return {};
}

Result<std::int64_t> redeliver_failed(Database& database, const Caller& caller, std::string_view public_id) {
  std::int64_t count = 0;
  auto done = change(database, caller, public_id, "redeliver", [&](WebhookRow& row) -> Result<ChangeDetails> {
    if (row.status != "active") return refused("webhook_disabled", "the endpoint is disabled; enable it first");
    auto repeated = repeat_failed_deliveries(database, row.id, kRedeliveriesMax);
    if (!repeated) return Failure(repeated.error());
    count = *repeated;
    return ChangeDetails().add("deliveries", count);
  });
  if (!done) return Failure(done.error());
  return count;
}

}  // namespace footfall::core
