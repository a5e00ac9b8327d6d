// Accounts, keys and campaigns.
#include "core/actions/reading/campaigns.h"
#include "proto/base/bytes.h"
#include "tests/core/actions/provisioned.h"

namespace footfall::core {
namespace {

using Provision = Provisioned;

TEST_F(Provision, AccountsTakeTheDialectsCurrency) {
  EXPECT_EQ(account(wire::Dialect::affily).currency, "PLN");
  const auto row = account(wire::Dialect::affspace);
  EXPECT_EQ(row.currency, "USD");
  EXPECT_TRUE(row.public_id.starts_with("acc_"));
  EXPECT_EQ(last_audit(), "account.create " + row.public_id + " cli:test because");
}

TEST_F(Provision, AccountsRefuseWhatDoesNotFit) {
  AccountFields wrong;
  wrong.name = "Acme";
  EXPECT_FALSE(create_account(database_, kOperator, wire::Dialect::selgeo, wrong).has_value());
  const auto row = account();
  const auto refused = [&](auto change) {
    AccountFields changed;
    change(changed);
    auto outcome = update_account(database_, kOperator, row.public_id, changed);
    return !outcome && outcome.error().kind == ErrorKind::invalid;
  };
  EXPECT_TRUE(refused([](auto& f) { f.status = "asleep"; }));
  EXPECT_TRUE(refused([](auto& f) { f.plan = "gold"; }));
  EXPECT_TRUE(refused([](auto& f) { f.link_host = "c.localhost:8080"; }));
  EXPECT_TRUE(refused([](auto& f) { f.currency = "EURO"; }));
  EXPECT_TRUE(refused([](auto& f) { f.time_zone = "Mars/Olympus"; }));
  EXPECT_TRUE(refused([](auto& f) { f.contact_email = "nobody"; }));
  EXPECT_TRUE(refused([](auto& f) { f.name = "a\nb"; }));
  EXPECT_TRUE(refused([](auto& f) { f.policy["rounding"] = "up"; }));
  EXPECT_EQ(update_account(database_, kOperator, "acc_missing", {}).error().kind, ErrorKind::not_found);
  EXPECT_EQ(number("select count(*) from audit"), 1);  // nothing but the creation
}

TEST_F(Provision, PolicyOverridesComeAndGo) {
  const auto row = account();
  AccountFields set, reset;
  set.policy["rounding"] = "truncate";
  reset.policy["rounding"] = "";
  EXPECT_EQ(update_account(database_, kOperator, row.public_id, set)->policy, R"({"rounding":"truncate"})");
  EXPECT_EQ(update_account(database_, kOperator, row.public_id, reset)->policy, "{}");
}

TEST_F(Provision, SuspendingAnAccountTellsTheEdges) {
  const auto owner = account();
  const auto made = campaign(owner);
  const auto key = create_key(database_, kOperator, {owner.public_id, KeyKind::public_key, wire::Mode::live, "", {}});
  ASSERT_TRUE(key.has_value());
  notes();
  AccountFields suspend;
  suspend.status = "suspended";
  ASSERT_TRUE(update_account(database_, kOperator, owner.public_id, suspend).has_value());
  EXPECT_EQ(notes(), "campaign:" + std::to_string(made.row.id.value) + " key:" + std::to_string(key->row.id.value));
}

TEST_F(Provision, KeysAreHashedAndShownOnce) {
  const auto owner = account();
  const auto key = create_key(database_, kOperator, {owner.public_id, KeyKind::secret_key, wire::Mode::test, "CI", {}});
  ASSERT_TRUE(key.has_value());
  EXPECT_TRUE(key->value.starts_with("sk_test_"));
  EXPECT_EQ(key->row.hash, key_hash(key->value));
  EXPECT_EQ(number("select count(*) from api_keys k where k::text like '%" + key->value.substr(12) + "%'"), 0);
  EXPECT_EQ(number("select count(*) from audit a where a::text like '%" + key->value.substr(12) + "%'"), 0);
  EXPECT_EQ(notes(), "secrets:1");  // of the migration; secret keys are none of the edge's business
}

TEST_F(Provision, AnImportedKeyKeepsItsValue) {
  const auto owner = account(wire::Dialect::affspace);
  const NewKey key{owner.public_id, KeyKind::secret_key, wire::Mode::live, "theirs", {}};
  const auto imported = import_key(database_, kOperator, key, "customers-own-key-42");
  ASSERT_TRUE(imported.has_value()) << imported.error().message;
  EXPECT_TRUE(imported->imported);
  EXPECT_EQ(imported->hash, key_hash("customers-own-key-42"));
  const auto twin = import_key(database_, kOperator, key, "customers-own-key-42");
  ASSERT_FALSE(twin.has_value());
  EXPECT_EQ(twin.error().kind, ErrorKind::conflict);
  EXPECT_EQ(twin.error().code, "key_taken");
  EXPECT_FALSE(import_key(database_, kOperator, key, "pk_live_1234567890").has_value());
}

TEST_F(Provision, LimitsAreAPropertyOfTheKey) {
  const auto owner = account();
  const auto key = create_key(database_, kOperator,
                              {owner.public_id, KeyKind::public_key, wire::Mode::live, "", {{"clicks", 50'000}}});
  ASSERT_TRUE(key.has_value());
  EXPECT_EQ(key->row.limits, R"({"clicks":50000})");
  notes();
  EXPECT_EQ(set_key_limits(database_, kOperator, key->row.public_id, {{"clicks", std::nullopt}})->limits, "{}");
  EXPECT_EQ(notes(), "key:" + std::to_string(key->row.id.value));
  EXPECT_FALSE(set_key_limits(database_, kOperator, key->row.public_id, {{"clicks", 0}}).has_value());
  EXPECT_FALSE(set_key_limits(database_, kOperator, key->row.public_id, {{"conversions", 5}}).has_value());
}

TEST_F(Provision, RevocationIsFinalAndKeepsItsTime) {
  const auto owner = account();
  const auto key = create_key(database_, kOperator, {owner.public_id, KeyKind::public_key, wire::Mode::live, "", {}});
  notes();
  const auto first = revoke_key(database_, kOperator, key->row.public_id);
  ASSERT_TRUE(first.has_value() && first->revoked_us);
  EXPECT_EQ(notes(), "key:" + std::to_string(key->row.id.value));
  EXPECT_EQ(revoke_key(database_, kOperator, key->row.public_id)->revoked_us, first->revoked_us);
  EXPECT_EQ(notes(), "");
}

TEST_F(Provision, CampaignsTakeTheDialectsDefaults) {
  const auto baclique = campaign(account(wire::Dialect::baclique));
  EXPECT_TRUE(baclique.row.public_id.starts_with("cmp_"));  // BAC-20
  EXPECT_EQ(baclique.row.currency, std::nullopt);           // BA-8
  EXPECT_EQ(baclique.row.attribution_window_s, 30 * 86'400);
  EXPECT_EQ(baclique.row.hold_s, 7 * 86'400);
  EXPECT_EQ(baclique.row.slug, "summer-sale");
  const auto affspace = campaign(account(wire::Dialect::affspace), "30.00");
  EXPECT_TRUE(affspace.row.public_id.starts_with("off_"));
  EXPECT_EQ(affspace.row.model, "cpa");
  EXPECT_EQ(affspace.row.attribution_window_s, std::nullopt);  // AF-28
  EXPECT_EQ(affspace.row.customer_limit, 1);
  ASSERT_TRUE(affspace.row.code.has_value());
  EXPECT_TRUE(affspace.row.code->starts_with("SUMMERSAL"));
  EXPECT_EQ(campaign(account(wire::Dialect::affspace), "15%").row.model, "cps");
}

TEST_F(Provision, EveryPropertyOfACampaignCanBeSet) {
  const auto owner = account();
  auto made = campaign(owner);
  notes();
  CampaignFields change;
  change.name = "Winter";
  change.target_url = "HTTPS://Shop.Example/w?c={click_id}";
  change.fallback_url = "https://shop.example/late";
  change.currency = "jpy";
  change.click_parameter = "cid";
  change.budget = "100000";
  change.status = "paused";
  change.model = "revshare";
  change.visibility = "private";
  change.precedence = "code";
  change.code = "WINTER";
  change.slug = "winter";
  change.expires_us = std::optional<std::int64_t>(1'900'000'000'000'000);
  change.attribution_window_s = std::optional<std::int64_t>(1);
  change.hold_s = 1;
  change.auto_approve = false;
  change.customer_limit = 3;
  change.click_limit = 2;
  change.commissions = {{"", "12.5%", {{{10, "15%"}, {5, "13%"}}}, false}, {"lead", "200", {}, false}};
  const auto changed = update_campaign(database_, kOperator, made.row.public_id, change);
  ASSERT_TRUE(changed.has_value()) << changed.error().message;
  const auto shown = read_campaign(database_, kOperator, made.row.public_id);
  ASSERT_TRUE(shown.has_value());
  const CampaignRow& row = shown->row;
  EXPECT_EQ(row.name, "Winter");
  EXPECT_EQ(row.target_url, "https://shop.example/w?c={click_id}");
  EXPECT_EQ(row.fallback_url, "https://shop.example/late");
  EXPECT_EQ(row.currency, "JPY");
  EXPECT_EQ(row.click_parameter, "cid");
  EXPECT_EQ(row.budget_minor, 100'000);
  EXPECT_EQ(row.status, "paused");
  EXPECT_EQ(row.model, "revshare");
  EXPECT_EQ(row.visibility, "private");
  EXPECT_EQ(row.precedence, "code");
  EXPECT_EQ(row.code, "WINTER");
  EXPECT_EQ(row.slug, "winter");
  EXPECT_EQ(row.expires_us, 1'900'000'000'000'000);
  EXPECT_EQ(row.attribution_window_s, 1);
  EXPECT_EQ(row.hold_s, 1);
  EXPECT_FALSE(row.auto_approve);
  EXPECT_EQ(row.customer_limit, 3);
  EXPECT_EQ(row.click_limit, 2);
  ASSERT_EQ(shown->terms.size(), 2u);
  EXPECT_EQ(shown->terms[0].rate.percent.millionths, 12'500'000);
  EXPECT_EQ(shown->terms[0].tiers, (std::vector<Tier>{{5, {0, {13'000'000}}}, {10, {0, {15'000'000}}}}));
  EXPECT_EQ(shown->terms[1].goal, "lead");
  EXPECT_EQ(shown->terms[1].rate.amount_minor, 200);  // yen have no cents
  EXPECT_EQ(notes(), "campaign:" + std::to_string(row.id.value));
  // And back to nothing, where nothing is allowed.
  CampaignFields clear;
  clear.fallback_url = clear.click_parameter = clear.budget = "";
  clear.expires_us = std::optional<std::int64_t>();
  clear.attribution_window_s = std::optional<std::int64_t>();
  clear.commissions = {{"lead", {}, {}, true}};
  const auto cleared = update_campaign(database_, kOperator, made.row.public_id, clear);
  ASSERT_TRUE(cleared.has_value()) << cleared.error().message;
  EXPECT_EQ(cleared->row.fallback_url, std::nullopt);
  EXPECT_EQ(cleared->row.attribution_window_s, std::nullopt);
  EXPECT_EQ(cleared->terms.size(), 1u);
}

TEST_F(Provision, TermsAreSucceededNeverChanged) {
  const auto made = campaign(account());
  CampaignFields change;
  change.commissions = {{"", "20%", {}, false}};
  ASSERT_TRUE(update_campaign(database_, kOperator, made.row.public_id, change).has_value());
  EXPECT_EQ(number("select count(*) from terms"), 2);
  EXPECT_EQ(number("select count(*) from terms where percent = 10 and ended_at is not null"), 1);
  EXPECT_EQ(number("select count(*) from terms where percent = 20 and ended_at is null"), 1);
}

TEST_F(Provision, CampaignsRefuseWhatDoesNotFit) {
  const auto owner = account();
  const auto made = campaign(owner, "5.00");
  const auto refused = [&](auto change) {
    CampaignFields changed;
    change(changed);
    auto outcome = update_campaign(database_, kOperator, made.row.public_id, changed);
    return !outcome && outcome.error().kind == ErrorKind::invalid && !outcome.error().message.empty();
  };
  EXPECT_TRUE(refused([](auto& f) { f.target_url = "javascript:alert(1)"; }));
  EXPECT_TRUE(refused([](auto& f) { f.target_url = "https://@test@test@example:800/"; }));
  EXPECT_TRUE(refused([](auto& f) { f.fallback_url = "/relative"; }));
  EXPECT_TRUE(refused([](auto& f) { f.hold_s = -1; }));
  EXPECT_TRUE(refused([](auto& f) { f.attribution_window_s = std::optional<std::int64_t>(0); }));
  EXPECT_TRUE(refused([](auto& f) { f.budget = "-1"; }));
  EXPECT_TRUE(refused([](auto& f) { f.budget = "1.001"; }));
  EXPECT_TRUE(refused([](auto& f) { f.currency = ""; }));
  EXPECT_TRUE(refused([](auto& f) { f.currency = "USD"; }));  // 5.00 of what?
  EXPECT_TRUE(refused([](auto& f) { f.click_parameter = "a b"; }));
  EXPECT_TRUE(refused([](auto& f) { f.status = "gone"; }));
  EXPECT_TRUE(refused([](auto& f) { f.slug = "a/b"; }));
  EXPECT_TRUE(refused([](auto& f) { f.customer_limit = -1; }));
  EXPECT_TRUE(refused([](auto& f) { f.commissions = {{"", "101%", {}, false}}; }));
  EXPECT_TRUE(refused([](auto& f) { f.commissions = {{"lead", {}, {{{5, "1.00"}}}, false}}; }));
  EXPECT_TRUE(refused([](auto& f) { f.commissions = {{"", {}, {{{5, "1%"}}}, false}}; }));
  EXPECT_TRUE(refused([](auto& f) { f.commissions = {{"", {}, {}, true}}; }));
  EXPECT_TRUE(refused([](auto& f) { f.commissions = {{"", "1", {}, false}, {"", "2", {}, false}}; }));
  EXPECT_FALSE(create_campaign(database_, kOperator, owner.public_id, wire::Mode::live, {}).has_value());
  CampaignFields unpaid = fields();
  unpaid.commissions.clear();
  EXPECT_FALSE(create_campaign(database_, kOperator, owner.public_id, wire::Mode::live, unpaid).has_value());
}

TEST_F(Provision, AffSpacesModelDecidesTheKind) {
  const auto offer = campaign(account(wire::Dialect::affspace), "30.00");
  CampaignFields change;
  change.commissions = {{"", "15%", {}, false}};
  EXPECT_FALSE(update_campaign(database_, kOperator, offer.row.public_id, change).has_value());
  change.model = "cps";
  EXPECT_TRUE(update_campaign(database_, kOperator, offer.row.public_id, change).has_value());
}

TEST_F(Provision, SlugsAndOfferCodesAreUniquePerAccount) {
  const auto owner = account(wire::Dialect::affspace);
  const auto first = campaign(owner, "5.00");
  const auto second = campaign(owner, "5.00");
  EXPECT_EQ(first.row.slug, "summer-sale");
  EXPECT_NE(second.row.slug, first.row.slug);
  CampaignFields change;
  change.code = to_lower_ascii(*first.row.code);
  const auto taken = update_campaign(database_, kOperator, second.row.public_id, change);
  ASSERT_FALSE(taken.has_value());
  EXPECT_EQ(taken.error().code, "code_taken");
  CampaignFields same = fields("5.00");
  same.slug = first.row.slug;
  EXPECT_EQ(create_campaign(database_, kOperator, owner.public_id, wire::Mode::live, same).error().code, "slug_taken");
  CampaignFields elsewhere;
  elsewhere.code = *first.row.code;
  const auto other = campaign(account(wire::Dialect::affspace), "5.00");
  EXPECT_TRUE(update_campaign(database_, kOperator, other.row.public_id, elsewhere).has_value());
}

TEST_F(Provision, ADeletedCampaignStaysDeleted) {
  const auto made = campaign(account());
  CampaignFields change;
  change.status = "deleted";
  ASSERT_TRUE(update_campaign(database_, kOperator, made.row.public_id, change).has_value());
  change.status = "active";
  EXPECT_FALSE(update_campaign(database_, kOperator, made.row.public_id, change).has_value());
  EXPECT_FALSE(join(made, "jane@example.com").has_value());
  EXPECT_TRUE(list_campaigns(database_, {})->empty());
}

}  // namespace
}  // namespace footfall::core
