// Postbacks to affiliates beside webhooks (COMMON.md D-59): one machinery, two kinds that do not see each other.
#include "core/actions/affiliate_postbacks.h"
#include "core/actions/conversion_rounds.h"
#include "core/actions/reading/webhooks.h"
#include "core/actions/webhooks.h"
#include "core/deliver/deliver.h"
#include "core/deliver/event_fan_out.h"
#include "proto/base/clock.h"
#include "tests/core/actions/provisioned.h"

namespace footfall::core {
namespace {

class Postbacks : public Provisioned {
 protected:
  WebhookSettings settings_{SecretsKeys{sha256("a key"), {}}, true};
  AccountRow owner_ = account();
  Campaign program_ = campaign(owner_);
  EnrolledAffiliate jane_ = *join(program_, "jane@blog.example", "jane");
  Caller caller_ = key_of(owner_, wire::Mode::live);
  ConversionRounds rounds_{system_clock(), url_};

  void SetUp() override {
    ASSERT_TRUE(database_
                    .execute("insert into promo_codes (public_id, account_id, mode, code, code_fold, campaign_id, "
                             "affiliate_id) select 'prm_1', c.account_id, 'live', 'SAVE', 'save', c.id, a.id "
                             "from campaigns c, affiliates a")
                    .has_value());
  }
  Result<WebhookRow> postback(const std::string& url, const std::string& affiliate, const std::string& campaign = {}) {
    return create_affiliate_postback(database_, kOperator, settings_, {affiliate, campaign, url, "", {"created"}});
  }
  void sell(const std::string& transaction, std::optional<std::string> code = "SAVE") {
    ConversionReport report;
    report.promo_code = std::move(code);
    report.external_id = transaction;
    report.amount_minor = 1'000;
    report.currency = "EUR";
    report.received_us = system_clock().wall_us();
    ASSERT_TRUE(rounds_.record(database_, caller_, report).has_value());
  }
  std::int64_t fan_out() {
    auto done = fan_out_events(database_, 1'000);
    EXPECT_TRUE(done.has_value()) << done.error().message;
    return done->webhooks;
  }
  std::string told() {
    auto rows = database_.query("select coalesce(string_agg(body, ' ' order by body), '') from webhook_events");
    return std::string(rows->text(0, 0));
  }
};

// What has become of the conversion by the time that its event is told.
TEST_F(Postbacks, ACallTellsWhatWasSoWhenTheConversionWasBooked) {
  ASSERT_TRUE(postback("http://127.0.0.1:1/a?sum={payout}&in={campaign}", jane_.affiliate.public_id));
  ASSERT_TRUE(create_webhook(database_, kOperator, settings_,
                             {owner_.public_id, wire::Mode::live, "http://127.0.0.1:1/", "", {"conversion.created"}}));
  sell("t1");
  ASSERT_TRUE(
      database_.execute("update conversions set attributed = false, reason = 'other', affiliate_id = null, "
                        "campaign_id = null, commission_currency = null, commission_minor = 0"));
  ASSERT_TRUE(fan_out_events(database_, 1'000).has_value());
  EXPECT_NE(told().find("http://127.0.0.1:1/a?sum=1.00&in=" + program_.row.public_id), std::string::npos) << told();
  EXPECT_NE(told().find("\"attributed\":true,\"partner_id\":\"" + jane_.affiliate.public_id), std::string::npos)
      << told();
  EXPECT_NE(told().find("\"reason\":\"promo_code"), std::string::npos) << told();
}

TEST_F(Postbacks, ACreditThatCameLaterIsNotToldOfEarlierEvents) {
  ASSERT_TRUE(postback("http://127.0.0.1:1/a", jane_.affiliate.public_id));
  sell("t1", "NOBODYS");
  ASSERT_TRUE(
      database_.execute("update conversions set attributed = true, commission_currency = 'EUR', commission_minor "
                        "= 100, affiliate_id = (select id from affiliates), campaign_id = (select id from "
                        "campaigns)"));
  EXPECT_EQ(fan_out(), 0);
}

TEST_F(Postbacks, ACallIsOneUrlForOneConversion) {
  ASSERT_TRUE(postback("http://127.0.0.1:1/a?sum={payout}&of={affiliate}", jane_.affiliate.public_id));
  ASSERT_TRUE(postback("http://127.0.0.1:1/b?in={campaign}&what={event}", "", program_.row.public_id));
  sell("t1");
  EXPECT_EQ(fan_out(), 2);
  EXPECT_EQ(told(), "http://127.0.0.1:1/a?sum=1.00&of=" + jane_.affiliate.public_id +
                        " http://127.0.0.1:1/b?in=" + program_.row.public_id + "&what=created");
}

TEST_F(Postbacks, WhatCreditsNobodyOrAnotherIsNotTold) {
  auto bob = join(program_, "bob@blog.example", "bob");
  ASSERT_TRUE(bob && postback("http://127.0.0.1:1/bob", bob->affiliate.public_id));
  ASSERT_TRUE(postback("http://127.0.0.1:1/jane", jane_.affiliate.public_id));
  sell("t1", "NOSUCH");
  EXPECT_EQ(fan_out(), 0);
  sell("t2");
  EXPECT_EQ(fan_out(), 1);
  EXPECT_EQ(told(), "http://127.0.0.1:1/jane");
}

TEST_F(Postbacks, TheKindsDoNotSeeEachOther) {
  auto made = postback("http://127.0.0.1:1/a", jane_.affiliate.public_id);
  ASSERT_TRUE(made) << made.error().message;
  auto webhook = create_webhook(database_, kOperator, settings_,
                                {owner_.public_id, wire::Mode::live, "http://127.0.0.1:1/w", "", {}});
  ASSERT_TRUE(webhook);
  EXPECT_FALSE(read_webhook(database_, caller_, made->public_id));
  EXPECT_FALSE(read_webhook(database_, caller_, webhook->row.public_id, EndpointKind::postback));
  EXPECT_FALSE(rotate_webhook_secret(database_, caller_, settings_, made->public_id));
  EXPECT_EQ(read_webhooks(database_, caller_, {})->total, 1);
  sell("t1");
  fan_out();
  EXPECT_EQ(number("select count(*) from webhook_deliveries d join webhook_endpoints e on e.id = d.endpoint_id "
                   "where e.kind = 'postback'"),
            1);
  EXPECT_TRUE(disable_webhook(database_, kOperator, made->public_id, EndpointKind::postback));
  EXPECT_EQ(last_audit(), "postback.disable " + made->public_id + " cli:test because");
}

TEST_F(Postbacks, AreCalledWithoutAKeyForSecretsWhileWebhooksWait) {
  ASSERT_TRUE(postback("http://127.0.0.1:1/a", jane_.affiliate.public_id));
  ASSERT_TRUE(create_webhook(database_, kOperator, settings_,
                             {owner_.public_id, wire::Mode::live, "http://127.0.0.1:1/w", "", {"conversion.created"}}));
  sell("t1");
  DeliverOptions options;
  options.postgres_url = url_;
  options.poster.allow_private_receivers = true;
  Metrics metrics;
  Deliver deliver(options, system_clock(), metrics);
  deliver.fan_out();
  ASSERT_TRUE(deliver.take_due());
  EXPECT_EQ(deliver.under_way(), 1u);
  for (int i = 0; i < 100 && deliver.under_way() > 0; ++i) deliver.work(50'000);
  EXPECT_EQ(
      number("select count(*) from webhook_attempts t join webhook_deliveries d on d.id = t.delivery_id "
             "join webhook_endpoints e on e.id = d.endpoint_id where e.kind = 'postback' and t.error = 'connect'"),
      1);
  EXPECT_EQ(number("select count(*) from webhook_attempts"), 1);
  EXPECT_EQ(number("select attempts from webhook_deliveries d join webhook_endpoints e on e.id = d.endpoint_id "
                   "where e.kind = 'webhook'"),
            0);
}

TEST_F(Postbacks, BelongToTheAccountOfBoth) {
  AccountRow other = account(wire::Dialect::selgeo, "other.localhost");
  Campaign foreign = campaign(other);
  EXPECT_EQ(postback("http://127.0.0.1:1/a", jane_.affiliate.public_id, foreign.row.public_id).error().kind,
            ErrorKind::not_found);
  EXPECT_EQ(create_affiliate_postback(database_, key_of(other, wire::Mode::live), settings_,
                                      {jane_.affiliate.public_id, "", "http://127.0.0.1:1/a", "", {}})
                .error()
                .kind,
            ErrorKind::not_found);
  EXPECT_EQ(postback("http://127.0.0.1:1/a", "").error().kind, ErrorKind::invalid);
}

}  // namespace
}  // namespace footfall::core
