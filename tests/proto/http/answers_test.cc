// The order of answers, immediate, held and late, and the bounds on what is owed.
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "tests/proto/http/server_fixture.h"

namespace footfall::http {
namespace {

TEST_F(ServerTest, PipelinedAnswersKeepTheirOrder) {  // G-17
  std::mutex mutex;
  std::map<std::string, DeferredAnswer> late;
  handler_.on_request = [&](const Request& request, Responder& responder) {
    const std::string path(request.path);
    if (path.starts_with("/late")) {
      const std::lock_guard lock(mutex);
      late[path] = responder.defer();
    } else if (path.starts_with("/held")) {
      responder.send_when_released(std::stoul(path.substr(5)), text("safe" + path), text("otherwise" + path));
    } else {
      responder.send(text(path));
    }
  };
  RawClient client(start().port());
  client.send(get("/a") + get("/held1") + get("/late1") + get("/held2") + get("/b") + get("/held3") + get("/c"));
  EXPECT_EQ(client.read_answer()->body, "/a");
  wait_until([&] {
    const std::lock_guard lock(mutex);
    return late.size() == 1;
  });
  late["/late1"].send(text("late1"));
  EXPECT_FALSE(client.read_answer(100));  // held1 stands in the way
  (*server_)->release(1, false);
  for (const char* body : {"otherwise/held1", "late1"}) {
    const auto answer = client.read_answer();
    ASSERT_TRUE(answer) << body;
    EXPECT_EQ(answer->body, body);
  }
  (*server_)->release(2, false);
  for (const char* body : {"otherwise/held2", "/b"}) {
    const auto answer = client.read_answer();
    ASSERT_TRUE(answer) << body;
    EXPECT_EQ(answer->body, body);
  }
  EXPECT_FALSE(client.read_answer(100));
  (*server_)->release(3, true);
  EXPECT_EQ(client.read_answer()->body, "safe/held3");
  EXPECT_EQ(client.read_answer()->body, "/c");
}

TEST_F(ServerTest, ReleaseFromOtherThreadsAndFromAfterRequests) {
  // after_requests() is called until the server ends, which is after this body: what it uses must not be of this body.
  struct Shared {
    std::atomic<std::uint64_t> ticket = 0;
    std::atomic<bool> at_once = false;
  };
  const auto shared = std::make_shared<Shared>();
  handler_.on_request = [shared](const Request& request, Responder& responder) {
    responder.send_when_released(shared->ticket + 1, text(request.path), {503, "text/plain", {}, "no", false});
  };
  handler_.on_after = [shared, this] {
    ++shared->ticket;
    if (shared->at_once) (*server_)->release(shared->ticket, true);
  };
  start();
  const std::jthread log([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      if (!shared->at_once) (*server_)->release(shared->ticket, true);
      std::this_thread::yield();
    }
  });
  for (int mode = 0; mode < 2; ++mode) {
    shared->at_once = mode == 1;
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 16; ++i) clients.push_back(std::make_unique<RawClient>(server_->port()));
    for (int round = 0; round < 50; ++round) {
      for (auto& client : clients) client->send(get("/x"));
      for (auto& client : clients) {
        const auto answer = client->read_answer();
        ASSERT_TRUE(answer);
        ASSERT_EQ(answer->status, 200);
      }
    }
  }
}

// Several requests come at once, and what is owed is answered by the server's own thread (as by a client of core on it):
// the rest must not wait until something else happens.
TEST_F(ServerTest, ReadingGoesOnWhenItsOwnThreadAnswers) {
  ServerOptions options = local_options();
  std::vector<DeferredAnswer> late;
  handler_.on_request = [&](const Request&, Responder& responder) { late.push_back(responder.defer()); };
  RawClient client(start(options).port());
  auto& loop = (*server_)->io_context();
  client.send(get("/1") + get("/2") + get("/3") + get("/4"));
  for (int i = 0; i < 4; ++i) {
    wait_until([&] { return metric(metrics_, "footfall_http_requests_total{server=\"test\"}") == i + 1; });
    boost::asio::post(loop, [&] {  // not in a round of the server's
      for (DeferredAnswer& each : late) each.send(text("late"));
      late.clear();
    });
    ASSERT_TRUE(client.read_answer()) << i;
  }
}

// The last answer leaves with the end of the connection, whatever the client has sent behind its last request.
TEST_F(ServerTest, TheLastAnswerSurvivesBytesBehindTheLastRequest) {
  DeferredAnswer late;
  std::atomic<bool> asked = false;
  handler_.on_request = [&](const Request&, Responder& responder) {
    late = responder.defer();
    asked = true;
  };
  RawClient client(start().port());
  client.send(get("/", "Connection: close\r\n"));
  wait_until([&] { return asked.load(); });
  client.send("unasked for");
  late.send(text("answer"));
  const auto answer = client.read_answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "answer");
}

TEST_F(ServerTest, WithoutAPieceIfNotSafe) {
  constexpr std::string_view kFields = "Location: /to?a=1&id=7\r\nX-After: kept\r\n";
  handler_.on_request = [&](const Request& request, Responder& responder) {
    const Response answer{302, {}, kFields, {}, false};
    responder.send_or_omit_when_released(std::stoul(std::string(request.path.substr(1))), answer,
                                         {kFields.find("&id=7"), 5});
  };
  RawClient client(start().port());
  client.send(get("/1") + get("/2") + get("/3"));
  wait_until([&] { return metric(metrics_, "footfall_http_requests_total{server=\"test\"}") == 3; });
  (*server_)->release(1, true);
  const auto safe = client.read_answer();
  ASSERT_TRUE(safe);
  EXPECT_EQ(safe->field("location"), "/to?a=1&id=7");
  (*server_)->release(2, false);
  const auto otherwise = client.read_answer();
  ASSERT_TRUE(otherwise);
  EXPECT_EQ(otherwise->field("location"), "/to?a=1");
  EXPECT_EQ(otherwise->field("x-after"), "kept");
  (*server_)->release(3, true);  // the place of an answer is used again
  EXPECT_EQ(client.read_answer()->field("location"), "/to?a=1&id=7");
}

TEST_F(ServerTest, OtherRequestsGoOnWhileAnswersAreHeld) {
  handler_.on_request = [&](const Request& request, Responder& responder) {
    if (request.path == "/held") return responder.send_when_released(1, text("held"), text("no"));
    responder.send(text(request.path));
  };
  RawClient holding(start().port());
  holding.send(get("/held"));
  wait_until([&] { return metric(metrics_, "footfall_http_requests_total{server=\"test\"}") == 1; });
  RawClient other(server_->port());
  for (int i = 0; i < 100; ++i) {
    other.send(get("/x"));
    ASSERT_TRUE(other.read_answer(1'000));
  }
  (*server_)->release(1, true);
  EXPECT_EQ(holding.read_answer()->body, "held");
}

TEST_F(ServerTest, ManyPipelinedRequestsWaitTheirTurn) {
  ServerOptions options = local_options();
  options.limits.pipelined_max = 4;
  std::atomic<int> handled = 0;
  handler_.on_request = [&](const Request& request, Responder& responder) {
    ++handled;
    responder.send_when_released(static_cast<std::uint64_t>(handled), text(request.path), text("no"));
  };
  RawClient client(start(options).port());
  std::string all;
  for (int i = 0; i < 20; ++i) all += get("/" + std::to_string(i));
  client.send(all);
  wait_until([&] { return handled == 4; });
  RawClient barrier(server_->port());  // refused, but only after the server had its chance to go on with the others
  barrier.send("BAD\r\n\r\n");
  EXPECT_TRUE(barrier.read_answer());
  EXPECT_EQ(handled, 4);
  for (int i = 0; i < 20; ++i) {
    wait_until([&] { return handled > i; });
    EXPECT_LE(handled, i + 4);
    (*server_)->release(static_cast<std::uint64_t>(i + 1), true);
    EXPECT_EQ(client.read_answer()->body, "/" + std::to_string(i));
  }
}

TEST_F(ServerTest, UnreadAnswersStopReading) {
  ServerOptions options = local_options();
  options.limits.output_bytes_max = 256 * 1024;
  const std::string large(100'000, 'x');
  std::atomic<int> handled = 0;
  handler_.on_request = [&](const Request&, Responder& responder) {
    ++handled;
    responder.send(text(large));
  };
  RawClient client(start(options).port(), 4096);
  std::string all;
  for (int i = 0; i < 400; ++i) all += get("/");
  client.send(all);
  // The socket's buffers are full, and the rest is within the limit: then nothing more is handled.
  wait_until([&] {
    const int before = handled;
    for (int i = 0; i < 20; ++i) {
      RawClient barrier(server_->port());
      barrier.send("BAD\r\n\r\n");
      if (!barrier.read_answer()) return false;
    }
    return before > 0 && handled == before;
  });
  EXPECT_LT(handled, 200);
  for (int i = 0; i < 400; ++i) {
    const auto answer = client.read_answer();
    ASSERT_TRUE(answer) << i;
    ASSERT_EQ(answer->body.size(), large.size());
  }
}

TEST_F(ServerTest, ARefusalWaitsForTheAnswersBeforeIt) {
  handler_.on_request = [&](const Request&, Responder& responder) {
    responder.send_when_released(1, text("held"), text("no"));
  };
  RawClient client(start().port());
  client.send(get("/") + "BAD\r\n\r\n" + get("/never"));
  EXPECT_FALSE(client.read_answer(100));
  (*server_)->release(1, true);
  EXPECT_EQ(client.read_answer()->body, "held");
  EXPECT_EQ(client.read_answer()->status, 400);
  EXPECT_TRUE(client.is_closed_within(10'000));
}

TEST_F(ServerTest, DroppedAndLateAnswers) {
  std::mutex mutex;
  DeferredAnswer kept;
  int kept_count = 0;
  auto wait_for_kept = [&](int count) {
    wait_until([&] {
      const std::lock_guard lock(mutex);
      return kept_count == count;
    });
  };
  handler_.on_request = [&](const Request& request, Responder& responder) {
    if (request.path == "/dropped") {
      responder.defer();
    } else if (request.path == "/thread") {
      std::thread([answer = responder.defer()]() mutable { answer.send(text("thread")); }).join();
    } else {
      const std::lock_guard lock(mutex);
      kept = responder.defer();
      ++kept_count;
    }
  };
  start();
  {
    RawClient client(server_->port());
    client.send(get("/dropped") + get("/thread"));
    EXPECT_EQ(client.read_answer()->status, 500);
    EXPECT_EQ(handler_.last_refusal, "500 GET a.example /dropped");
    EXPECT_EQ(client.read_answer()->body, "thread");
    client.send(get("/kept"));
    wait_for_kept(1);
  }
  kept.send(text("to nobody"));
  kept = {};
  RawClient again(server_->port());
  again.send(get("/kept"));
  wait_for_kept(2);
  server_.reset();
  kept.send(text("after the server"));
}

}  // namespace
}  // namespace footfall::http
