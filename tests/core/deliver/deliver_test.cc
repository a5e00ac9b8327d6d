// What the database decides: which events become deliveries, who takes which, and what a broken attempt leaves behind
// (COMMON.md D-50, D-52, D-53, D-55, D-56).
#include "core/deliver/deliver.h"

#include <algorithm>

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
  std::vector<DueDelivery> take(int total = 100, int per_endpoint = 100, std::vector<BusyEndpoint> busy = {},
                                int per_account = 100) {
    auto taken = take_due_deliveries(database_, {total, per_endpoint, per_account, kMinuteUs, std::move(busy)});
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
  auto theirs = take_due_deliveries(other, {3, 3, 3, kMinuteUs, {}});
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

TEST_F(Delivery, AnAccountWithManyEndpointsLeavesRoomForOthers) {
  std::vector<WebhookRow> many;
  for (const char* path : {"a", "b", "c", "d"}) many.push_back(endpoint(path));
  happen(5);
  const AccountRow other = account(wire::Dialect::selgeo, "other.localhost");
  const Campaign theirs = campaign(other);
  auto quiet = create_webhook(database_, kOperator, settings_,
                              {other.public_id, wire::Mode::live, "http://127.0.0.1:1/quiet", "", {}});
  ASSERT_TRUE(quiet.has_value()) << quiet.error().message;
  ASSERT_TRUE(join(theirs, "x@blog.example").has_value());
  ASSERT_TRUE(join(theirs, "y@blog.example").has_value());
  ASSERT_TRUE(fan_out_events(database_, 1'000).has_value());
  const auto of = [](const std::vector<DueDelivery>& taken, const AccountRow& owner) {
    return std::ranges::count_if(taken, [&](const auto& one) { return one.endpoint.account == owner.id; });
  };
  const auto scarce = take(2);
  EXPECT_EQ(of(scarce, other), 1) << "the first of each account comes before the second of any";
  const auto taken = take(100, 4, {{many[0].id, 2}, {many[1].id, 1}}, 6);
  EXPECT_EQ(of(taken, owner_), 3) << "three are under way already";
  EXPECT_EQ(of(taken, other), 1);
}

TEST_F(Delivery, PingsCountTowardsTheLimits) {
  const auto pinged = endpoint("pinged"), idle = endpoint("idle");
  happen(3);
  for (int n = 0; n < 5; ++n) ASSERT_TRUE(ping_webhook(database_, kOperator, pinged.public_id, 0).has_value());
  const auto pings = [](const std::vector<DueDelivery>& taken) {
    return std::ranges::count_if(taken, [](const auto& one) { return one.is_test; });
  };
  EXPECT_TRUE(take(100, 2, {{pinged.id, 2}, {idle.id, 2}}).empty());
  const auto taken = take(100, 4, {{pinged.id, 1}, {idle.id, 4}});
  EXPECT_EQ(taken.size(), 3u);
  EXPECT_EQ(pings(taken), 3) << "whoever waits for a ping comes first";
  EXPECT_EQ(take(1).size(), 1u) << "one limit for both";
  ASSERT_TRUE(note_webhook_failure(database_, pinged.id));
  ASSERT_TRUE(pause_webhook(database_, pinged.id, kMinuteUs));
  const auto paused = take(100, 4);
  EXPECT_EQ(pings(paused), 2) << "a ping heeds no pause";
  for (const auto& one : paused) EXPECT_TRUE(one.is_test || one.endpoint.id == idle.id);
}

TEST_F(Delivery, APauseLastsWhateverElseIsUnderWay) {
  const auto busy = endpoint("busy");
  happen(1);
  const auto pause_s = [&] {
    return number("select extract(epoch from paused_until - now())::bigint from webhook_endpoints");
  };
  ASSERT_TRUE(note_webhook_failure(database_, busy.id));
  ASSERT_TRUE(pause_webhook(database_, busy.id, 60 * kMinuteUs));
  ASSERT_TRUE(pause_webhook(database_, busy.id, kMinuteUs)) << "of an attempt that was under way beside it";
  EXPECT_GT(pause_s(), 3'500);
  ASSERT_TRUE(note_webhook_success(database_, busy.id)) << "another one";
  EXPECT_GT(pause_s(), 3'500);
  EXPECT_TRUE(take().empty());
  ASSERT_TRUE(enable_webhook(database_, kOperator, busy.public_id)) << "somebody decides so";
  EXPECT_EQ(take().size(), 1u);
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

TEST_F(Delivery, ALookDoesWhateverThereIsToDo) {
  Metrics metrics;
  Deliver deliver(options(), system_clock(), metrics);
  EXPECT_FALSE(deliver.look());
  EXPECT_EQ(deliver.under_way(), 0u);
  endpoint("all");
  ASSERT_TRUE(join(program_, "somebody@blog.example").has_value());
  EXPECT_FALSE(deliver.look());
  EXPECT_EQ(number("select count(*) from events_out"), 0);
  EXPECT_EQ(deliver.under_way(), 1u);
  deliver.give_back();
  EXPECT_EQ(deliver.under_way(), 0u);
  EXPECT_FALSE(deliver.look());
  EXPECT_EQ(deliver.under_way(), 1u) << "due, although nothing happened";
  deliver.give_back();
  auto rows = database_.execute("update webhook_deliveries set is_test = true");
  ASSERT_TRUE(rows.has_value());
  EXPECT_FALSE(deliver.look());
  EXPECT_EQ(deliver.under_way(), 1u) << "a ping";
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
