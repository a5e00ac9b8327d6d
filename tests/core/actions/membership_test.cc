// Affiliates, links and promotions.
#include <thread>

#include "core/actions/promos.h"
#include "core/domain/codes.h"
#include "proto/base/bytes.h"
#include "tests/core/actions/provisioned.h"

namespace footfall::core {
namespace {

using Membership = Provisioned;

std::string as_id(const wire::LinkId& id) { return "link:" + std::to_string(id.value); }

TEST_F(Membership, JoiningMakesAffiliateEnrolmentAndLink) {  // BAC-53
  const auto made = campaign(account());
  notes();
  const auto joined = join(made, "Jane@Example.com");
  ASSERT_TRUE(joined.has_value()) << joined.error().message;
  EXPECT_TRUE(joined->affiliate.public_id.starts_with("aff_"));  // BAC-37
  EXPECT_TRUE(joined->enrolment.code.starts_with("summer-"));    // BAC-39
  EXPECT_EQ(joined->enrolment.code.size(), std::string("summer-x7k2").size());
  EXPECT_EQ(joined->link.code, joined->enrolment.code);
  EXPECT_EQ(joined->link.host, "c.localhost");
  EXPECT_EQ(notes(), as_id(joined->link.id));
  EXPECT_EQ(last_audit(), "affiliate.join " + joined->affiliate.public_id + " cli:test because");
  const auto again = join(made, "jane@example.COM");
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().code, "already_joined");
  EXPECT_EQ(number("select count(*) from affiliates"), 1);
}

TEST_F(Membership, AnAffiliateJoinsSeveralCampaigns) {
  const auto owner = account();
  const auto first = join(campaign(owner), "jane@example.com");
  const auto second = join(campaign(owner), "jane@example.com");
  ASSERT_TRUE(first.has_value() && second.has_value());
  EXPECT_EQ(first->affiliate.public_id, second->affiliate.public_id);
  EXPECT_NE(first->link.code, second->link.code);
  const auto elsewhere = join(campaign(account()), "jane@example.com");
  EXPECT_NE(elsewhere->affiliate.public_id, first->affiliate.public_id);
}

// BA-20: the host, not the account, is where a code is unique, in any case.
TEST_F(Membership, CodesAreUniquePerHostWhateverTheirCase) {
  const auto made = campaign(account());
  ASSERT_EQ(join(made, "a@example.com", "Summer-X7K2")->link.code, "Summer-X7K2");
  const auto twin = join(campaign(account(wire::Dialect::baclique)), "b@example.com", "sUMMER-x7k2");
  ASSERT_FALSE(twin.has_value());
  EXPECT_EQ(twin.error().kind, ErrorKind::conflict);
  EXPECT_EQ(twin.error().code, "code_taken");
  EXPECT_EQ(number("select count(*) from affiliates where email = 'b@example.com'"), 0);  // nothing is left of it
  EXPECT_TRUE(
      join(campaign(account(wire::Dialect::selgeo, "go.example.com")), "c@example.com", "summer-x7k2").has_value());
  const auto found = find_links_by_code(database_, "SUMMER-X7K2");
  ASSERT_TRUE(found.has_value());
  ASSERT_EQ(found->size(), 2u);
  EXPECT_EQ(found->front().code, "Summer-X7K2");
  for (const char* code : {"api", "V1", "a/b", ""}) EXPECT_FALSE(join(made, "d@example.com", code).has_value()) << code;
}

TEST_F(Membership, ManyJoinAtOnce) {
  const auto made = campaign(account());
  const std::string url = std::string(database_.query("select current_database()")->text(0, 0));
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      Database own(shared_postgres().url(url));
      for (int i = 0; i < 20; ++i) {
        // Every address is tried by two threads; one of them is told that it is there already.
        const std::string email = std::to_string(i + 20 * (t / 2)) + "@example.com";
        auto joined = join_affiliate(own, kOperator, {made.row.public_id, email, "N", "active", {}, {}});
        if (!joined) {
          EXPECT_EQ(joined.error().code, "already_joined") << joined.error().message;
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(number("select count(*) from affiliates"), 40);
  EXPECT_EQ(number("select count(*) from links"), 40);
  EXPECT_EQ(number("select count(distinct code_fold) from links"), 40);
}

TEST_F(Membership, JoiningRefusesWhatDoesNotFit) {
  const auto made = campaign(account());
  EXPECT_FALSE(join(made, "no address").has_value());
  EXPECT_FALSE(
      join_affiliate(database_, kOperator, {"cmp_missing", "a@example.com", {}, "active", {}, {}}).has_value());
  EXPECT_FALSE(join_affiliate(database_, kOperator, {made.row.public_id, "a@b.c", {}, "removed", {}, {}}).has_value());
  EXPECT_FALSE(join_affiliate(database_, kOperator, {made.row.public_id, "a@b.c", {}, "active", {}, "ftp://x.example"})
                   .has_value());
  EXPECT_EQ(number("select count(*) from affiliates"), 0);
}

// BA-14, BAC-52: the link stays and tells the edges that it credits nobody.
TEST_F(Membership, RemovalKeepsTheLinkAndTellsTheEdges) {
  const auto made = campaign(account());
  const auto joined = join(made, "jane@example.com");
  notes();
  const auto removed =
      set_enrolment_status(database_, kOperator, made.row.public_id, joined->affiliate.public_id, "removed");
  ASSERT_TRUE(removed.has_value());
  EXPECT_TRUE(removed->removed_us.has_value());
  EXPECT_EQ(notes(), as_id(joined->link.id));
  EXPECT_EQ(load_link(database_, {}, joined->link.public_id)->status, "active");
  EXPECT_TRUE(list_enrolments(database_, {})->empty());
  // And back, under the same code and link.
  const auto back = join(made, "jane@example.com");
  ASSERT_TRUE(back.has_value()) << back.error().message;
  EXPECT_EQ(back->link.public_id, joined->link.public_id);
  EXPECT_EQ(back->enrolment.code, joined->enrolment.code);
  EXPECT_EQ(back->enrolment.removed_us, std::nullopt);
}

TEST_F(Membership, WhoComesBackMayFindTheCodeTaken) {
  const auto made = campaign(account());
  const auto joined = join(made, "jane@example.com", "jane");
  LinkFields gone;
  gone.status = "deleted";
  ASSERT_TRUE(update_link(database_, kOperator, joined->link.public_id, gone).has_value());
  set_enrolment_status(database_, kOperator, made.row.public_id, joined->affiliate.public_id, "removed").value();
  ASSERT_TRUE(join(campaign(account()), "other@example.com", "JANE").has_value());
  const auto back = join(made, "jane@example.com");
  ASSERT_FALSE(back.has_value());
  EXPECT_EQ(back.error().code, "code_taken");
  EXPECT_FALSE(join(made, "jane@example.com", "new-code").has_value());
}

TEST_F(Membership, StandingChangesOnceAndIsNoted) {
  const auto made = campaign(account());
  const auto joined = join(made, "jane@example.com");
  notes();
  const auto& id = joined->affiliate.public_id;
  ASSERT_TRUE(set_affiliate_status(database_, kOperator, id, "suspended").has_value());
  EXPECT_EQ(notes(), as_id(joined->link.id));
  const auto entries = number("select count(*) from audit");
  ASSERT_TRUE(set_affiliate_status(database_, kOperator, id, "suspended").has_value());
  EXPECT_EQ(number("select count(*) from audit"), entries);
  EXPECT_FALSE(set_affiliate_status(database_, kOperator, id, "erased").has_value());
  EXPECT_FALSE(set_enrolment_status(database_, kOperator, made.row.public_id, id, "gone").has_value());
  EXPECT_EQ(set_enrolment_status(database_, kOperator, campaign(account()).row.public_id, id, "active").error().kind,
            ErrorKind::not_found);
  ASSERT_TRUE(database_.query("update affiliates set status = 'erased'").has_value());
  EXPECT_EQ(set_affiliate_status(database_, kOperator, id, "active").error().code, "participant_erased");  // SEL-43
}

TEST_F(Membership, AffiliatesKeepTheirAddressToThemselves) {
  const auto made = campaign(account());
  join(made, "a@example.com").value();
  const auto b = join(made, "b@example.com");
  AffiliateFields change;
  change.email = "A@example.com";
  EXPECT_EQ(update_affiliate(database_, kOperator, b->affiliate.public_id, change).error().code, "email_taken");
  change.email = "c@example.com";
  change.name = "Żaneta";
  EXPECT_EQ(update_affiliate(database_, kOperator, b->affiliate.public_id, change)->name, "Żaneta");
}

TEST_F(Membership, LinksOfTheMerchantAndOfAffiliates) {
  const auto made = campaign(account());
  const auto joined = join(made, "jane@example.com");
  const auto own = create_link(database_, kOperator, {made.row.public_id, {}, "Billboard", {}});
  ASSERT_TRUE(own.has_value()) << own.error().message;
  EXPECT_FALSE(own->affiliate);
  NewLink second{made.row.public_id, joined->affiliate.public_id, {}, {}};
  second.fields.target_url = "https://shop.example/deep";
  const auto more = create_link(database_, kOperator, second);
  ASSERT_TRUE(more.has_value());
  EXPECT_EQ(more->affiliate, joined->affiliate.id);
  EXPECT_EQ(create_link(database_, kOperator, {made.row.public_id, {}, "BILLBOARD", {}}).error().code, "code_taken");
  const auto other = campaign(account());
  EXPECT_FALSE(
      create_link(database_, kOperator, {other.row.public_id, joined->affiliate.public_id, {}, {}}).has_value());
}

TEST_F(Membership, EveryChangeOfALinkTellsTheEdges) {
  const auto made = campaign(account());
  const auto link = create_link(database_, kOperator, {made.row.public_id, {}, "poster", {}});
  notes();
  const auto change = [&](auto set) {
    LinkFields fields;
    set(fields);
    auto changed = update_link(database_, kOperator, link->public_id, fields);
    EXPECT_TRUE(changed.has_value()) << changed.error().message;
    EXPECT_EQ(notes(), as_id(link->id));
  };
  change([](auto& f) { f.target_url = "https://shop.example/new"; });
  change([](auto& f) { f.fallback_url = "https://shop.example/late"; });
  change([](auto& f) { f.expires_us = std::optional<std::int64_t>(1'900'000'000'000'000); });
  change([](auto& f) { f.status = "paused"; });
  change([](auto& f) { f.status = "archived"; });
  change([](auto& f) { f.status = "active"; });
  change([](auto& f) { f.status = "deleted"; });
  EXPECT_EQ(last_audit(), "link.delete " + link->public_id + " cli:test because");
  EXPECT_FALSE(update_link(database_, kOperator, link->public_id, {}).has_value());
  EXPECT_TRUE(create_link(database_, kOperator, {made.row.public_id, {}, "Poster", {}}).has_value());  // free again
}

TEST_F(Membership, PromotionsAreUniquePerAccountAndMode) {
  const auto owner = account();
  const auto made = campaign(owner);
  const auto joined = join(made, "jane@example.com");
  const NewPromo promo{made.row.public_id, joined->affiliate.public_id, "SAVE10"};
  const auto created = create_promo(database_, kOperator, promo);
  ASSERT_TRUE(created.has_value()) << created.error().message;
  NewPromo twin = promo;
  twin.code = "save10";
  EXPECT_EQ(create_promo(database_, kOperator, twin).error().code, "code_taken");
  auto test = create_campaign(database_, kOperator, owner.public_id, wire::Mode::test, fields());
  const auto tester = join(*test, "jane@example.com");
  EXPECT_TRUE(
      create_promo(database_, kOperator, {test->row.public_id, tester->affiliate.public_id, "SAVE10"}).has_value());
  EXPECT_EQ(set_promo_status(database_, kOperator, created->public_id, "disabled")->status, "disabled");
  EXPECT_EQ(load_promo(database_, {}, created->public_id)->status, "disabled");
  EXPECT_EQ(create_promo(database_, kOperator, twin).error().code, "code_taken");
  EXPECT_FALSE(create_promo(database_, kOperator, {made.row.public_id, tester->affiliate.public_id, "X1"}).has_value());
  EXPECT_EQ(list_promos(database_, {})->size(), 2u);
}

}  // namespace
}  // namespace footfall::core
