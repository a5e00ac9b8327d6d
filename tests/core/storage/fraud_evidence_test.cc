#include "core/storage/fraud_evidence.h"

#include <gtest/gtest.h>

#include "core/storage/accounts.h"
#include "tests/core/storage/shared_postgres.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kNow_us = 1'790'000'000'000'000;

// An affiliate with 5,000 conversions, a minute apart, among 40,000 of others.
constexpr std::string_view kBooks =
    "insert into campaigns (public_id, account_id, slug, name, target_url) select 'cmp_1', id, 'sale', 'Sale', "
    "'https://shop.example/' from accounts; "
    "insert into users (public_id, email, name, password_hash) values ('usr_1', 'zoe@login.example', 'Zoe', ''); "
    "insert into affiliates (public_id, account_id, email, user_id) select 'aff_' || n, a.id, 'a' || n || "
    "'@example.com', u.id from accounts a, users u, generate_series(1, 9) n; "
    "insert into sessions (token_hash, user_id, address, expires_at) select decode(md5(n::text), 'hex'), 1, "
    "'203.0.113.' || n, now() + interval '1 day' from generate_series(1, 3) n; "
    "insert into conversions (public_id, account_id, mode, campaign_id, affiliate_id, click_id, attributed, reason, "
    "explanation, external_id, amount_minor, currency, created_at) select 'conv_' || n, a.id, 'live', 1, n % 9 + 1, "
    "md5(n::text)::uuid, true, '', '', 'order-' || n, 100, 'EUR', to_timestamp(1790000000 - (45000 - n) / 9 * 60) "
    "from accounts a, generate_series(1, 44999) n; analyze;";

class FraudEvidenceReads : public testing::Test {
 protected:
  void SetUp() override {
    AccountRow account;
    account.public_id = "acc_1";
    account.dialect = wire::Dialect::selgeo;
    account.name = "Acme";
    account.link_host = "c.localhost";
    ASSERT_TRUE(insert_account(database, account));
    auto filled = database.execute(std::string(kBooks));
    ASSERT_TRUE(filled) << filled.error().message;
    query.campaign.value = 1;
    query.affiliate.value = 1;
    query.rules = kFraudRules;
    query.goal = "purchase";
    query.amount_minor = 100;
    query.currency = "EUR";
    query.reported_us = kNow_us;
  }
  FraudEvidence find() {
    auto found = find_fraud_evidence(database, {&query, 1});
    EXPECT_TRUE(found) << found.error().message;
    return found ? found->front() : FraudEvidence{};
  }
  std::string one(std::string_view sql) {
    auto rows = database.query(sql);
    return rows ? std::string(rows->text(0, 0)) : rows.error().message;
  }
  Database database{fresh_database_url()};
  FraudQuery query;
};

TEST_F(FraudEvidenceReads, SaysWhoTheAffiliateIsAndWhatIsRecent) {
  query.click_address =
      "\xcb"
      "abc";
  const FraudEvidence found = find();
  EXPECT_EQ(found.affiliate_emails, (std::vector<std::string>{"a1@example.com", "zoe@login.example"}));
  EXPECT_EQ(found.affiliate_addresses.size(), 3u);
  EXPECT_EQ(found.network_hash.size(), 32u);
  EXPECT_EQ(found.buyer_hash, "");
  EXPECT_EQ(found.recent, 59);  // one a minute
  query.rules.velocity_count = 7;
  EXPECT_EQ(find().recent, 7);  // no more than the rule asks for
  query.rules.velocity_count = 0;
  EXPECT_EQ(find().recent, 0);
}

TEST_F(FraudEvidenceReads, FindsThePurchaseOfTheSameClickOrBuyer) {
  query.click_id = one("select click_id from conversions where id = 44991");
  EXPECT_EQ(find().same_click, "order-44991");
  query.conversion.value = 44991;
  EXPECT_EQ(find().same_click, "");  // itself
  query.conversion.value = 0;
  query.rules.duplicate_s = 10;
  EXPECT_EQ(find().same_click, "");  // too long ago
  query.rules.duplicate_s = 0;
  EXPECT_EQ(find().same_click, "");
  query.rules = kFraudRules;
  query.mailbox = "jane@example.com";
  const std::string buyer = find().buyer_hash;
  ASSERT_TRUE(database.query("update conversions set buyer = decode($1, 'hex') where id = 44000", {buyer}));
  EXPECT_EQ(find().same_buyer, "order-44000");
  EXPECT_EQ(find().buyer_hash, buyer);
  query.mailbox = "zoe@example.com";
  EXPECT_EQ(find().same_buyer, "");
}

// Plain sales take this path: it must not grow with what is booked. (The figures hold what the connection read shortly
// before, too.)
TEST_F(FraudEvidenceReads, ReadsABoundedNumberOfConversions) {
  query.click_id = one("select click_id from conversions where id = 44991");
  query.click_address =
      "\xcb"
      "abc";
  query.mailbox = "jane@example.com";
  auto read = database.transaction<std::string>([&]() -> Result<std::string> {
    find();
    return one(
        "select string_agg(relname || ' ' || seq_scan || ' ' || (coalesce(idx_tup_fetch, 0) <= 110), ', ' order by "
        "relname) from pg_stat_xact_user_tables where relname in ('conversions')");
  });
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, "conversions 0 true");
}

}  // namespace
}  // namespace footfall::core
