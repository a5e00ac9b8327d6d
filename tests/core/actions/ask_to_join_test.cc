// Strangers who ask to join (SE-78, SE-79, BA-43): what the owner of the address is told, and what becomes of the link.
#include "core/actions/ask_to_join.h"

#include <thread>

#include "core/actions/applications.h"
#include "tests/core/actions/provisioned.h"

namespace footfall::core {
namespace {

const std::string kEmail = "jane@example.com";

class AskToJoin : public Provisioned {
 protected:
  JoinLink link_for(const Campaign& into, const std::string& email = kEmail) {
    auto made = make_join_link(database_, into.row.id, email);
    EXPECT_TRUE(made.has_value()) << made.error().message;
    return *made;
  }
  InvitationState state_of(const std::string& token) { return open_invitation(database_, token)->state; }
  Result<Accepted> accept(const std::string& token) {
    Acceptance acceptance;
    acceptance.token = token;
    acceptance.password = "correct horse battery";
    acceptance.name = "Jane";
    acceptance.consent = {"1", "I agree", "203.0.113.1"};
    acceptance.confirms_by_mail = true;  // which an invitation that was asked for needs not
    return accept_invitation(database_, acceptance);
  }
  std::string standing(const Campaign& in) {
    auto rows = database_.query("select status from enrolments where campaign_id = $1", {in.row.id.value});
    return rows->empty() ? "" : std::string(rows->text(0, 0));
  }
};

TEST_F(AskToJoin, TheLinkMakesTheAccountAtOnceAndThePlaceAsTheCampaignWants) {
  const auto reviewed = campaign(account());
  EXPECT_TRUE(reviewed.row.join_review);
  EXPECT_EQ(accept(link_for(reviewed).token)->outcome, AcceptOutcome::joined);
  EXPECT_EQ(standing(reviewed), "pending");
  const auto open = campaign(account(wire::Dialect::baclique));  // BAC-54
  EXPECT_FALSE(open.row.join_review);
  auto accepted = accept(link_for(open).token);
  EXPECT_EQ(accepted->outcome, AcceptOutcome::joined);
  EXPECT_FALSE(accepted->waits_for_approval);
  EXPECT_EQ(standing(open), "active");
  EXPECT_EQ(number("select count(*) from users"), 1);
  EXPECT_EQ(number("select count(*) from consents"), 2);
}

TEST_F(AskToJoin, WhoHasAPlaceAndAnAccountIsToldAndGetsNoLink) {
  const auto into = campaign(account());
  const std::string first = link_for(into).token;
  ASSERT_EQ(accept(first)->outcome, AcceptOutcome::joined);
  EXPECT_EQ(state_of(first), InvitationState::accepted);
  const std::pair<const char*, JoinAnswer> answers[] = {{"pending", JoinAnswer::pending},
                                                        {"active", JoinAnswer::member},
                                                        {"suspended", JoinAnswer::suspended},
                                                        {"rejected", JoinAnswer::rejected},
                                                        {"removed", JoinAnswer::removed}};
  for (const auto& [status, answer] : answers) {
    ASSERT_TRUE(database_.query("update enrolments set status = $1", {status}));
    const JoinLink made = link_for(into);
    EXPECT_EQ(made.answer, answer) << status;
    EXPECT_TRUE(made.token.empty()) << status;
  }
  ASSERT_TRUE(database_.query("update enrolments set status = 'active'"));
  ASSERT_TRUE(database_.query("update affiliates set status = 'suspended'"));
  EXPECT_EQ(link_for(into).answer, JoinAnswer::suspended);
}

TEST_F(AskToJoin, WhomTheMerchantEnteredGetsAnAccountByTheLink) {
  const auto into = campaign(account());
  ASSERT_TRUE(join(into, kEmail));
  const JoinLink made = link_for(into);
  ASSERT_EQ(made.answer, JoinAnswer::link);
  EXPECT_EQ(accept(made.token)->outcome, AcceptOutcome::joined);
  EXPECT_EQ(standing(into), "active");
  EXPECT_EQ(number("select count(*) from affiliates where user_id is not null"), 1);
}

// Else who was turned down would come in by a link that was made before.
TEST_F(AskToJoin, WhatTheMerchantHasDecidedIsNotUndoneByALinkOfBefore) {
  const auto owner = account();
  const auto into = campaign(owner);
  const std::string token = link_for(into).token;
  const auto joined = join(into, kEmail);
  for (const char* status : {"rejected", "suspended", "removed"}) {
    ASSERT_TRUE(set_enrolment_status(database_, kOperator, into.row.public_id, joined->affiliate.public_id, status));
    EXPECT_EQ(state_of(token), InvitationState::declined) << status;
    auto accepted = accept(token);
    EXPECT_EQ(accepted->outcome, AcceptOutcome::not_open);
    EXPECT_EQ(accepted->state, InvitationState::declined);
    EXPECT_EQ(standing(into), status);
  }
  EXPECT_EQ(number("select count(*) from users"), 0);
}

TEST_F(AskToJoin, ALinkEndsWithThePageOfItsCampaign) {
  const auto into = campaign(account());
  const std::string token = link_for(into).token;
  CampaignFields change;
  change.visibility = "private";
  ASSERT_TRUE(update_campaign(database_, kOperator, into.row.public_id, change));
  EXPECT_EQ(state_of(token), InvitationState::closed);
  EXPECT_EQ(accept(token)->outcome, AcceptOutcome::not_open);
  EXPECT_EQ(link_for(into).answer, JoinAnswer::closed);
  EXPECT_FALSE(find_public_campaign(database_, into.row.slug)->has_value());
  change.visibility = "public";
  ASSERT_TRUE(update_campaign(database_, kOperator, into.row.public_id, change));
  EXPECT_EQ(state_of(token), InvitationState::open);
}

TEST_F(AskToJoin, OfManyLinksAtOnceOneIsGood) {
  const auto into = campaign(account());
  const std::string name = std::string(database_.query("select current_database()")->text(0, 0));
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      Database own(shared_postgres().url(name));
      for (int i = 0; i < 10; ++i) EXPECT_TRUE(make_join_link(own, into.row.id, kEmail));
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(number("select count(*) from invites"), 40);
  EXPECT_EQ(number("select count(*) from invites where voided_at is null"), 1);
}

// The statements of a request do not look at who has the address: the mail waits for whoever it may be.
TEST_F(AskToJoin, AskingLooksNothingUp) {
  const auto into = campaign(account());
  ASSERT_EQ(accept(link_for(into).token)->outcome, AcceptOutcome::joined);
  ASSERT_TRUE(database_.query("delete from mails"));
  for (const char* email : {kEmail.c_str(), "nobody@example.com"}) {
    ASSERT_TRUE(ask_to_join(database_, into.row, email, "203.0.113.1"));
  }
  EXPECT_EQ(
      number("select count(*) from mails where kind = 'join_request' and about = " + std::to_string(into.row.id.value)),
      2);
  EXPECT_FALSE(ask_to_join(database_, into.row, "nobody", "203.0.113.1"));
}

TEST_F(AskToJoin, TheLimitsOfClientsUseUpNothingOfTheCampaigns) {
  const auto into = campaign(account()), other = campaign(account());
  int allowed = 0;
  for (int i = 0; i < kJoinRequestsPerAddress + 5; ++i) allowed += *may_ask_to_join(database_, into.row, "a") ? 1 : 0;
  EXPECT_EQ(allowed, kJoinRequestsPerAddress);
  for (int client = 0; allowed < kJoinRequestsPerCampaign; ++client, ++allowed) {
    EXPECT_TRUE(*may_ask_to_join(database_, into.row, "client" + std::to_string(client)));
  }
  EXPECT_FALSE(*may_ask_to_join(database_, into.row, "one more"));
  EXPECT_TRUE(*may_ask_to_join(database_, other.row, "one more"));
}

TEST_F(AskToJoin, InTestModeEverybodyGetsALink) {  // SELX-16
  const auto made = create_campaign(database_, kOperator, account().public_id, wire::Mode::test, fields());
  const std::string token = link_for(*made).token;
  ASSERT_EQ(accept(token)->outcome, AcceptOutcome::joined_in_test);
  EXPECT_NE(last_audit().find(" invitation:" + made->row.public_id + " "), std::string::npos) << last_audit();
  EXPECT_EQ(standing(*made), "pending");
  ASSERT_TRUE(database_.query("update enrolments set status = 'rejected'"));
  const JoinLink again = link_for(*made);
  EXPECT_EQ(again.answer, JoinAnswer::link);
  EXPECT_EQ(state_of(again.token), InvitationState::declined);
  EXPECT_EQ(number("select count(*) from users"), 0);
}

TEST_F(AskToJoin, TheAddressOfThePageIsOnlyWhereThereIsOne) {
  const Site site = *parse_site("https://pages.example");
  auto into = campaign(account());
  EXPECT_EQ(join_url(site, into.row, true), "https://pages.example/c/summer-sale");
  EXPECT_EQ(join_url(site, into.row, false), std::nullopt);
  into.row.mode = wire::Mode::test;
  EXPECT_TRUE(join_url(site, into.row, false).has_value());
  into.row.takes_strangers = false;
  EXPECT_EQ(join_url(site, into.row, true), std::nullopt);
}

}  // namespace
}  // namespace footfall::core
