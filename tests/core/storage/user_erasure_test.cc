#include "core/storage/user_erasure.h"

#include <gtest/gtest.h>

#include "tests/core/storage/shared_postgres.h"
#include "tests/core/storage/stored_account.h"

namespace footfall::core {
namespace {

constexpr std::string_view kOthers =
    "insert into audit (actor, action, subject, reason) select 'ingest', 'conversion.create', 'conv_' || n, 'x' from "
    "generate_series(1, 60000) n; "
    "insert into campaigns (public_id, account_id, slug, name, target_url) select 'cmp_1', id, 'sale', 'Sale', "
    "'https://shop.example/' "
    "from accounts; "
    "insert into invites (campaign_id, email, token_hash, expires_at) select c.id, 'other' || n || '@example.com', "
    "decode(md5(n::text), 'hex'), now() from campaigns c, generate_series(1, 30000) n; "
    "insert into webhook_events (public_id, account_id, mode, type, subject, body) select 'evt_' || n, a.id, 'live', "
    "'conversion.created', 'conv_' || n, '{}' from accounts a, generate_series(1, 30000) n; ";
constexpr std::string_view kPerson =
    "insert into users (public_id, email, name, password_hash) values ('usr_1', 'me@example.com', 'Zoe', ''); "
    "insert into affiliates (public_id, account_id, email, name, user_id) select 'aff_1', a.id, 'alias@example.com', "
    "'Zoe', u.id from accounts a, users u; "
    "insert into audit (actor, action, subject, reason, details, at) values "
    "('cli', 'affiliate.update', 'aff_1', 'FORMER@example.com (Z+.) is ZOE; Zoetrope', '{\"email\": "
    "\"former@example.com\", "
    "\"name\": \"(Z+.)\"}', now() - interval '3 days'), "
    "('cli', 'affiliate.update', 'aff_1', '', '{\"email\": \"alias@example.com\"}', now() - interval '1 day'); "
    "insert into invites (campaign_id, email, token_hash, expires_at, created_at) select c.id, x.email, "
    "decode(md5(x.email || x.age), 'hex'), now(), now() - x.age::interval from campaigns c, (values "
    "('me@example.com', '4 days'), ('former@example.com', '2 days'), ('alias@example.com', '1 hour')) x (email, age); "
    // Whose the earlier address is today is somebody else.
    "update invites set voided_at = now(); "
    "insert into invites (campaign_id, email, token_hash, expires_at) select c.id, 'former@example.com', '\\x00', "
    "now() "
    "from campaigns c; analyze;";

class UserErasure : public testing::Test {
 protected:
  void SetUp() override {
    new_account(database, wire::Dialect::baclique);
    auto filled = database.execute(std::string(kOthers) + std::string(kPerson));
    ASSERT_TRUE(filled) << filled.error().message;
  }
  std::string one(std::string_view sql) {
    auto rows = database.query(sql);
    return rows ? std::string(rows->text(0, 0)) : rows.error().message;
  }
  Database database{fresh_database_url()};
};

TEST_F(UserErasure, ReadsNoLargeTableAsAWhole) {
  auto erased = database.transaction<std::string>([&]() -> Result<std::string> {
    if (auto done = erase_traces_of(database, UserId{1}); !done) return Failure(done.error());
    return one(
        "select string_agg(relname || ' ' || seq_scan || ' ' || (idx_scan > 0), ', ' order by relname) from "
        "pg_stat_xact_user_tables where relname in ('audit', 'invites', 'webhook_events')");
  });
  ASSERT_TRUE(erased) << erased.error().message;
  EXPECT_EQ(*erased, "audit 0 true, invites 0 true, webhook_events 0 true");
}

TEST_F(UserErasure, MeetsEarlierAddressesAsLongAsTheyWereTheirs) {
  ASSERT_TRUE(erase_traces_of(database, UserId{1}));
  EXPECT_EQ(one("select string_agg(email, ' ' order by id) from invites where email not like 'other%' and email not "
                "like 'erased-%'"),
            "former@example.com");
  EXPECT_EQ(one("select count(*) from invites where email like 'erased-%'"), "3");
  EXPECT_EQ(one("select string_agg(reason, '' order by id) from audit where subject = 'aff_1'"),
            "erased erased is erased; Zoetrope");
  EXPECT_EQ(one("select count(*) from audit where subject = 'aff_1' and details->>'email' = 'erased'"), "2");
}

TEST_F(UserErasure, MeetsWhatWaitsOfStripeInTheAccountsOfTheirAffiliates) {
  ASSERT_TRUE(database.execute(
      "insert into accounts (public_id, dialect, name, link_host) values ('acc_2', 'selgeo', 'Other', 'o.localhost'); "
      "insert into stripe_events (account_id, mode, event_id, kind, object_id, amount_minor, happened_at, outcome, "
      "buyer_email) select a.id, 'live', e.id, 'sold', 'pi_1', 100, now(), 'waiting', e.email from accounts a, (values "
      "('evt_1', 'Alias@example.com'), ('evt_2', 'somebody@example.com')) e (id, email)"));
  ASSERT_TRUE(erase_traces_of(database, UserId{1}));
  EXPECT_EQ(
      one("select string_agg(public_id || ' ' || event_id, ', ' order by a.id, event_id) from stripe_events e join "
          "accounts a on a.id = e.account_id where buyer_email is not null"),
      "acc_1 evt_2, acc_2 evt_1, acc_2 evt_2");
}

// SE-67: so does what a merchant wrote when they rejected or reversed one of their conversions.
TEST_F(UserErasure, MeetsWhatWasWrittenAboutTheirConversions) {
  ASSERT_TRUE(database.execute(
      "insert into affiliates (public_id, account_id, email, name) select 'aff_2', id, 'zoe@other.example', 'Zoe' from "
      "accounts; "
      "insert into enrolments (campaign_id, affiliate_id, code) select c.id, a.id, a.public_id from campaigns c, "
      "affiliates a; "
      "insert into conversions (public_id, account_id, mode, campaign_id, affiliate_id, attributed, reason, "
      "explanation, rejection_note, rejection_reason) select 'conv_of_' || e.affiliate_id, c.account_id, 'live', c.id, "
      "e.affiliate_id, "
      "true, 'click_in_window', '', 'Zoe asked for it', 'not Zoe' from enrolments e join campaigns c on c.id = "
      "e.campaign_id; "
      "insert into audit (actor, action, subject, reason) select 'user:usr_2', 'conversion.reverse', public_id, 'zoe "
      "sent it back' from conversions; analyze"));
  ASSERT_TRUE(erase_traces_of(database, wire::AffiliateId{1}));
  EXPECT_EQ(one("select string_agg(rejection_note, ', ' order by affiliate_id) from conversions"),
            "erased asked for it, Zoe asked for it");
  EXPECT_EQ(one("select string_agg(rejection_reason, ', ' order by affiliate_id) from conversions"),
            "not erased, not Zoe");
  EXPECT_EQ(one("select string_agg(reason, ', ' order by subject) from audit where action = 'conversion.reverse'"),
            "erased sent it back, zoe sent it back");
}

// SE-67: by a merchant, of one affiliate. The person stays a user.
TEST_F(UserErasure, OfOneAffiliateMeetsWhatTheAccountHasOfThem) {
  ASSERT_TRUE(database.execute(
      "insert into webhook_events (public_id, account_id, mode, type, subject, body) select 'evt_x', id, "
      "'live', 'partner.joined', 'aff_1', '{\"id\":\"aff_1\",\"email\":\"former@example.com\","
      "\"name\":\"Zoe\"}' from accounts; insert into sessions (token_hash, user_id, address, "
      "expires_at) values ('x', 1, '', now() + interval '1 day'); analyze"));
  auto erased = database.transaction<std::string>([&]() -> Result<std::string> {
    if (auto done = erase_traces_of(database, wire::AffiliateId{1}); !done) return Failure(done.error());
    return one(
        "select string_agg(relname || ' ' || seq_scan || ' ' || (idx_scan > 0), ', ' order by relname) from "
        "pg_stat_xact_user_tables where relname in ('audit', 'invites', 'webhook_events')");
  });
  ASSERT_TRUE(erased) << erased.error().message;
  EXPECT_EQ(*erased, "audit 0 true, invites 0 true, webhook_events 0 true");
  EXPECT_EQ(one("select body from webhook_events where public_id = 'evt_x'"),
            R"({"id":"aff_1","email":"aff_1@erased.invalid","name":""})");
  EXPECT_EQ(one("select string_agg(reason, '' order by id) from audit where subject = 'aff_1'"),
            "erased erased is erased; Zoetrope");
  EXPECT_EQ(one("select email || ' ' || name || ' ' || status || ' ' || (user_id is null) from affiliates"),
            "aff_1@erased.invalid  erased true");
  // The address by which the person logs in is not the merchant's; the ones that the merchant gave are.
  EXPECT_EQ(one("select string_agg(email, ' ' order by id) from invites where email not like 'other%' and email not "
                "like 'erased-%'"),
            "me@example.com former@example.com");
  EXPECT_EQ(one("select (select email from users) || ' ' || (select count(*) from sessions)"), "me@example.com 1");
}

}  // namespace
}  // namespace footfall::core
