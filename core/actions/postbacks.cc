#include "core/actions/postbacks.h"

#include "core/actions/checks.h"
#include "core/actions/record_change.h"
#include "core/domain/identifiers.h"

namespace footfall::core {

Result<PostbackEndpoint> create_postback(Database& database, const Caller& caller, const PostbackFields& fields) {
  return database.transaction<PostbackEndpoint>([&]() -> Result<PostbackEndpoint> {
    auto account = load_account(database, caller.scope(), fields.account);
    if (!account) return Failure(account.error());
    if (!caller.scope().contains_mode(wire::Mode::live)) return other_mode_not_found(wire::Mode::live);
    if (account->dialect != wire::Dialect::affspace) {
      return invalid("account " + fields.account + " speaks " + std::string(wire::dialect_name(account->dialect)) +
                     "; postback endpoints belong to affspace accounts");
    }
    if (!fields.name.empty()) {
      if (auto sound = check_name("the endpoint's name", fields.name); !sound) return Failure(sound.error());
    }
    PostbackEndpoint endpoint;
    if (fields.goal && !fields.primary) {
      auto type = parse_choice("the goal of a secondary endpoint", *fields.goal, {"pageview", "registration", "lead"});
      if (!type) return Failure(type.error());
      endpoint.goal = *type;
    } else if (fields.goal) {
      endpoint.goal = tidy_identifier(*fields.goal);
      if (auto sound = check_name("the goal", *endpoint.goal); !sound) return Failure(sound.error());
    }
    endpoint.public_id = wire::new_public_id("pb_");
    endpoint.account = account->id;
    endpoint.account_public_id = account->public_id;
    endpoint.name = fields.name;
    endpoint.primary = fields.primary;
    endpoint.key_less = fields.key_less;
    if (auto written = insert_postback_endpoint(database, endpoint); !written) return Failure(written.error());
    auto recorded = record_change(database, caller,
                                  {account->id, wire::Mode::live, "postback.create", endpoint.public_id,
                                   ChangeDetails()
                                       .add("kind", fields.primary ? "primary" : "secondary")
                                       .add("key", fields.key_less ? "none" : "required")});
    if (!recorded) return Failure(recorded.error());
    return endpoint;
  });
}

Result<void> disable_postback(Database& database, const Caller& caller, std::string_view public_id) {
  auto done = database.transaction<bool>([&]() -> Result<bool> {
    auto endpoint = find_postback_endpoint(database, caller.scope(), public_id);
    if (!endpoint) return Failure(endpoint.error());
    if (!*endpoint) return not_found("no postback endpoint " + std::string(public_id) + "; see callback list");
    auto disabled = disable_postback_endpoint(database, (*endpoint)->id);
    if (!disabled) return Failure(disabled.error());
    auto recorded =
        record_change(database, caller, {(*endpoint)->account, wire::Mode::live, "postback.disable", public_id});
    if (!recorded) return Failure(recorded.error());
    return true;
  });
  if (!done) return Failure(done.error());
  return {};
}

Result<std::optional<PostbackEndpoint>> find_postback(Database& database, std::string_view public_id) {
  return find_postback_endpoint(database, {}, public_id);
}

Result<void> log_postback(Database& database, const PostbackEntry& entry) {
  return append_postback_log(database, entry);
}

Result<std::optional<Caller>> endpoint_owner(Database& database, const PostbackEndpoint& endpoint) {
  auto account = load_account(database, endpoint.account);
  if (!account) return Failure(account.error());
  if (account->status != "active") return std::nullopt;
  return endpoint_caller(endpoint.public_id, std::move(*account));
}

}  // namespace footfall::core
