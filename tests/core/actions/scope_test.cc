// Nobody reaches another account's things, nor those of the account's other mode. One table names every action; an
// action that is missing from it fails the test, because the names are compared with the headers of core/actions.
#include <functional>
#include <set>

#include "core/actions/affiliate_postbacks.h"
#include "core/actions/applications.h"
#include "core/actions/edges.h"
#include "core/actions/erase_clicks.h"
#include "core/actions/events.h"
#include "core/actions/membership.h"
#include "core/actions/password_reset.h"
#include "core/actions/payment_disputes.h"
#include "core/actions/payment_notices.h"
#include "core/actions/payouts.h"
#include "core/actions/reading/accounts.h"
#include "core/actions/reading/affiliates.h"
#include "core/actions/reading/analytics.h"
#include "core/actions/reading/audit.h"
#include "core/actions/reading/campaigns.h"
#include "core/actions/reading/clicks.h"
#include "core/actions/reading/conversions.h"
#include "core/actions/reading/deposits.h"
#include "core/actions/reading/invitations.h"
#include "core/actions/reading/links.h"
#include "core/actions/reading/operation.h"
#include "core/actions/reading/payouts.h"
#include "core/actions/reading/postbacks.h"
#include "core/actions/reading/statistics.h"
#include "core/actions/reading/webhooks.h"
#include "core/actions/rebuild_directory.h"
#include "core/actions/rejudge_clicks.h"
#include "core/actions/stripe_receivers.h"
#include "tests/core/actions/action_row.h"
#include "tests/core/actions/declared_actions.h"
#include "tests/core/actions/everything_made.h"

namespace footfall::core {
namespace {

constexpr auto kWebhook = EndpointKind::webhook;

class ScopeTest : public EverythingMade {
 protected:
  std::vector<Row> rows();
};

std::vector<Row> ScopeTest::rows() {
  using enum Reach;
  const std::string account = owner_.public_id, campaign = campaign_.row.public_id, jane = jane_.affiliate.public_id;
  const wire::Mode live = wire::Mode::live;
  const auto on = [this](auto action, auto... arguments) {
    return [=, this](const Caller& caller) { return outcome_of(action(database_, caller, arguments...)); };
  };
  CampaignFields another = fields("5.00");
  another.name = "Another";
  AccountFields renamed;
  renamed.name = "Acme Ltd";
  ConversionChange approval;
  approval.public_id = conversion_;
  EventReport event;
  event.click = click_;
  event.type = "lead";
  JoinRequest joining;
  joining.campaign = campaign;
  joining.email = "new@blog.example";
  NewLink link;
  link.campaign = campaign;
  NewKey key{account, KeyKind::secret_key, live, "k2", {}};
  return {
      {"create_account", installation,
       [this](const Caller& caller) {
         AccountFields fields;
         fields.name = "New";
         fields.link_host = "new.localhost";
         return outcome_of(create_account(database_, caller, wire::Dialect::selgeo, fields));
       }},
      {"rebuild_directory", installation, on(rebuild_directory)},
      {"make_password_reset", installation,
       [this](const Caller& caller) { return outcome_of(make_password_reset(database_, caller, user_.email)); }},
      {"update_account", both_modes, on(update_account, account, renamed)},
      {"create_campaign", one_mode, on(create_campaign, account, live, another)},
      {"update_campaign", one_mode, on(update_campaign, campaign, CampaignFields{})},
      {"create_key", one_mode, on(create_key, key)},
      {"import_key", one_mode, on(import_key, key, "imported-0000000000000000")},
      {"rotate_key", one_mode, on(rotate_key, key_.public_id)},
      {"set_key_limits", one_mode, on(set_key_limits, key_.public_id, KeyLimits{})},
      {"set_key_origins", one_mode, on(set_key_origins, key_.public_id, std::vector<std::string>())},
      {"revoke_key", one_mode, on(revoke_key, key_.public_id)},
      {"join_affiliate", one_mode, on(join_affiliate, joining)},
      {"invite_affiliate", one_mode, on(invite_affiliate, campaign, "invited@blog.example", Entered::are_invited)},
      {"read_open_invitations", one_mode, on(read_open_invitations, campaign, 10, std::int64_t{0})},
      {"revoke_invitation", one_mode, on(revoke_invitation, campaign, invitation_.public_id)},
      {"count_affiliates", one_mode,
       [this](const Caller& caller) { return some(count_affiliates(database_, caller, AffiliateFilter{})); }},
      {"update_affiliate", one_mode, on(update_affiliate, jane, AffiliateFields{})},
      {"set_affiliate_status", one_mode, on(set_affiliate_status, jane, "active")},
      {"set_enrolment_status", one_mode, on(set_enrolment_status, campaign, jane, "active")},
      {"suspend_enrolment", one_mode, on(suspend_enrolment, campaign, jane)},
      {"reactivate_enrolment", one_mode, on(reactivate_enrolment, campaign, jane)},
      {"decide_application", one_mode, on(decide_application, campaign, jane, Decision::approve)},
      {"load_member", one_mode, on(load_member, campaign_.row, jane)},
      {"create_link", one_mode, on(create_link, link)},
      {"update_link", one_mode, on(update_link, jane_.link.public_id, LinkFields{})},
      {"create_promo", one_mode, on(create_promo, NewPromo{campaign, jane, "MORE"})},
      {"set_promo_status", one_mode, on(set_promo_status, promo_.public_id, "active")},
      {"create_postback", one_mode, on(create_postback, PostbackFields{account, "second", true, true, {}})},
      {"disable_postback", one_mode, on(disable_postback, endpoint_.public_id)},
      {"record", one_mode,
       [this](const Caller& caller) { return outcome_of(rounds_.record(database_, caller, report("t1"))); }},
      {"dispute_conversion", installation, on(dispute_conversion, conversion_)},
      {"end_dispute", installation, on(end_dispute, conversion_)},
      {"erase_clicks", installation,
       [this](const Caller& caller) {
         const auto nothing = [](const DeadLetter&) { return std::vector<LetterClick>(); };
         return outcome_of(erase_clicks(database_, caller, {{}, {}, jane_.affiliate.public_id}, nothing, 0));
       }},
      {"create_affiliate_postback", one_mode,
       [this](const Caller& caller) {
         return outcome_of(create_affiliate_postback(
             database_, caller, webhooks_, {"", campaign_.row.public_id, "http://127.0.0.1:1/?s={sub1}", "", {}}));
       }},
      {"rejudge_clicks", installation,
       [this](const Caller& caller) {
         const VerdictRules rules{std::string(32, 'r'), [](auto, auto) { return Ruling(); }};
         return outcome_of(rejudge_clicks(database_, caller, rules, {0, 1, true}, [](const auto&) {}));
       }},
      {"prepare_deposit", one_mode,
       [=, this](const Caller& caller) {
         return outcome_of(prepare_deposit(database_, caller, new_deposit(), {}, system_clock().wall_us()));
       }},
      {"store_prepared", one_mode,
       [=, this](const Caller& caller) {
         DepositRow row = deposit_;
         row.public_id = wire::new_public_id("dep_");
         return outcome_of(store_prepared(database_, caller, row));
       }},
      {"apply_payment_notice", installation,
       [=, this](const Caller& caller) {
         const PaymentNotice notice{"evt_1", PaymentEvent::paid, stripe_deposit_.public_id, "cs_1", 100'00, "EUR"};
         return outcome_of(apply_payment_notice(database_, caller, "stripe", notice, system_clock().wall_us()));
       }},
      {"confirm_deposit", installation,
       [this](const Caller& caller) {
         return outcome_of(confirm_deposit(database_, caller, deposit_.public_id, {}, system_clock().wall_us()));
       }},
      {"refund_deposit", installation, on(refund_deposit, deposit_.public_id, std::optional<std::string>("1.00"))},
      {"book_rest_of_dispute", installation,
       [this](const Caller& caller) {
         return outcome_of(book_rest_of_dispute(database_, caller, deposit_.public_id, dispute_.dispute_id, 1));
       }},
      {"read_deposit", one_mode, on(read_deposit, deposit_.public_id)},
      {"read_deposits", one_mode, on(read_deposits, DepositFilter{}, OwnerIds{account, "", ""})},
      {"read_deposit_balance", one_mode,
       [this](const Caller& caller) -> Result<void> {
         const auto read = read_deposit_balance(database_, caller);
         if (!read) return Failure(read.error());
         return some(read->available_minor);
       }},
      {"read_paid_commission", one_mode,
       [this, at = system_clock().wall_us()](const Caller& caller) {
         return some(read_paid_commission(database_, caller, 0, at + 86'400'000'000));
       }},
      {"change_conversion", one_mode, on(change_conversion, approval)},
      {"record_event", one_mode,
       [this, event](const Caller& caller) -> Result<void> {
         const auto recorded = record_event(database_, caller, event);
         if (!recorded) return Failure(recorded.error());
         // AFS-30 has a sentence of its own for another account's click, instead of "not found".
         if (recorded->outcome != EventOutcome::recorded) return not_found("nothing");
         return {};
       }},
      {"create_test_session", one_mode, on(create_test_session, campaign_.row, system_clock().wall_us())},
      {"read_test_session", one_mode, on(read_test_session, session_.token)},
      {"retire_edge", installation,
       [this](const Caller& caller) { return outcome_of(retire_edge(database_, caller, "edge-1")); }},
      {"select_owners", one_mode, on(select_owners, OwnerIds{account, campaign, jane})},
      {"read_account", both_modes, on(read_account, account)},
      {"read_accounts", both_modes,
       [this](const Caller& caller) -> Result<void> {
         const auto found = read_accounts(database_, caller, 10, 0);
         if (!found) return Failure(found.error());
         for (const AccountRow& row : *found) {
           if (row.id == owner_.id) return {};
         }
         return not_found("nothing");
       }},
      {"read_key", one_mode, on(read_key, key_.public_id)},
      {"read_keys", one_mode, on(read_keys, OwnerIds{account, "", ""}, 10, std::int64_t{0})},
      {"read_campaigns", one_mode, on(read_campaigns, CampaignFilter{}, OwnerIds{account, "", ""})},
      {"count_campaigns", one_mode,
       [this](const Caller& caller) { return some(count_campaigns(database_, caller, CampaignFilter{})); }},
      {"read_campaign_by_code", one_mode, on(read_campaign_by_code, *campaign_.row.code)},
      {"read_campaign_by_number", one_mode, on(read_campaign_by_number, campaign_.row.id)},
      {"read_campaign", one_mode, on(read_campaign, campaign)},
      {"campaign_number", one_mode, on(campaign_number, campaign)},
      {"read_affiliates", one_mode, on(read_affiliates, AffiliateFilter{}, OwnerIds{"", campaign, ""})},
      {"read_affiliate", one_mode, on(read_affiliate, jane)},
      {"read_enrolments", one_mode,
       [this](const Caller& caller) -> Result<void> {
         const auto page = read_enrolments(database_, caller, {}, {"", campaign_.row.public_id, ""});
         if (!page) return Failure(page.error());
         return some(page->total);
       }},
      {"read_links", one_mode, on(read_links, LinkFilter{}, OwnerIds{"", "", jane})},
      {"read_link", one_mode, on(read_link, jane_.link.code)},
      {"read_promos", one_mode, on(read_promos, PromoFilter{}, OwnerIds{"", "", jane})},
      {"count_links", one_mode,
       [this, jane](const Caller& caller) {
         return some(count_links(database_, caller, LinkFilter{}, OwnerIds{"", "", jane}));
       }},
      {"count_promos", one_mode,
       [this, jane](const Caller& caller) {
         return some(count_promos(database_, caller, PromoFilter{}, OwnerIds{"", "", jane}));
       }},
      {"count_keys", one_mode, [this](const Caller& caller) { return some(count_keys(database_, caller)); }},
      {"count_audit", both_modes,
       [this](const Caller& caller) {
         return some(
             count_audit(database_, caller, AuditFilter{.account = {}, .subject = owner_.public_id, .action = {}}));
       }},
      {"create_payout", one_mode,
       [this, jane](const Caller& caller) -> Result<void> {
         const auto made = create_payout(database_, caller, {jane, "EUR", ""});
         if (!made && made.error().code == "nothing_payable") return {};  // the affiliate was found
         return outcome_of(made);
       }},
      {"read_payout", one_mode,
       [this](const Caller& caller) {
         EXPECT_TRUE(database_
                         .query("insert into payouts (public_id, account_id, mode, affiliate_id, currency, "
                                "commissions_minor, conversions) values ('po_1', $1, 'live', $2, 'EUR', 100, 1) on "
                                "conflict do nothing",
                                {owner_.id.value, jane_.affiliate.id.value})
                         .has_value());
         return outcome_of(read_payout(database_, caller, "po_1"));
       }},
      {"read_payables", one_mode, on(read_payables, PayableFilter{}, OwnerIds{"", "", jane})},
      {"read_payouts", one_mode, on(read_payouts, PayoutFilter{}, OwnerIds{"", "", jane})},
      {"read_analytics", one_mode,
       [this, jane, today = system_clock().wall_us() / 86'400'000'000](const Caller& caller) -> Result<void> {
         const AnalyticsQuestion question{today - 1, today + 1, AnalyticsGroup::affiliate};
         const auto read = read_analytics(database_, caller, question, {"", "", jane});
         if (!read) return Failure(read.error());
         return read->page.rows.empty() ? Result<void>(not_found("nothing")) : Result<void>();
       }},
      {"read_promo", one_mode, on(read_promo, promo_.public_id)},
      {"read_click", one_mode, on(read_click, click_)},
      {"read_click_page", one_mode,
       on(read_click_page, ClickFilter{}, OwnerIds{"", "", jane}, static_cast<const StoredClick*>(nullptr), 10)},
      {"read_conversions", one_mode, on(core::read_conversions, ConversionFilter{}, OwnerIds{"", "", jane})},
      {"count_conversions", one_mode,
       [this, jane](const Caller& caller) {
         return some(count_conversions(database_, caller, ConversionFilter{}, OwnerIds{"", "", jane}));
       }},
      {"read_conversion_evidence", one_mode, on(read_conversion_evidence, conversion_)},
      {"read_audit", both_modes,
       on(read_audit, AuditFilter{.account = {}, .subject = campaign, .action = {}}, OwnerIds{account, "", ""})},
      {"read_postbacks", one_mode, on(read_postbacks, OwnerIds{account, "", ""})},
      {"read_postback_log", one_mode,
       [this](const Caller& caller) -> Result<void> {
         const auto found = read_postback_log(database_, caller, endpoint_.public_id, 10);
         if (!found) return Failure(found.error());
         return {};
       }},
      {"start_of_local_day", both_modes, on(start_of_local_day, std::int64_t{20'000}, account)},
      {"read_streams", installation, on(read_streams, WhichStreams::all)},
      {"read_dead_letters", installation, on(read_dead_letters, DeadLetterFilter{})},
      {"read_directory_progress", installation, on(read_directory_progress)},
      {"read_published_link", installation, on(read_published_link, jane_.link.public_id)},
      {"read_published_key", installation, on(read_published_key, public_key_.public_id)},
      {"read_statistics", one_mode,
       [this, at = system_clock().wall_us()](const Caller& caller) -> Result<void> {
         const auto read = read_statistics(database_, caller, campaign_.row.id, 0, at + 1, at);
         if (!read) return Failure(read.error());
         return read->days.empty() ? Result<void>(not_found("nothing")) : Result<void>();
       }},
      {"read_conversion", one_mode, on(read_conversion, conversion_)},
      {"create_webhook", one_mode,
       [this, account](const Caller& caller) -> Result<void> {
         const auto made = create_webhook(database_, caller, webhooks_, {account, wire::Mode::live, "x", "", {}});
         if (!made && made.error().code == "webhook_dialect") return {};  // the account was found
         return outcome_of(made);
       }},
      {"update_webhook", one_mode, on(update_webhook, webhooks_, webhook_.public_id, WebhookFields{})},
      {"rotate_webhook_secret", one_mode, on(rotate_webhook_secret, webhooks_, webhook_.public_id)},
      {"ping_webhook", one_mode, on(ping_webhook, webhook_.public_id, std::int64_t{0}, kWebhook)},
      {"redeliver", one_mode, on(redeliver, "whd_1")},
      {"redeliver_failed", one_mode, on(redeliver_failed, webhook_.public_id)},
      {"disable_webhook", one_mode, on(disable_webhook, webhook_.public_id, kWebhook)},
      {"enable_webhook", one_mode, on(enable_webhook, webhook_.public_id, kWebhook)},
      {"read_webhooks", one_mode,
       [this, account](const Caller& caller) -> Result<void> {
         const auto page = read_webhooks(database_, caller, {}, {account, "", ""});
         if (!page) return Failure(page.error());
         return page->rows.empty() ? Result<void>(not_found("nothing")) : Result<void>();
       }},
      {"read_webhook", one_mode, on(read_webhook, webhook_.public_id, kWebhook)},
      {"read_deliveries", one_mode, on(read_deliveries, webhook_.public_id, DeliveryQuestion{}, kWebhook)},
      {"read_delivery", one_mode, on(read_delivery, "whd_1", kWebhook)},
      {"await_delivery", one_mode,
       [this](const Caller& caller) {
         return outcome_of(await_delivery(database_, caller, "whd_1", 0, system_clock()));
       }},
      {"create_dashboard_user", both_modes,
       [this, account](const Caller& caller) -> Result<void> {
         const auto made = create_dashboard_user(database_, caller, {account, "new@shop.example", ""});
         if (!made && made.error().kind == ErrorKind::invalid) return {};
         return outcome_of(made);
       }},
      {"reset_dashboard_password", both_modes, on(reset_dashboard_password, dashboard_user_.public_id)},
      {"set_dashboard_user_status", both_modes, on(set_dashboard_user_status, dashboard_user_.public_id, "disabled")},
      {"read_dashboard_users", both_modes, on(read_dashboard_users, OwnerIds{account, "", ""}, 10, std::int64_t{0})},
      // SE-70
      {"set_stripe_receiver", one_mode,
       [this, account](const Caller& caller) -> Result<void> {
         const auto set = set_stripe_receiver(database_, caller, webhooks_, {account, wire::Mode::live, {}});
         if (!set && set.error().code == "stripe_dialect") return {};  // the account was found
         return outcome_of(set);
       }},
      {"read_stripe_receiver", one_mode,
       [this, account](const Caller& caller) -> Result<void> {
         StripeReceiverRow receiver;
         receiver.public_id = "srx_1";
         receiver.account = owner_.id;
         EXPECT_TRUE(store_stripe_receiver(database_, receiver).has_value());
         return outcome_of(read_stripe_receiver(database_, caller, account, wire::Mode::live));
       }},
      {"delete_stripe_receiver", one_mode,
       [this, account](const Caller& caller) -> Result<void> {
         StripeReceiverRow receiver;
         receiver.public_id = "srx_1";
         receiver.account = owner_.id;
         EXPECT_TRUE(store_stripe_receiver(database_, receiver).has_value());
         return delete_stripe_receiver(database_, caller, account, wire::Mode::live);
       }},
      {"reseal_stripe_secrets", installation, on(reseal_stripe_secrets, webhooks_)},
      {"reseal_webhook_secrets", installation, on(reseal_webhook_secrets, webhooks_)},
      {"delete_webhook", one_mode, on(delete_webhook, webhook_.public_id)},
      {"erase_affiliate", one_mode, on(erase_affiliate, jane)},
  };
}

TEST_F(ScopeTest, EveryActionIsInTheTable) {
  std::set<std::string> tested;
  for (const Row& row : rows()) tested.insert(row.name);
  EXPECT_EQ(tested, declared_actions());
}

TEST_F(ScopeTest, WhatLiesOutsideIsNotFound) {
  for (const Row& row : rows()) {
    std::vector<std::pair<std::string, Caller>> outsiders = {
        {"another account's key", key_of(other_, wire::Mode::live)},
        {"another account's test key", key_of(other_, wire::Mode::test)},
        {"another affiliate", affiliate_caller(bob_.affiliate)},
    };
    if (row.reach != Reach::both_modes)
      outsiders.emplace_back("the other mode's key", key_of(owner_, wire::Mode::test));
    if (row.reach == Reach::installation) outsiders.emplace_back("the owner's key", owners_);
    for (const auto& [who, caller] : outsiders) {
      const auto outcome = row.call(caller);
      ASSERT_FALSE(outcome.has_value()) << row.name << " by " << who;
      EXPECT_EQ(outcome.error().kind, ErrorKind::not_found) << row.name << " by " << who << outcome.error().message;
    }
  }
}

// Without this the test above could pass because the things do not exist.
TEST_F(ScopeTest, TheOwnerFindsThemAll) {
  for (const Row& row : rows()) {
    const auto outcome = row.call(row.reach == Reach::installation ? kOperator : owners_);
    EXPECT_TRUE(outcome.has_value()) << row.name << ": " << outcome.error().message;
  }
}

}  // namespace
}  // namespace footfall::core
