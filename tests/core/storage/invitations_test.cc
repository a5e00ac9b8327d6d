// Invitations of both kinds, and which campaigns take strangers (SE-78, SE-79).
#include "core/storage/invitations.h"

#include <gtest/gtest.h>

#include "core/storage/campaigns.h"
#include "core/storage/row_reader.h"
#include "tests/core/storage/shared_postgres.h"

namespace footfall::core {
namespace {

constexpr std::string_view kEmail = "jane@example.com";
constexpr std::int64_t kWeek_s = 7 * 86'400;

class Invitations : public testing::Test {
 protected:
  void SetUp() override {
    run("insert into accounts (public_id, dialect, name, link_host) values ('acc_1', 'selgeo', 'Acme', 'c.localhost')");
    run("insert into campaigns (public_id, account_id, slug, name, target_url) select 'prg_1', id, 'Summer-Sale', "
        "'Summer', 'https://shop.example/' from accounts");
    campaign = wire::CampaignId{static_cast<std::uint64_t>(database.query("select id from campaigns")->integer(0, 0))};
  }
  void run(std::string_view sql) {
    auto rows = database.query(sql);
    ASSERT_TRUE(rows) << rows.error().message;
  }
  Result<InvitationRow> invite(std::string_view token_hash, bool is_asked, std::string_view email = kEmail) {
    InvitationRow row;
    row.campaign = campaign;
    row.email = email;
    row.is_asked = is_asked;
    auto inserted = insert_invitation(database, row, token_hash, kWeek_s);
    if (!inserted) return Failure(inserted.error());
    return row;
  }
  bool is_voided(std::string_view token_hash) {
    return (*find_invitation(database, token_hash))->voided_us.has_value();
  }
  bool takes_strangers() { return (*find_campaign_by_slug(database, "summer-sale"))->takes_strangers; }

  Database database{fresh_database_url()};
  wire::CampaignId campaign;
};

TEST_F(Invitations, WhatAStrangerAskedForStandsBesideTheMerchants) {
  ASSERT_TRUE(invite("merchant", false) && invite("asked", true));
  EXPECT_FALSE((*find_invitation(database, "merchant"))->is_asked);
  EXPECT_TRUE((*find_invitation(database, "asked"))->is_asked);
  for (const bool is_asked : {false, true}) {
    const auto twin = invite("twin", is_asked, "JANE@example.com");
    ASSERT_FALSE(twin);
    EXPECT_TRUE(violates(twin.error(), "invites_open"));
  }
  ASSERT_TRUE(void_invitation(database, campaign, "JANE@example.com", true));
  EXPECT_TRUE(is_voided("asked"));
  EXPECT_FALSE(is_voided("merchant"));
  ASSERT_TRUE(void_invitation(database, campaign, kEmail, false));
  EXPECT_TRUE(is_voided("merchant"));
  EXPECT_TRUE(invite("again", true));
}

TEST_F(Invitations, OnlyForgottenOnesThatWereAskedForAreDeleted) {
  ASSERT_TRUE(invite("merchant", false, "a@example.com") && invite("taken", true, "b@example.com"));
  ASSERT_TRUE(invite("recent", true, "c@example.com") && invite("forgotten", true, "d@example.com"));
  ASSERT_TRUE(store_acceptance(database, (*find_invitation(database, "taken"))->id));
  run("update invites set expires_at = now() - interval '31 days'");
  run("update invites set expires_at = now() - interval '29 days' where token_hash = 'recent'");
  ASSERT_TRUE(drop_forgotten_invitations(database));
  for (const char* kept : {"merchant", "taken", "recent"}) EXPECT_TRUE(find_invitation(database, kept)->has_value());
  EXPECT_FALSE(find_invitation(database, "forgotten")->has_value());
}

TEST_F(Invitations, AtMostAHundredAreDeletedAtOnce) {
  run("insert into invites (campaign_id, email, token_hash, expires_at, is_asked) select id, n || '@example.com', "
      "n::text::bytea, now() - interval '40 days', true from campaigns, generate_series(1, 130) n");
  ASSERT_TRUE(drop_forgotten_invitations(database));
  EXPECT_EQ(database.query("select count(*) from invites")->integer(0, 0), 30);
}

// SE-82
TEST_F(Invitations, TheMerchantsOwnAreListedWhileTheyOpen) {
  for (const char* name : {"voided", "accepted", "expired", "first", "second"}) {
    ASSERT_TRUE(invite(name, false, std::string(name) + "@example.com"));
  }
  ASSERT_TRUE(invite("asked", true));
  ASSERT_TRUE(void_invitation(database, campaign, "voided@example.com", false));
  ASSERT_TRUE(store_acceptance(database, (*find_invitation(database, "accepted"))->id));
  run("update invites set expires_at = now() where token_hash = 'expired'");
  EXPECT_EQ(*count_open_invitations(database, campaign), 2);
  const auto listed = *list_open_invitations(database, campaign, 10, 0);
  ASSERT_EQ(listed.size(), 2u);
  EXPECT_EQ(listed[0].email, "second@example.com");
  EXPECT_EQ(listed[1].email, "first@example.com");
  EXPECT_EQ(list_open_invitations(database, campaign, 1, 1)->front().email, "first@example.com");
  for (const char* name : {"voided", "accepted", "expired", "first", "second", "asked"}) {
    const std::string id = (*find_invitation(database, name))->public_id;
    const bool is_open = std::string_view(name) == "first" || std::string_view(name) == "second";
    EXPECT_EQ(lock_open_invitation(database, campaign, id)->has_value(), is_open) << name;
    EXPECT_FALSE(lock_open_invitation(database, wire::CampaignId{campaign.value + 1}, id)->has_value());
  }
}

TEST_F(Invitations, ACampaignIsFoundByItsSlugInAnyCase) {
  EXPECT_EQ((*find_campaign_by_slug(database, "SUMMER-sale"))->public_id, "prg_1");
  EXPECT_FALSE(find_campaign_by_slug(database, "summer")->has_value());
  run("insert into accounts (public_id, dialect, name, link_host) values ('acc_2', 'baclique', 'B', 'c.localhost')");
  auto twin = database.query(
      "insert into campaigns (public_id, account_id, slug, name, target_url) select 'cmp_2', id, 'summer-SALE', 'S', "
      "'https://shop.example/' from accounts where public_id = 'acc_2'");
  ASSERT_FALSE(twin);
  EXPECT_TRUE(violates(twin.error(), "campaigns_slug"));
}

TEST_F(Invitations, OnlyWhatIsPublicAndRunningTakesStrangers) {
  EXPECT_TRUE(takes_strangers());
  for (const char* status : {"draft", "paused", "archived", "deleted"}) {
    run("update campaigns set status = '" + std::string(status) + "'");
    EXPECT_FALSE(takes_strangers()) << status;
  }
  run("update campaigns set status = 'active', visibility = 'private'");
  EXPECT_FALSE(takes_strangers());
  run("update campaigns set visibility = 'public', expires_at = now() - interval '1 second'");
  EXPECT_FALSE(takes_strangers());
  run("update campaigns set expires_at = now() + interval '1 hour'");
  EXPECT_TRUE(takes_strangers());
  for (const char* status : {"suspended", "closed"}) {
    run("update accounts set status = '" + std::string(status) + "'");
    EXPECT_FALSE(takes_strangers()) << status;
  }
}

}  // namespace
}  // namespace footfall::core
