// What the tests of actions share: a migrated database and short ways to fill it.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "core/actions/accounts.h"
#include "core/actions/affiliates.h"
#include "core/actions/campaigns.h"
#include "core/actions/deposits.h"
#include "core/actions/join_affiliate.h"
#include "core/actions/keys.h"
#include "core/actions/links.h"
#include "tests/core/storage/shared_postgres.h"

namespace footfall::core {

inline const Caller kOperator = operator_caller("test", "because");

// The caller of a key of that account and mode, named "api:key_live" or "api:key_test".
inline Caller key_of(const AccountRow& account, wire::Mode mode) {
  ApiKeyRow key;
  key.public_id = "key_" + std::string(mode_name(mode));
  key.mode = mode;
  return key_caller({key, account, {}});
}

// A deposit that no payment provider has made a page for.
inline Result<DepositRow> create_deposit(Database& database, const Caller& caller, const NewDeposit& deposit,
                                         std::span<const std::string> return_hosts, std::int64_t now_us) {
  auto row = prepare_deposit(database, caller, deposit, return_hosts, now_us);
  if (!row) return row;
  return store_prepared(database, caller, *row);
}

class Provisioned : public testing::Test {
 protected:
  const std::string url_ = fresh_database_url();
  Database database_{url_};

  std::int64_t number(const std::string& sql) {
    auto rows = database_.query(sql);
    EXPECT_TRUE(rows.has_value()) << rows.error().message;
    return rows->integer(0, 0);
  }
  // Empties the outbox; "campaign:1 link:2" of what was in it, each once.
  std::string notes() {
    auto rows = database_.query(
        "with taken as (delete from directory_outbox returning kind, entity_id) "
        "select coalesce(string_agg(distinct kind || ':' || entity_id, ' '), '') from taken");
    EXPECT_TRUE(rows.has_value()) << rows.error().message;
    return std::string(rows->text(0, 0));
  }
  std::string last_audit() {
    auto rows = database_.query(
        "select action || ' ' || subject || ' ' || actor || ' ' || reason from audit "
        "order by id desc limit 1");
    return std::string(rows->text(0, 0));
  }
  AccountRow account(wire::Dialect dialect = wire::Dialect::selgeo, const std::string& host = "c.localhost") {
    AccountFields fields;
    fields.name = "Acme";
    fields.link_host = host;
    auto row = create_account(database_, kOperator, dialect, fields);
    EXPECT_TRUE(row.has_value()) << row.error().message;
    return *row;
  }
  CampaignFields fields(const std::string& rate = "10%") {
    CampaignFields campaign;
    campaign.name = "Summer Sale";
    campaign.target_url = "https://shop.example/summer";
    campaign.commissions = {{"", rate, {}, false}};
    return campaign;
  }
  Campaign campaign(const AccountRow& owner, const std::string& rate = "10%") {
    auto made = create_campaign(database_, kOperator, owner.public_id, wire::Mode::live, fields(rate));
    EXPECT_TRUE(made.has_value()) << made.error().message;
    return *made;
  }
  Result<EnrolledAffiliate> join(const Campaign& into, const std::string& email, std::optional<std::string> code = {}) {
    return join_affiliate(database_, kOperator, {into.row.public_id, email, "Jane", "active", std::move(code), {}});
  }
};

}  // namespace footfall::core
