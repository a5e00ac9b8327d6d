// Creating and updating apply the given fields to a row in the same way and check each of them; an update writes only
// if something differs, and records exactly what.
#include "core/actions/accounts.h"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "core/actions/checks.h"
#include "core/actions/record_change.h"
#include "core/domain/identifiers.h"
#include "core/domain/money.h"
#include "core/domain/policy.h"
#include "core/storage/time_zones.h"

namespace footfall::core {
namespace {

Result<std::string> merged_policy(const AccountRow& row, const std::map<std::string, std::string>& overrides) {
  boost::system::error_code error;
  auto value = boost::json::parse(row.policy, error);
  if (error || !value.is_object()) return internal("the account's policy is not a JSON object");
  Policy scratch = policy_of(row.dialect);
  for (const auto& [given_name, given_text] : overrides) {
    const std::string name = fold_identifier(given_name), text = fold_identifier(given_text);
    if (text.empty()) {
      value.get_object().erase(name);
      continue;
    }
    if (auto fits = override_policy(scratch, name, text); !fits) return Failure(fits.error());
    value.get_object()[name] = text;
  }
  return boost::json::serialize(value);
}

Result<std::string> parse_time_zone(Database& database, const std::string& name) {
  auto zone = find_time_zone(database, fold_identifier(name));
  if (!zone) return Failure(zone.error());
  if (!*zone) return invalid("\"" + name + "\" is not a time zone such as UTC or Europe/Warsaw");
  return std::move(**zone);
}

Result<void> apply(Database& database, AccountRow& row, const AccountFields& fields) {
  if (fields.name) {
    if (auto good = check_name("the name", *fields.name); !good) return good;
    row.name = *fields.name;
  }
  if (fields.contact_email) {
    row.contact_email.reset();
    if (!fields.contact_email->empty()) {
      auto email = parse_email(*fields.contact_email);
      if (!email) return Failure(email.error());
      row.contact_email = *email;
    }
  }
  if (fields.plan) {
    auto plan = parse_choice("the plan", *fields.plan, {"free", "pro"});
    if (!plan) return Failure(plan.error());
    row.plan = *plan;
  }
  if (fields.status) {
    auto status = parse_choice("the status", *fields.status, {"active", "suspended", "closed"});
    if (!status) return Failure(status.error());
    row.status = *status;
  }
  if (fields.link_host) {
    auto host = check_link_host(*fields.link_host);
    if (!host) return Failure(host.error());
    row.link_host = *host;
  }
  if (fields.currency) {
    auto currency = parse_currency(*fields.currency);
    if (!currency) return Failure(currency.error());
    row.currency = *currency;
  }
  if (fields.time_zone) {
    auto zone = parse_time_zone(database, *fields.time_zone);
    if (!zone) return Failure(zone.error());
    row.time_zone = *zone;
  }
  auto policy = merged_policy(row, fields.policy);
  if (!policy) return Failure(policy.error());
  row.policy = *policy;
  return {};
}

}  // namespace

Result<AccountRow> create_account_inside(Database& database, const Caller& caller, wire::Dialect dialect,
                                         const AccountFields& fields) {
  if (auto allowed = caller.must_cross_accounts(); !allowed) return Failure(allowed.error());
  if (!fields.name || !fields.link_host) return invalid("an account needs a name and a link host");
  AccountRow row;
  row.public_id = wire::new_public_id("acc_");
  row.dialect = dialect;
  row.currency = policy_of(dialect).currency;
  if (auto applied = apply(database, row, fields); !applied) return Failure(applied.error());
  if (auto inserted = insert_account(database, row); !inserted) return Failure(inserted.error());
  ChangeDetails details;
  details.add("dialect", wire::dialect_name(dialect)).add("name", row.name).add("link_host", row.link_host);
  auto recorded = record_change(database, caller, {row.id, {}, "account.create", row.public_id, details});
  if (!recorded) return Failure(recorded.error());
  return row;
}

Result<AccountRow> create_account(Database& database, const Caller& caller, wire::Dialect dialect,
                                  const AccountFields& fields) {
  return database.transaction<AccountRow>([&] { return create_account_inside(database, caller, dialect, fields); });
}

Result<AccountRow> update_account(Database& database, const Caller& caller, std::string_view public_id,
                                  const AccountFields& fields) {
  return database.transaction<AccountRow>([&]() -> Result<AccountRow> {
    auto before = load_account(database, caller.scope(), public_id, true);
    if (!before) return before;
    AccountRow row = *before;
    if (auto applied = apply(database, row, fields); !applied) return Failure(applied.error());
    ChangeDetails details;
    details.change("name", before->name, row.name)
        .change("contact_email", before->contact_email, row.contact_email)
        .change("plan", before->plan, row.plan)
        .change("status", before->status, row.status)
        .change("link_host", before->link_host, row.link_host)
        .change("currency", before->currency, row.currency)
        .change("time_zone", before->time_zone, row.time_zone)
        .change("policy", before->policy, row.policy);
    if (details.empty()) return row;
    if (auto stored = store_account(database, row); !stored) return Failure(stored.error());
    auto recorded = record_change(database, caller, {row.id, {}, "account.update", row.public_id, details});
    if (!recorded) return Failure(recorded.error());
    return row;
  });
}

}  // namespace footfall::core
