// Each function makes one kind of caller complete, so that none is put together elsewhere. What a caller can see
// follows from its kind, account, mode and affiliate in scope().
#include "core/actions/caller.h"

#include <boost/json.hpp>

#include "core/actions/account_policy.h"

namespace footfall::core {
namespace {

std::map<std::string, std::int64_t, std::less<>> limits_of(std::string_view text) {
  std::map<std::string, std::int64_t, std::less<>> limits;
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse(text, error);
  if (error || !value.is_object()) return limits;
  for (const auto& member : value.get_object()) {
    if (member.value().is_int64()) limits.emplace(std::string(member.key()), member.value().get_int64());
  }
  return limits;
}

Caller user_caller(CallerKind kind, std::string_view user_public_id, AccountRow account, wire::Mode mode) {
  Caller caller;
  caller.kind = kind;
  caller.name = "user:" + std::string(user_public_id);
  caller.public_id = user_public_id;
  caller.account = std::move(account);
  caller.mode = mode;
  caller.policy = account_policy(caller.account);
  return caller;
}

}  // namespace

Scope Caller::scope() const {
  if (crosses_accounts()) return {};
  FOOTFALL_CHECK(account.id);
  Scope scope{account.id, mode};
  if (kind == CallerKind::affiliate) {
    FOOTFALL_CHECK(affiliate);
    scope.affiliate = affiliate;
  }
  return scope;
}

Result<void> Caller::must_cross_accounts() const {
  if (crosses_accounts()) return {};
  return not_found("there is no such thing in the account");
}

wire::Mode Caller::acting_mode() const {
  FOOTFALL_CHECK(mode);
  return *mode;
}

std::int64_t Caller::limit(std::string_view zone) const {
  if (const auto own = limits.find(zone); own != limits.end()) return own->second;
  for (const LimitZone& documented : key_kind == KeyKind::public_key ? policy.public_zones : policy.secret_zones) {
    if (documented.name == zone) return documented.per_minute;
  }
  FOOTFALL_CHECK(!"a zone that the dialect's policy does not name");
  return 0;
}

Caller operator_caller(std::string_view user, std::string reason) {
  Caller caller;
  caller.kind = CallerKind::operator_;
  caller.name = "cli:" + std::string(user);
  caller.reason = std::move(reason);
  return caller;
}

Caller upkeep_caller(std::string reason) {
  Caller caller;
  caller.kind = CallerKind::upkeep;
  caller.name = "upkeep";
  caller.reason = std::move(reason);
  return caller;
}

Caller deliver_caller(std::string reason) {
  Caller caller = upkeep_caller(std::move(reason));
  caller.name = "deliver";
  return caller;
}

Caller registration_caller() {
  Caller caller = upkeep_caller();
  caller.name = "registration";
  return caller;
}

Caller key_caller(KeyHolder holder) {
  const ApiKeyRow& key = holder.key;
  Caller caller;
  caller.kind = CallerKind::api_key;
  caller.name = "api:" + key.public_id;
  caller.public_id = key.public_id;
  caller.account = std::move(holder.account);
  caller.mode = key.mode;
  caller.key_kind = key.kind;
  caller.stamp = holder.stamp;
  caller.policy = account_policy(caller.account);
  caller.limits = limits_of(key.limits);
  return caller;
}

Caller invited_caller(std::string_view user_public_id, AccountRow account, wire::Mode mode) {
  return user_caller(CallerKind::invited, user_public_id, std::move(account), mode);
}

Caller invitation_caller(std::string_view campaign_public_id, AccountRow account) {
  Caller caller = user_caller(CallerKind::invited, campaign_public_id, std::move(account), wire::Mode::test);
  caller.name = "invitation:" + std::string(campaign_public_id);
  return caller;
}

Caller dashboard_caller(std::string_view user_public_id, AccountRow account, wire::Mode mode) {
  return user_caller(CallerKind::dashboard_user, user_public_id, std::move(account), mode);
}

Caller link_caller(AccountRow account, wire::Mode mode) {
  const std::string id = account.public_id;
  Caller caller = user_caller(CallerKind::dashboard_user, id, std::move(account), mode);
  caller.name = "mail-link:" + caller.account.public_id;
  return caller;
}

Caller endpoint_caller(std::string_view endpoint_public_id, AccountRow account) {
  Caller caller;
  caller.kind = CallerKind::callback_endpoint;
  caller.name = "api:" + std::string(endpoint_public_id);
  caller.public_id = endpoint_public_id;
  caller.account = std::move(account);
  caller.mode = wire::Mode::live;
  caller.policy = account_policy(caller.account);
  return caller;
}

Caller receiver_caller(std::string_view receiver_public_id, AccountRow account, wire::Mode mode) {
  Caller caller = endpoint_caller(receiver_public_id, std::move(account));
  caller.name = "stripe:" + std::string(receiver_public_id);
  caller.mode = mode;
  return caller;
}

}  // namespace footfall::core
