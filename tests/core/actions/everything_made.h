// The fixture of scope_test.cc: an account that has one of everything that an action can name.
#pragma once

#include "core/actions/change_conversion.h"
#include "core/actions/conversion_rounds.h"
#include "core/actions/dashboard_users.h"
#include "core/actions/deposits.h"
#include "core/actions/invitations.h"
#include "core/actions/postbacks.h"
#include "core/actions/promos.h"
#include "core/actions/test_sessions.h"
#include "core/actions/webhooks.h"
#include "core/storage/payment_disputes.h"
#include "proto/base/clock.h"
#include "tests/core/actions/provisioned.h"

namespace footfall::core {

// Everything that an action can name exists in the owner's account, in live mode.
class EverythingMade : public Provisioned {
 protected:
  AccountRow owner_ = account(wire::Dialect::affspace);
  AccountRow other_ = account(wire::Dialect::affspace, "other.localhost");
  Campaign campaign_ = campaign(owner_, "5.00");
  EnrolledAffiliate jane_ = *join(campaign_, "jane@blog.example", "summer-jane");
  EnrolledAffiliate bob_ = *join(campaign_, "bob@blog.example", "summer-bob");
  Invitation invitation_ =
      *invite_affiliate(database_, kOperator, campaign_.row.public_id, "asked@blog.example", Entered::are_invited);
  ApiKeyRow key_ =
      create_key(database_, kOperator, {owner_.public_id, KeyKind::secret_key, wire::Mode::live, "k", {}})->row;
  PromoRow promo_ = *create_promo(database_, kOperator, {campaign_.row.public_id, jane_.affiliate.public_id, "SAVE"});
  PostbackEndpoint endpoint_ = *create_postback(database_, kOperator, {owner_.public_id, "partner", true, true, {}});
  Caller owners_ = key_of(owner_, wire::Mode::live);
  TestSession session_ = *create_test_session(database_, owners_, campaign_.row, system_clock().wall_us());
  AccountRow published_ = account(wire::Dialect::selgeo, "selgeo.example");  // AffSpace has no public keys
  ApiKeyRow public_key_ =
      create_key(database_, kOperator, {published_.public_id, KeyKind::public_key, wire::Mode::live, "p", {}})->row;
  WebhookSettings webhooks_{SecretsKeys{sha256("a key"), {}}, true};
  WebhookRow webhook_ = stored_webhook();
  DashboardUserRow dashboard_user_ = stored_dashboard_user();
  wire::ClickId click_ = stored_click();
  UserRow user_ = stored_user();
  ConversionRounds rounds_{system_clock(), url_};
  std::string conversion_ = booked("t0");
  DepositRow deposit_ = paid_deposit();
  DepositRow stripe_deposit_ = deposit_at_stripe();
  PaymentDisputeRow dispute_ = stored_dispute();

  // AffSpace has no webhooks, so that no action makes this one.
  WebhookRow stored_webhook() {
    WebhookRow row;
    row.public_id = "whk_1";
    row.account = owner_.id;
    row.url = "http://127.0.0.1:1/";
    row.sealed_secret = "sealed";
    EXPECT_TRUE(insert_webhook(database_, row).has_value());
    EXPECT_TRUE(insert_webhook_events(
                    database_, {{"evt_1", owner_.id, wire::Mode::live, "x", "x", "{}", {row.id}, false, "whd_1"}})
                    .has_value());
    return row;
  }
  UserRow stored_user() {
    UserRow user;
    user.public_id = "usr_1";
    user.email = "jane@blog.example";
    EXPECT_TRUE(insert_user(database_, user).has_value());
    return user;
  }
  DashboardUserRow stored_dashboard_user() {
    DashboardUserRow row;
    row.public_id = "mu_1";
    row.account = owner_.id;
    row.email = "boss@shop.example";
    EXPECT_TRUE(insert_dashboard_user(database_, row).has_value());
    return row;
  }
  wire::ClickId stored_click() {
    const auto id = wire::parse_uuid("0198c0de-0000-7000-8000-000000000001").value();
    EXPECT_TRUE(database_.execute("create table clicks_all partition of clicks default").has_value());
    const auto written = database_.query(
        "insert into clicks (id, account_id, mode, received_at, campaign_id, affiliate_id, link_id, verdict, "
        "is_unique, source, stream_id, number) select '0198c0de-0000-7000-8000-000000000001', account_id, 0, now(), "
        "campaign_id, affiliate_id, id, 0, true, 0, 1, 1 from links where public_id = $1",
        {jane_.link.public_id});
    EXPECT_TRUE(database_
                    .execute("insert into streams (incarnation, edge, edge_number) values "
                             "(decode(repeat('ab', 16), 'hex'), 'edge-1', 1); "
                             "insert into dead_letters (stream_id, number, reason, raw) values (1, 1, 'time', '')")
                    .has_value());
    EXPECT_TRUE(written.has_value()) << written.error().message;
    return id;
  }
  ConversionReport report(const std::string& transaction) {
    ConversionReport made;
    made.promo_code = "SAVE";
    made.campaign = &campaign_.row;
    made.external_id = transaction;
    made.request_id = "r";
    made.received_us = system_clock().wall_us();
    return made;
  }
  std::string booked(const std::string& transaction) {
    const auto recorded = rounds_.record(database_, owners_, report(transaction));
    EXPECT_TRUE(recorded.has_value()) << recorded.error().message;
    return recorded->conversion.public_id;
  }
  NewDeposit new_deposit() { return {owner_.public_id, wire::Mode::live, "100.00", {}, "transfer", {}}; }
  // And a commission that was paid out.
  DepositRow deposit_at_stripe() {
    NewDeposit asked = new_deposit();
    asked.method = "stripe";
    auto row = prepare_deposit(database_, kOperator, asked, {}, system_clock().wall_us());
    EXPECT_TRUE(row.has_value()) << row.error().message;
    row->session = "cs_1";
    auto stored = store_prepared(database_, kOperator, *row);
    EXPECT_TRUE(stored.has_value()) << stored.error().message;
    return *stored;
  }
  PaymentDisputeRow stored_dispute() {
    PaymentDisputeRow row;
    row.deposit = deposit_.id;
    row.method = deposit_.method;
    row.dispute_id = "dp_1";
    row.amount_minor = 100;
    EXPECT_TRUE(insert_payment_dispute(database_, row).has_value());
    return row;
  }
  DepositRow paid_deposit() {
    const std::int64_t now_us = system_clock().wall_us();
    auto made = create_deposit(database_, kOperator, new_deposit(), {}, now_us);
    EXPECT_TRUE(made.has_value()) << made.error().message;
    auto paid = confirm_deposit(database_, kOperator, made->public_id, {}, now_us);
    EXPECT_TRUE(paid.has_value()) << paid.error().message;
    const auto written = database_.query(
        "insert into conversions (public_id, account_id, mode, attributed, reason, explanation, status, paid_at, "
        "commission_minor, commission_currency) values ('conv_paid', $1, 'live', false, 'x', 'x', 'paid', now(), 5, "
        "$2)",
        {owner_.id.value, owner_.currency});
    EXPECT_TRUE(written.has_value()) << written.error().message;
    return *paid;
  }
  Caller affiliate_caller(const AffiliateRow& affiliate) {
    Caller caller = key_of(owner_, wire::Mode::live);
    caller.kind = CallerKind::affiliate;
    caller.affiliate = affiliate.id;
    return caller;
  }
};

}  // namespace footfall::core
