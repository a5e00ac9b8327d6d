#include "core/storage/fraud_evidence.h"

#include <gtest/gtest.h>

#include "proto/base/bytes.h"
#include "tests/core/storage/shared_postgres.h"
#include "tests/core/storage/stored_account.h"

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
    new_account(database);
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

TEST_F(FraudEvidenceReads, KnowsTheVisitorWhoWasInThePortal) {
  ASSERT_TRUE(database.execute(
      "insert into visitor_salts values ('2026-09-21', '\\x000102030405060708090a0b0c0d0e0f'); insert into "
      "portal_visitors (user_id, visitor, day) select 1, decode(md5(n::text), 'hex'), '2026-09-21' from "
      "generate_series(1, 50) n; insert into users (public_id, email, password_hash) select 'usr_x' || "
      "n, n || '@example.com', '' from generate_series(1, 5000) n; insert into portal_visitors (user_id, "
      "visitor, day) select u.id, decode(md5('of another' || u.id), 'hex'), '2026-09-21' from users u; "
      "analyze"));
  const auto visitor = [&](const std::string& text) {
    auto rows = database.query("select decode(md5($1), 'hex')", {text});
    return rows ? rows->bytes(0, 0) : rows.error().message;
  };
  EXPECT_EQ(find().affiliate_visitor_hash, "");
  query.click_visitor = visitor("7");
  auto read = database.transaction<std::string>([&]() -> Result<std::string> {
    EXPECT_EQ(find().affiliate_visitor_hash.size(), 32u);
    EXPECT_NE(find().affiliate_visitor_hash, to_hex(query.click_visitor)) << "not the visitor's own";
    return one(
        "select seq_scan || ' ' || (idx_tup_fetch <= 10) from pg_stat_xact_user_tables where relname = "
        "'portal_visitors'");
  });
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, "0 true");
  query.rules.self_referral = false;
  EXPECT_EQ(find().affiliate_visitor_hash, "");
  query.rules.self_referral = true;
  query.click_visitor = visitor("of another2");
  EXPECT_EQ(find().affiliate_visitor_hash, "");
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

// Where one campaign has most of what is booked, PostgreSQL thinks that any conversion is probably of the one that it
// looks for; it must not go back through all of them for a campaign that has few.
TEST_F(FraudEvidenceReads, AQuietCampaignReadsNothingOfABusyOne) {
  ASSERT_TRUE(database.execute(
      "insert into campaigns (public_id, account_id, slug, name, target_url) select 'cmp_2', id, 'quiet', 'Quiet', "
      "'https://shop.example/' from accounts; "
      "insert into conversions (public_id, account_id, mode, campaign_id, affiliate_id, attributed, reason, "
      "explanation, created_at) select 'conv_q' || n, 1, 'live', 2, 1, true, '', '', to_timestamp(1790000000 - n * "
      "1000) from "
      "generate_series(1, 10) n; "
      "insert into conversions (public_id, account_id, mode, campaign_id, affiliate_id, attributed, reason, "
      "explanation, created_at) select 'conv_b' || n, 1, 'live', 1, 1, true, '', '', to_timestamp(1790000000 - n) from "
      "generate_series(1, 100000) n; analyze; set plan_cache_mode = force_generic_plan"));
  query.campaign.value = 2;
  query.rules.velocity_s = 3'500;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(find().recent, 3);  // as a prepared statement from the second on
  auto read = database.transaction<std::string>([&]() -> Result<std::string> {
    return one(
        "select seq_scan || ' ' || (coalesce(idx_tup_fetch, 0) <= 9) from pg_stat_xact_user_tables where relname = "
        "'conversions'");
  });
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, "0 true");
}

}  // namespace
}  // namespace footfall::core
