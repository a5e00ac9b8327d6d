// ack = redis: PROTOCOL.md 5, at the log's side.
#include "edge/log/memory_click_log.h"

#include <gtest/gtest.h>

#include "tests/edge/log/log_life.h"

namespace footfall::edge {
namespace {

struct MemoryLife {
  MemoryLife() {
    options.ack = Ack::redis;
    options.memory_bytes_max = 1 << 20;
    options.handover_batches = 16;
    log = std::make_unique<MemoryClickLog>(options, clock, metrics, [this](unsigned, std::uint64_t ticket, bool safe) {
      decided.emplace_back(ticket, safe);
    });
    log->set_shipping_up(true);
  }
  void submit(std::uint64_t ticket, std::uint32_t count = 1, std::size_t bytes = 100) {
    OpenBatch batch = log->take_empty(0);
    batch.clicks.assign(bytes, static_cast<char>('a' + ticket % 26));
    batch.count = count;
    batch.ticket = ticket;
    log->submit(0, std::move(batch));
  }
  LogIncarnation own() { return log->incarnations().back(); }
  LogRun read(std::uint64_t from, std::uint64_t clicks_max = 1000) {
    LogRun run;
    EXPECT_TRUE(log->read(own().id, from, clicks_max, 1 << 20, run));
    return run;
  }

  LogOptions options;
  ManualClock clock;
  Metrics metrics;
  std::vector<std::pair<std::uint64_t, bool>> decided;
  std::unique_ptr<MemoryClickLog> log;
};

using Decisions = std::vector<std::pair<std::uint64_t, bool>>;

TEST(MemoryClickLog, rule_05_an_answer_waits_until_redis_has_it) {
  MemoryLife life;
  life.submit(1, 3);
  life.submit(2, 2);
  EXPECT_EQ(life.own().shippable, 5u);
  EXPECT_EQ(life.own().head, 0u);
  EXPECT_TRUE(life.decided.empty());
  const LogRun run = life.read(1);
  EXPECT_EQ(run.first, 1u);
  EXPECT_EQ(run.last, 5u);
  life.log->acknowledged(3);
  EXPECT_EQ(life.decided, (Decisions{{1, true}}));
  life.log->acknowledged(5);
  EXPECT_EQ(life.decided, (Decisions{{1, true}, {2, true}}));
  EXPECT_EQ(life.own().head, 5u);
}

TEST(MemoryClickLog, rule_05_batches_stay_until_they_are_stored_and_can_be_shipped_again) {
  MemoryLife life;
  for (std::uint64_t ticket = 1; ticket <= 4; ++ticket) life.submit(ticket);
  EXPECT_EQ(life.read(1).last, 4u) << "all taken in";
  life.log->acknowledged(4);
  EXPECT_EQ(life.read(1).last, 4u);
  life.log->stored(life.own().id, 2);
  EXPECT_EQ(life.own().first, 3u);
  EXPECT_EQ(life.read(3).first, 3u);
  const LogRun gone = life.read(1);
  EXPECT_EQ(gone.reason, wire::VoidReason::forgotten);
  EXPECT_EQ(gone.last, 2u);
}

TEST(MemoryClickLog, rule_05_memory_is_bounded_and_full_is_said_before_it_is_exceeded) {
  MemoryLife life;
  std::uint64_t ticket = 0;
  while (life.log->accepts()) {
    ASSERT_LT(ticket, 100u);
    life.submit(++ticket, 1, 200'000);
    life.own();
  }
  EXPECT_TRUE(life.decided.empty());
  for (int i = 0; i < 5; ++i) {
    life.submit(++ticket, 1, 250'000);
    life.own();
  }
  EXPECT_FALSE(life.decided.empty());
  for (const auto& [number, safe] : life.decided) EXPECT_FALSE(safe);
  life.log->stored(life.own().id, life.own().shippable);
  EXPECT_TRUE(life.log->accepts());
}

TEST(MemoryClickLog, accepts_nothing_while_redis_does_not_take_it) {
  MemoryLife life;
  life.log->set_shipping_up(false);
  EXPECT_FALSE(life.log->accepts());
  life.submit(1);
  life.own();
  EXPECT_EQ(life.decided, (Decisions{{1, false}}));
  life.log->set_shipping_up(true);
  EXPECT_TRUE(life.log->accepts());
}

TEST(MemoryClickLog, rule_05_what_was_never_sent_in_time_is_void_and_what_was_sent_goes_on) {
  MemoryLife life;
  life.submit(1);
  life.own();
  life.read(1);  // sent, outcome unknown
  life.submit(2, 2);
  life.own();
  life.clock.advance_us(life.options.redis_ack_ms * 1000 + 1);
  life.submit(3);
  EXPECT_EQ(life.own().shippable, 4u);
  EXPECT_EQ(life.decided, (Decisions{{1, false}, {2, false}}));
  EXPECT_EQ(life.read(1).reason, wire::VoidReason::none);
  EXPECT_EQ(life.read(1).last, 1u);
  EXPECT_EQ(life.read(2).reason, wire::VoidReason::never_acknowledged);
  EXPECT_EQ(life.read(2).last, 3u);
  EXPECT_EQ(life.read(4).reason, wire::VoidReason::none);
}

TEST(MemoryClickLog, rule_05_what_a_restart_forgot_is_declared_void_and_counted) {
  MemoryLife life;
  const wire::Incarnation earlier = wire::Incarnation::random();
  std::vector<LogRun> runs;
  runs.push_back({11, 20, wire::VoidReason::none, "eleven", 0});
  runs.push_back({15, 30, wire::VoidReason::none, "overlapping", 0});
  runs.push_back({41, 50, wire::VoidReason::none, "forty", 0});
  life.log->adopt(earlier, 5, 60, std::move(runs));
  const auto found = life.log->incarnations();
  ASSERT_EQ(found.size(), 2u);
  EXPECT_TRUE(found[0].ended);
  EXPECT_EQ(found[0].head, 60u);
  std::vector<std::string> seen;
  for (std::uint64_t next = 6; next <= 60;) {
    LogRun run;
    ASSERT_TRUE(life.log->read(earlier, next, 1, 1, run));
    seen.push_back(std::to_string(run.first) + "-" + std::to_string(run.last) + " " +
                   (run.reason == wire::VoidReason::none ? run.clicks : "forgotten"));
    next = run.last + 1;
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"6-10 forgotten", "11-20 eleven", "15-30 overlapping", "31-40 forgotten",
                                            "41-50 forty", "51-60 forgotten"}));
  life.log->stored(earlier, 60);
  life.log->finished(earlier);
  EXPECT_EQ(life.log->incarnations().size(), 1u);
}

TEST(MemoryClickLog, a_full_handover_is_refused_in_order) {
  MemoryLife life;
  for (std::uint64_t ticket = 1; ticket <= 20; ++ticket) life.submit(ticket);
  life.own();
  EXPECT_EQ(life.decided, (Decisions{{17, false}, {18, false}, {19, false}, {20, false}}));
  life.log->acknowledged(16);
  EXPECT_EQ(life.decided.size(), 20u);
}

TEST(MemoryClickLog, what_is_left_at_the_end_was_not_safe) {
  MemoryLife life;
  life.submit(1);
  life.log->close();
  EXPECT_FALSE(life.log->accepts());
  EXPECT_TRUE(life.own().ended);
  life.log.reset();
  EXPECT_EQ(life.decided, (Decisions{{1, false}}));
}

}  // namespace
}  // namespace footfall::edge
