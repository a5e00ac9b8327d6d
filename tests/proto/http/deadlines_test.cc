// Deadlines: each a tick early and a tick late, with limits of some hundred milliseconds. And the timers they hang in.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <random>

#include "proto/http/timer_wheel.h"
#include "tests/proto/http/raw_client.h"
#include "tests/proto/http/test_server.h"
#include "tests/support/wait_until.h"

namespace footfall::http {
namespace {

constexpr int kSlackMs = 1'500;  // a busy machine; ticks are a tenth of the shortest limit

std::int64_t now_ms() { return system_clock().steady_us() / 1000; }

class DeadlineTest : public testing::Test {
 protected:
  void start(const std::function<void(ServerLimits&)>& set) {
    ServerOptions options = local_options();
    set(options.limits);
    server_ = std::make_unique<RunningServer>(options, handler_, metrics_);
  }
  double timeouts(const std::string& kind) {
    return metric(metrics_, "footfall_http_timeouts_total{server=\"test\",kind=\"" + kind + "\"}") +
           metric(metrics_, "footfall_http_timeouts_total{kind=\"" + kind + "\",server=\"test\"}");
  }
  // The time after which the other side closes, having sent what begins with `answer`.
  std::int64_t closed_after_ms(RawClient& client, std::string_view answer) {
    const std::int64_t from = now_ms();
    RawClient::End end;
    const std::string all = client.read_all(10'000, &end);
    const std::int64_t took = now_ms() - from;
    EXPECT_EQ(end, RawClient::End::closed);
    EXPECT_EQ(std::string_view(all).substr(0, answer.size()), answer);
    EXPECT_EQ(all.empty(), answer.empty());
    return took;
  }
  void expect_about(std::int64_t took_ms, std::int64_t limit_ms) {
    EXPECT_GE(took_ms, limit_ms - 5);
    EXPECT_LE(took_ms, limit_ms + limit_ms / 10 + kSlackMs);
  }

  Metrics metrics_;
  ScriptHandler handler_;
  std::unique_ptr<RunningServer> server_;
};

TEST_F(DeadlineTest, Idle) {
  start([](ServerLimits& limits) { limits.idle_ms = 300; });
  RawClient fresh(server_->port());
  expect_about(closed_after_ms(fresh, ""), 300);
  RawClient used(server_->port());
  EXPECT_FALSE(used.is_closed_within(200));
  used.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(used.read_answer());
  expect_about(closed_after_ms(used, ""), 300);
  EXPECT_EQ(timeouts("idle"), 2);
}

TEST_F(DeadlineTest, Header) {  // G-14
  start([](ServerLimits& limits) { limits.header_ms = 300; });
  RawClient client(server_->port());
  EXPECT_FALSE(client.is_closed_within(400));  // it is idle, not slow
  client.send("G");
  expect_about(closed_after_ms(client, "HTTP/1.1 408 "), 300);
  // Drops do not postpone it.
  RawClient slow(server_->port());
  const std::int64_t from = now_ms();
  std::optional<RawAnswer> answer;
  for (int i = 0; i < 100 && !answer; ++i) {
    slow.send(i == 0 ? "GET / HTTP/1.1\r\nHost: h.example\r\n" : "X: y\r\n");
    answer = slow.read_answer(50);
  }
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 408);
  expect_about(now_ms() - from, 300);
  EXPECT_EQ(handler_.last_refusal, "408 GET h.example /");
  EXPECT_EQ(timeouts("header"), 2);
}

TEST_F(DeadlineTest, Body) {
  start([](ServerLimits& limits) { limits.body_ms = 300; });
  RawClient client(server_->port());
  client.send("POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345");
  expect_about(closed_after_ms(client, "HTTP/1.1 408 "), 300);
  RawClient chunked(server_->port());
  chunked.send("POST /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n1");
  expect_about(closed_after_ms(chunked, "HTTP/1.1 408 "), 300);
  EXPECT_EQ(handler_.last_refusal, "408 POST a /b");
  EXPECT_EQ(timeouts("body"), 2);
}

TEST_F(DeadlineTest, BodyRate) {
  start([](ServerLimits& limits) { limits.body_ms = 60'000; });
  RawClient client(server_->port());
  client.send("POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n" + std::string(500, 'x'));
  expect_about(closed_after_ms(client, "HTTP/1.1 408 "), 2'500);  // two seconds of grace, then 1,000 bytes a second
}

TEST_F(DeadlineTest, Answer) {
  start([](ServerLimits& limits) { limits.answer_ms = 300; });
  std::vector<DeferredAnswer> late;
  handler_.on_request = [&](const Request& request, Responder& responder) {
    if (request.path.starts_with("/held")) {
      const std::uint64_t ticket = request.path == "/held1" ? 1 : 2;
      responder.send_when_released(ticket, {200, {}, {}, {}, false}, {503, "text/plain", {}, "not safe", false});
    } else {
      late.push_back(responder.defer());
    }
  };
  RawClient client(server_->port());
  const std::int64_t from = now_ms();
  client.send("GET /late HTTP/1.1\r\nHost: h.example\r\n\r\n");
  EXPECT_EQ(client.read_answer()->status, 504);
  expect_about(now_ms() - from, 300);
  EXPECT_EQ(handler_.last_refusal, "504 GET h.example /late");
  client.send("GET /held1 HTTP/1.1\r\nHost: a\r\n\r\n");  // the connection goes on; an undecided ticket is not safe
  EXPECT_EQ(client.read_answer()->body, "not safe");
  (*server_)->release(1, true);
  late.front().send({200, {}, {}, {}, false});  // too late, goes nowhere
  client.send("GET /held2 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.read_answer()->body, "not safe");
  EXPECT_EQ(timeouts("answer"), 3);
}

TEST_F(DeadlineTest, Write) {
  start([](ServerLimits& limits) {
    limits.write_ms = 1'500;
    limits.bytes_per_s_min = 1'000'000'000;
  });
  const std::string large(32 * 1024 * 1024, 'x');
  handler_.on_request = [&](const Request&, Responder& responder) {
    responder.send({200, "text/plain", {}, large, false});
  };
  RawClient client(server_->port(), 4096);
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  const std::int64_t from = now_ms();
  EXPECT_TRUE(support::wait_until([&] { return timeouts("write") == 1; }));
  EXPECT_GE(now_ms() - from, 1'000);
  EXPECT_LT(client.read_all(5'000).size(), large.size());
}

TEST(TimerWheel, IsNeverEarlyAndAtMostATickLate) {
  std::mt19937_64 random(7);
  TimerWheel timers(10);
  timers.start_at(1'000);
  std::vector<TimerNode> nodes(500);
  for (TimerNode& node : nodes) timers.set(node, 1'000 + static_cast<std::int64_t>(random() % 60'000));
  std::size_t fired = 0;
  for (std::int64_t now = 1'000; now < 70'000; now += static_cast<std::int64_t>(random() % 7)) {
    // Someone's deadline moves, to and fro.
    TimerNode& moved = nodes[random() % nodes.size()];
    if (moved.placed_ms != 0) timers.set(moved, now + static_cast<std::int64_t>(random() % 5'000));
    timers.advance(now, [&](TimerNode& node) {
      EXPECT_LE(node.deadline_ms, now);
      EXPECT_GE(node.deadline_ms + 20, now);  // a tick, and the step of this loop
      ++fired;
    });
  }
  EXPECT_EQ(fired, nodes.size());
}

TEST(TimerWheel, DeadlinesBeyondOneTurn) {
  TimerWheel timers(1);
  timers.start_at(0);
  TimerNode node;
  timers.set(node, 1'000'000);
  int fired = 0;
  timers.advance(999'999, [&](TimerNode&) { ++fired; });
  EXPECT_EQ(fired, 0);
  timers.advance(1'000'001, [&](TimerNode&) { ++fired; });
  EXPECT_EQ(fired, 1);
  timers.remove(node);  // removing twice is harmless
}

}  // namespace
}  // namespace footfall::http
