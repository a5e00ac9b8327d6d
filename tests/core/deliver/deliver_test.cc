// What the database decides: which events become deliveries, who takes which, and what a broken attempt leaves behind
// (COMMON.md D-50, D-52, D-53, D-55).
#include "core/deliver/deliver.h"

#include "core/actions/postbacks.h"
#include "core/actions/webhook_secret.h"
#include "core/actions/webhooks.h"
#include "core/deliver/event_fan_out.h"
#include "tests/core/actions/provisioned.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kMinuteUs = 60'000'000;

class Delivery : public Provisioned {
 protected:
  WebhookSettings settings_{SecretsKeys{sha256("a key"), {}}, true};
  AccountRow owner_ = account();
  Campaign program_ = campaign(owner_);

  WebhookRow endpoint(const std::string& path, std::vector<std::string> events = {}) {
    auto made =
        create_webhook(database_, kOperator, settings_,
                       {owner_.public_id, wire::Mode::live, "http://127.0.0.1:1/" + path, "", std::move(events)});
    EXPECT_TRUE(made.has_value()) << made.error().message;
    return made->row;
  }
  // Makes `count` events that every endpoint wants, and turns them into deliveries.
  void happen(int count) {
    for (int n = 0; n < count; ++n) {
      auto joined = join(program_, "p" + std::to_string(++people_) + "@blog.example");
      ASSERT_TRUE(joined.has_value()) << joined.error().message;
    }
    auto done = fan_out_events(database_, 1'000);
    ASSERT_TRUE(done.has_value()) << done.error().message;
  }
  std::vector<DueDelivery> take(int total = 100, int per_endpoint = 100, std::vector<BusyEndpoint> busy = {}) {
    auto taken = take_due_deliveries(database_, {total, per_endpoint, kMinuteUs, std::move(busy)});
    EXPECT_TRUE(taken.has_value()) << taken.error().message;
    return *taken;
  }
  void let_leases_end() {
    ASSERT_TRUE(database_.execute("update webhook_deliveries set next_attempt_at = now() where status = 'waiting'"));
  }
  static AttemptRow attempt(const DueDelivery& delivery) {
    AttemptRow row;
    row.number = delivery.attempt;
    row.started_us = 1'700'000'000'000'000;
    row.status = 200;
    return row;
  }
  DeliverOptions options() {
    DeliverOptions options;
    options.postgres_url = url_;
    options.secrets_keys = settings_.secrets_keys;
    options.poster.allow_private_receivers = true;
    return options;
  }

 private:
  int people_ = 0;
};

TEST_F(Delivery, EventsThatNobodyWantsAreTakenAndLeaveNothing) {
  happen(3);
  EXPECT_EQ(number("select count(*) from events_out"), 0);
  endpoint("conversions", {"Conversion.Created"});
  happen(3);
  EXPECT_EQ(number("select count(*) from webhook_events"), 0);
  endpoint("all");
  happen(2);
  EXPECT_EQ(number("select count(*) from webhook_events where type = 'partner.joined'"), 2);
  EXPECT_EQ(number("select count(*) from webhook_deliveries"), 2);
  EXPECT_EQ(number("select count(*) from events_out"), 0);
}

TEST_F(Delivery, AnEventIsOneForAllEndpointsAndBelongsToItsMode) {
  endpoint("one");
  endpoint("two");
  ASSERT_TRUE(create_webhook(database_, kOperator, settings_,
                             {owner_.public_id, wire::Mode::test, "http://127.0.0.1:1/test", "", {}}));
  happen(1);
  EXPECT_EQ(number("select count(*) from webhook_events"), 1);
  EXPECT_EQ(number("select count(*) from webhook_deliveries"), 2);
}

TEST_F(Delivery, ADisabledEndpointGetsNothingAndWhatWaitsIsCancelled) {
  const auto disabled = endpoint("disabled");
  happen(2);
  ASSERT_TRUE(disable_webhook(database_, kOperator, disabled.public_id));
  EXPECT_EQ(number("select count(*) from webhook_deliveries where status = 'cancelled'"), 2);
  happen(1);
  ASSERT_TRUE(insert_webhook_events(
      database_, {{"evt_x", owner_.id, wire::Mode::live, "x", "x", "{}", {disabled.id}, false, ""}}));
  EXPECT_EQ(number("select count(*) from webhook_deliveries where status = 'waiting'"), 0);
  EXPECT_TRUE(take().empty());
  ASSERT_TRUE(enable_webhook(database_, kOperator, disabled.public_id));
  EXPECT_EQ(redeliver_failed(database_, kOperator, disabled.public_id).value(), 2);
  EXPECT_EQ(take().size(), 2u);
}

TEST_F(Delivery, WhatIsTakenIsHiddenUntilItsLeaseEnds) {
  endpoint("one");
  happen(3);
  const auto first = take(2);
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(first[0].attempt, 1);
  EXPECT_EQ(take().size(), 1u) << "only what nobody has";
  EXPECT_TRUE(take().empty());
  let_leases_end();
  const auto again = take();
  ASSERT_EQ(again.size(), 3u);
  EXPECT_EQ(again[0].attempt, 2);
  EXPECT_EQ(again[0].event_public_id.substr(0, 4), "evt_");
  EXPECT_FALSE(end_delivery(database_, first[0].id, attempt(first[0]), "delivered").value()) << "taken again since";
  EXPECT_EQ(number("select count(*) from webhook_attempts"), 0);
  EXPECT_TRUE(end_delivery(database_, again[0].id, attempt(again[0]), "delivered").value());
  EXPECT_TRUE(postpone_delivery(database_, again[1].id, attempt(again[1]), kMinuteUs).value());
  ASSERT_TRUE(give_back_delivery(database_, again[2].id, again[2].attempt));
  const auto third = take();
  ASSERT_EQ(third.size(), 1u);
  EXPECT_EQ(third[0].id, again[2].id);
  EXPECT_EQ(third[0].attempt, 2) << "what was given back does not count";
}

// A ping is settled outside of a transaction, and whoever waits for its end reads the attempt with it.
TEST_F(Delivery, AnEndAndItsAttemptAreWrittenAsOne) {
  endpoint("one");
  happen(1);
  const auto taken = take();
  ASSERT_EQ(taken.size(), 1u);
  ASSERT_TRUE(
      database_.execute("insert into webhook_attempts select id, attempts, now(), 0, 500, 'server_error' "
                        "from webhook_deliveries"));
  EXPECT_FALSE(end_delivery(database_, taken[0].id, attempt(taken[0]), "delivered")) << "the attempt is there already";
  EXPECT_EQ(number("select count(*) from webhook_deliveries where status = 'waiting'"), 1);
}

TEST_F(Delivery, TwoProcessesTakeDifferentOnes) {
  endpoint("one");
  happen(6);
  Database other(url_);
  ASSERT_TRUE(other.execute("begin").has_value());
  auto theirs = take_due_deliveries(other, {3, 3, kMinuteUs, {}});
  ASSERT_TRUE(theirs.has_value()) << theirs.error().message;
  EXPECT_EQ(theirs->size(), 3u);
  const auto ours = take(6, 6);
  EXPECT_EQ(ours.size(), 3u) << "without waiting for the other's transaction";
  for (const auto& one : ours) {
    for (const auto& another : *theirs) EXPECT_NE(one.id, another.id);
  }
}

TEST_F(Delivery, ABusyOrFailingEndpointLeavesRoomForOthers) {
  const auto busy = endpoint("busy"), failing = endpoint("failing"), idle = endpoint("idle");
  happen(10);
  ASSERT_TRUE(note_webhook_failure(database_, failing.id));
  const auto taken = take(100, 4, {{busy.id, 3}});
  const auto count = [&](const WebhookRow& of) {
    return std::count_if(taken.begin(), taken.end(), [&](const auto& one) { return one.endpoint.id == of.id; });
  };
  EXPECT_EQ(count(busy), 1);
  EXPECT_EQ(count(failing), 1) << "one at a time shows whether it works again";
  EXPECT_EQ(count(idle), 4);
  const auto scarce = take(2, 4, {{busy.id, 1}, {failing.id, 1}});
  ASSERT_EQ(scarce.size(), 2u);
  for (const auto& one : scarce) EXPECT_EQ(one.endpoint.id, idle.id) << "the one with the fewest under way comes first";
  ASSERT_TRUE(pause_webhook(database_, idle.id, kMinuteUs));
  for (const auto& one : take()) EXPECT_NE(one.endpoint.id, idle.id);
}

TEST_F(Delivery, TooMuchThatWaitsDisablesTheEndpoint) {
  const auto flooded = endpoint("flooded");
  happen(5);
  DeliverOptions small = options();
  small.backlog_max = 4;
  Metrics metrics;
  ASSERT_TRUE(Deliver(small, system_clock(), metrics).look_at_queues());
  const auto row = load_webhook(database_, flooded.id);
  EXPECT_EQ(row->status, "disabled");
  EXPECT_EQ(row->disabled_reason, "backlog");
  EXPECT_EQ(last_audit(), "webhook.disable " + flooded.public_id + " deliver backlog");
}

TEST_F(Delivery, SecretsAreSealedAndWithoutTheKeyNothingIsSent) {
  auto made = create_webhook(database_, kOperator, settings_,
                             {owner_.public_id, wire::Mode::live, "http://127.0.0.1:1/", "", {}});
  ASSERT_TRUE(made.has_value());
  auto rows = database_.query("select sealed_secret from webhook_endpoints");
  const std::string sealed = rows->bytes(0, 0);
  EXPECT_EQ(sealed.find(made->secret.substr(10)), std::string::npos);
  EXPECT_EQ(unseal_webhook_secret(*settings_.secrets_keys, made->row.public_id, sealed), made->secret);
  EXPECT_FALSE(unseal_webhook_secret(*settings_.secrets_keys, "whk_other", sealed).has_value());
  happen(1);
  Metrics metrics;
  DeliverOptions other = options();
  other.secrets_keys = SecretsKeys{sha256("another key"), std::nullopt};
  Deliver deliver(other, system_clock(), metrics);
  ASSERT_TRUE(deliver.take_due());
  EXPECT_EQ(deliver.under_way(), 0u);
  EXPECT_EQ(number("select attempts from webhook_deliveries"), 0);
  EXPECT_EQ(
      create_webhook(database_, kOperator, {}, {owner_.public_id, wire::Mode::live, "http://127.0.0.1:1/", "", {}})
          .error()
          .code,
      "secrets_key");
}

TEST_F(Delivery, AnotherSecretsKeyIsBroughtInWhileWebhooksAreSent) {
  auto made = create_webhook(database_, kOperator, settings_,
                             {owner_.public_id, wire::Mode::live, "http://127.0.0.1:1/", "", {}});
  ASSERT_TRUE(made.has_value());
  const auto sealed = [&] { return database_.query("select sealed_secret from webhook_endpoints")->bytes(0, 0); };
  const SecretsKeys changed{sha256("new"), settings_.secrets_keys->key}, after{sha256("new"), std::nullopt};
  EXPECT_EQ(unseal_webhook_secret(changed, made->row.public_id, sealed()), made->secret);
  auto done = reseal_webhook_secrets(database_, kOperator, {after, true});
  ASSERT_TRUE(done.has_value());
  EXPECT_EQ(done->resealed, 0);
  EXPECT_EQ(done->unreadable, 1);
  done = reseal_webhook_secrets(database_, kOperator, {changed, true});
  ASSERT_TRUE(done.has_value()) << done.error().message;
  EXPECT_EQ(done->resealed, 1);
  EXPECT_EQ(done->unreadable, 0);
  EXPECT_EQ(unseal_webhook_secret(after, made->row.public_id, sealed()), made->secret);
  EXPECT_EQ(reseal_webhook_secrets(database_, key_of(owner_, wire::Mode::live), {changed, true}).error().kind,
            ErrorKind::not_found);
}

TEST_F(Delivery, OldEventsGoWithAllThatBelongsToThem) {
  endpoint("one");
  happen(2);
  ASSERT_TRUE(database_.execute("update webhook_events set created_at = now() - interval '31 days' where id = 1"));
  EXPECT_EQ(trim_webhook_events(database_, system_clock().wall_us() - 30 * 24 * 60 * kMinuteUs).value(), 1);
  EXPECT_EQ(number("select count(*) from webhook_deliveries"), 1);
}

TEST_F(Delivery, OthersDoNotFindThem) {
  const auto mine = endpoint("mine");
  const Caller stranger = key_of(account(wire::Dialect::selgeo, "d.localhost"), wire::Mode::live);
  const Caller test_mode = key_of(owner_, wire::Mode::test);
  for (const Caller& caller : {stranger, test_mode}) {
    EXPECT_EQ(disable_webhook(database_, caller, mine.public_id).error().kind, ErrorKind::not_found);
    EXPECT_EQ(ping_webhook(database_, caller, mine.public_id, 0).error().kind, ErrorKind::not_found);
    EXPECT_EQ(rotate_webhook_secret(database_, caller, settings_, mine.public_id).error().kind, ErrorKind::not_found);
  }
  const auto affspace = account(wire::Dialect::affspace, "e.localhost");
  EXPECT_EQ(create_webhook(database_, kOperator, settings_,
                           {affspace.public_id, wire::Mode::live, "http://127.0.0.1:1/", "", {}})
                .error()
                .code,
            "webhook_dialect");
}

}  // namespace
}  // namespace footfall::core
