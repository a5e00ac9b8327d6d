// The server over real sockets: order of answers, limits, refusals, keep-alive, drain.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <vector>

#include "tests/proto/http/raw_client.h"
#include "tests/proto/http/test_server.h"

namespace footfall::http {
namespace {

std::string get(std::string_view path, std::string_view fields = "") {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a.example\r\n" + std::string(fields) + "\r\n";
}
std::string post(std::string_view path, std::string_view body, std::string_view fields = "") {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: a.example\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n" + std::string(fields) + "\r\n" + std::string(body);
}
Response text(std::string_view body) { return {200, "text/plain", {}, body, false}; }

class ServerTest : public testing::Test {
 protected:
  RunningServer& start(const ServerOptions& options = local_options()) {
    server_ = std::make_unique<RunningServer>(options, handler_, metrics_);
    return *server_;
  }
  void wait_until(const std::function<bool()>& condition) {
    for (int i = 0; i < 500 && !condition(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_TRUE(condition());
  }
  double open_connections() { return metric(metrics_, "footfall_http_connections_open{server=\"test\"}"); }

  Metrics metrics_;
  ScriptHandler handler_;
  std::unique_ptr<RunningServer> server_;
};

TEST_F(ServerTest, AnswersAndKeepsAlive) {
  RawClient client(start().port());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(client.send(get("/hello?x")));
    const auto answer = client.read_answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, "/hello");
    EXPECT_EQ(answer->field("content-type"), "text/plain");
    EXPECT_EQ(answer->field("connection"), "");
    EXPECT_TRUE(answer->field("date").ends_with(" GMT"));
    EXPECT_EQ(answer->head.find("\r\nServer:"), std::string::npos);
  }
  EXPECT_EQ(metric(metrics_, "footfall_http_requests_total{server=\"test\"}"), 3);
  EXPECT_EQ(metric(metrics_, "footfall_http_connections_total{server=\"test\"}"), 1);
}

TEST_F(ServerTest, GivesTheHandlerTheWholeRequest) {
  std::string seen;
  std::int64_t received_us = 0;
  handler_.on_request = [&](const Request& request, Responder& responder) {
    seen = std::string(method_name(request.method)) + "|" + std::string(request.target) + "|" +
           std::string(request.host) + "|" + std::string(request.host_header) + "|" + std::string(request.body) + "|" +
           request.peer.text() + "|" + std::string(request.field("X-A"));
    received_us = request.received_us;
    responder.send(text(""));
  };
  RawClient client(start().port());
  const std::int64_t before_us = system_clock().wall_us();
  client.send("PUT /p?q HTTP/1.1\r\nHost: B.example:81\r\nx-a: v\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
  ASSERT_TRUE(client.read_answer());
  EXPECT_EQ(seen, "PUT|/p?q|b.example|B.example:81|abc|127.0.0.1|v");
  EXPECT_GE(received_us, before_us);
  EXPECT_LE(received_us, system_clock().wall_us());
}

TEST_F(ServerTest, EverySplitIsTheSameRequest) {
  std::vector<std::string> bodies;
  handler_.on_request = [&](const Request& request, Responder& responder) {
    bodies.push_back(std::string(request.path) + " " + std::string(request.body));
    responder.send(text(request.body));
  };
  start();
  const std::string bytes = "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n" +
                            post("/l", "hello") + get("/g");
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    RawClient client(server_->port());
    bodies.clear();
    client.send(std::string_view(bytes).substr(0, cut));
    // Long enough for the server to have read the first part by itself.
    std::this_thread::sleep_for(std::chrono::microseconds(300));
    client.send(std::string_view(bytes).substr(cut));
    for (const char* body : {"abc", "hello", ""}) {
      const auto answer = client.read_answer();
      ASSERT_TRUE(answer) << cut;
      ASSERT_EQ(answer->body, body) << cut;
    }
    ASSERT_EQ(bodies, (std::vector<std::string>{"/c abc", "/l hello", "/g "})) << cut;
  }
}

TEST_F(ServerTest, ByteByByte) {
  RawClient client(start().port());
  for (char c : post("/slow", "12345") + get("/next")) ASSERT_TRUE(client.send(std::string(1, c)));
  EXPECT_EQ(client.read_answer()->body, "/slow");
  EXPECT_EQ(client.read_answer()->body, "/next");
}

TEST_F(ServerTest, PipelinedAnswersKeepTheirOrder) {
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
  client.send(get("/a") + get("/late1") + get("/held1") + get("/b") + get("/late2") + get("/held2") + get("/held3") +
              get("/c"));
  EXPECT_EQ(client.read_answer()->body, "/a");
  wait_until([&] {
    const std::lock_guard lock(mutex);
    return late.size() == 2;
  });
  (*server_)->release(2, false);                      // 1 and 2
  late["/late2"].send(text("late2"));
  EXPECT_FALSE(client.read_answer(100));              // late1 stands in the way
  late["/late1"].send(text("late1"));
  for (const char* body : {"late1", "otherwise/held1", "/b", "late2", "otherwise/held2"}) {
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
  std::atomic<std::uint64_t> ticket = 0;
  std::atomic<bool> at_once = false;
  handler_.on_request = [&](const Request& request, Responder& responder) {
    responder.send_when_released(ticket + 1, text(request.path), {503, "text/plain", {}, "no", false});
  };
  handler_.on_after = [&] {
    ++ticket;
    if (at_once) (*server_)->release(ticket, true);
  };
  start();
  std::atomic<bool> over = false;
  std::thread log([&] {
    while (!over) {
      if (!at_once) (*server_)->release(ticket, true);
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
  });
  for (int mode = 0; mode < 2; ++mode) {
    at_once = mode == 1;
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
  over = true;
  log.join();
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
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
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
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_LT(handled, 200);  // what socket buffers hold, and a little more
  for (int i = 0; i < 400; ++i) {
    const auto answer = client.read_answer();
    ASSERT_TRUE(answer) << i;
    ASSERT_EQ(answer->body.size(), large.size());
  }
}

TEST_F(ServerTest, HeadAndBodilessStatuses) {
  handler_.on_request = [&](const Request& request, Responder& responder) {
    const int status = request.path == "/204" ? 204 : request.path == "/304" ? 304 : 200;
    responder.send({status, "text/plain", "X-Y: z\r\n", "body", false});
  };
  RawClient client(start().port());
  client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" + get("/204") + get("/304") + get("/"));
  const auto head = client.read_answer(5'000, true);
  EXPECT_EQ(head->field("content-length"), "4");
  for (int status : {204, 304}) {
    const auto answer = client.read_answer();
    EXPECT_EQ(answer->status, status);
    EXPECT_EQ(answer->field("content-length"), "");
    EXPECT_EQ(answer->field("x-y"), "z");
  }
  EXPECT_EQ(client.read_answer()->body, "body");
}

TEST_F(ServerTest, ConnectionSemantics) {
  start();
  {
    RawClient client(server_->port());
    client.send(get("/", "Connection: close\r\n"));
    EXPECT_EQ(client.read_answer()->field("connection"), "close");
    EXPECT_TRUE(client.is_closed_within(1'000));
  }
  {
    RawClient client(server_->port());
    client.send("GET / HTTP/1.0\r\n\r\n");
    EXPECT_EQ(client.read_answer()->field("connection"), "close");
    EXPECT_TRUE(client.is_closed_within(1'000));
  }
  {
    RawClient client(server_->port());
    client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(client.read_answer()->field("connection"), "keep-alive");
    EXPECT_FALSE(client.is_closed_within(100));
  }
  {  // what stands behind a close is not answered, and does not destroy the answer before it
    RawClient client(server_->port());
    client.send(get("/", "Connection: close\r\n") + get("/2"));
    EXPECT_TRUE(client.read_answer());
    EXPECT_TRUE(client.is_closed_within(1'000));
  }
  {  // half-closed by the client: it still gets its answers
    RawClient client(server_->port());
    client.send(get("/1") + get("/2"));
    client.finish_sending();
    EXPECT_EQ(client.read_answer()->body, "/1");
    EXPECT_EQ(client.read_answer()->body, "/2");
    EXPECT_TRUE(client.is_closed_within(1'000));
  }
}

TEST_F(ServerTest, RequestsPerConnectionAndHandlersClose) {
  ServerOptions options = local_options();
  options.limits.requests_per_connection_max = 2;
  handler_.on_request = [&](const Request& request, Responder& responder) {
    responder.send({200, "text/plain", {}, request.path, request.path == "/bye"});
  };
  start(options);
  RawClient counted(server_->port());
  counted.send(get("/1") + get("/2") + get("/3"));
  EXPECT_EQ(counted.read_answer()->field("connection"), "");
  EXPECT_EQ(counted.read_answer()->field("connection"), "close");
  EXPECT_TRUE(counted.is_closed_within(500));
  RawClient client(server_->port());
  client.send(get("/bye") + get("/3"));
  EXPECT_EQ(client.read_answer()->field("connection"), "close");
  EXPECT_TRUE(client.is_closed_within(500));
}

TEST_F(ServerTest, RefusalsAreInTheHandlersWords) {
  handler_.on_host = [](std::string_view host) { return host != "unknown.example"; };
  handler_.on_policy = [](std::string_view path) { return RoutePolicy{path == "/tiny" ? 4 : -1, path != "/lengths"}; };
  ServerOptions options = local_options();
  options.limits.body_bytes_max = 100;
  start(options);
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"GET /a?b HTTP/1.1\r\nHost: H.example\r\nX : y\r\n\r\n", "400 GET h.example /a"},
      {"POST /b HTTP/1.1\r\nHost: h.example\r\nContent-Length: 101\r\n\r\n", "413 POST h.example /b"},
      {"POST /tiny HTTP/1.1\r\nHost: h.example\r\nContent-Length: 5\r\n\r\n", "413 POST h.example /tiny"},
      {"POST /tiny HTTP/1.1\r\nHost: h.example\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n", "413 POST h.example /tiny"},
      {"POST /lengths HTTP/1.1\r\nHost: h.example\r\nTransfer-Encoding: chunked\r\n\r\n", "411 POST h.example /lengths"},
      {"GET /x HTTP/1.1\r\nHost: unknown.example\r\n\r\n", "421 GET unknown.example /x"},
      {"TRACE /x HTTP/1.1\r\nHost: h.example\r\n\r\n", "405 GET  "},
      {"GET /x HTTP/2.0\r\nHost: h.example\r\n\r\n", "505 GET  "}};
  for (const auto& [bytes, words] : cases) {
    RawClient client(server_->port());
    client.send(bytes);
    const auto answer = client.read_answer();
    ASSERT_TRUE(answer) << bytes;
    EXPECT_EQ(handler_.last_refusal, words);
    EXPECT_EQ(std::to_string(answer->status), words.substr(0, 3));
    EXPECT_EQ(answer->field("content-type"), "application/problem");
    EXPECT_EQ(answer->field("x-refused"), "yes");
    EXPECT_EQ(answer->field("connection"), "close");
    EXPECT_EQ(answer->field("allow").empty(), answer->status != 405);
    EXPECT_TRUE(client.is_closed_within(500)) << bytes;
  }
  EXPECT_EQ(metric(metrics_, "footfall_http_refusals_total{server=\"test\",status=\"413\"}"), 3);
  EXPECT_EQ(metric(metrics_, "footfall_http_requests_total{server=\"test\"}"), 0);
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
  EXPECT_TRUE(client.is_closed_within(500));
}

TEST_F(ServerTest, AnUnreadBodyDoesNotDestroyTheRefusal) {
  start();
  for (int i = 0; i < 20; ++i) {
    RawClient client(server_->port());
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" + std::string(40'000, 'x'));
    RawClient::End end;
    const std::string all = client.read_all(3'000, &end);
    EXPECT_TRUE(all.starts_with("HTTP/1.1 413 "));
  }
  // Who never stops sending is cut off after 64 KiB, who never closes after a second.
  RawClient endless(server_->port());
  endless.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n");
  const std::string block(16'384, 'x');
  std::size_t sent = 0;
  while (sent < 64'000'000 && endless.send(block)) sent += block.size();
  EXPECT_LT(sent, 64'000'000u);
  RawClient patient(server_->port());
  patient.send("BAD\r\n\r\n");
  EXPECT_TRUE(patient.read_answer());
  wait_until([&] { return open_connections() == 0; });
}

TEST_F(ServerTest, ExpectContinue) {
  RawClient client(start().port());
  client.send("POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_answer()->status, 100);
  client.send("abc");
  EXPECT_EQ(client.read_answer()->body, "/up");
  client.send("POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabc");
  EXPECT_EQ(client.read_answer()->status, 200);  // it did not wait, so there is nothing to tell it
  client.send("POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_answer()->status, 413);
}

TEST_F(ServerTest, OptionsStarIsTheServersOwn) {
  handler_.on_request = [](const Request&, Responder& responder) { responder.send({500, {}, {}, {}, false}); };
  RawClient client(start().port());
  client.send("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto answer = client.read_answer();
  EXPECT_EQ(answer->status, 204);
  EXPECT_NE(answer->field("allow").find("GET"), std::string::npos);
}

TEST_F(ServerTest, DroppedAndLateAnswers) {
  std::mutex mutex;
  DeferredAnswer kept;
  handler_.on_request = [&](const Request& request, Responder& responder) {
    if (request.path == "/dropped") {
      responder.defer();
    } else if (request.path == "/thread") {
      std::thread([answer = responder.defer()]() mutable { answer.send(text("thread")); }).join();
    } else {
      const std::lock_guard lock(mutex);
      kept = responder.defer();
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
    wait_until([&] { return metric(metrics_, "footfall_http_requests_total{server=\"test\"}") == 3; });
  }
  wait_until([&] { return open_connections() == 1 || open_connections() == 0; });
  kept.send(text("to nobody"));
  kept = {};
  RawClient again(server_->port());
  again.send(get("/kept"));
  wait_until([&] { return metric(metrics_, "footfall_http_requests_total{server=\"test\"}") == 4; });
  server_.reset();
  kept.send(text("after the server"));
}

TEST_F(ServerTest, PostRunsOnTheServersThread) {
  start();
  std::mutex mutex;
  std::condition_variable done;
  std::vector<std::thread::id> ids;
  for (int i = 0; i < 3; ++i) {
    (*server_)->post([&] {
      const std::lock_guard lock(mutex);
      ids.push_back(std::this_thread::get_id());
      if (ids.size() == 1) {
        (*server_)->post([&] {
          const std::lock_guard inner(mutex);
          ids.push_back(std::this_thread::get_id());
          done.notify_one();
        });
      }
      done.notify_one();
    });
  }
  std::unique_lock lock(mutex);
  ASSERT_TRUE(done.wait_for(lock, std::chrono::seconds(5), [&] { return ids.size() == 4; }));
  for (const auto id : ids) EXPECT_EQ(id, ids.front());
  EXPECT_NE(ids.front(), std::this_thread::get_id());
}

TEST_F(ServerTest, ConnectionsMax) {
  ServerOptions options = local_options();
  options.limits.connections_max = 2;
  start(options);
  RawClient first(server_->port());
  auto second = std::make_unique<RawClient>(server_->port());
  first.send(get("/"));
  second->send(get("/"));
  EXPECT_TRUE(first.read_answer());
  EXPECT_TRUE(second->read_answer());
  RawClient third(server_->port());
  EXPECT_TRUE(third.is_closed_within(1'000));
  EXPECT_EQ(metric(metrics_, "footfall_http_connections_refused_total{server=\"test\"}"), 1);
  second.reset();
  wait_until([&] { return open_connections() == 1; });
  RawClient fourth(server_->port());
  fourth.send(get("/"));
  EXPECT_TRUE(fourth.read_answer());
}

TEST_F(ServerTest, BusyPortIsNamed) {
  start();
  ServerOptions options = local_options();
  options.port = server_->port();
  options.share_port = false;
  const auto second = HttpServer::listen(options, handler_, system_clock(), metrics_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, "EADDRINUSE");
  EXPECT_NE(second.error().message.find("127.0.0.1:" + std::to_string(options.port)), std::string::npos);
  options.share_port = true;
  EXPECT_TRUE(HttpServer::listen(options, handler_, system_clock(), metrics_));
  options.address = "no address";
  EXPECT_FALSE(HttpServer::listen(options, handler_, system_clock(), metrics_));
}

TEST_F(ServerTest, DrainFinishesOpenRequests) {
  std::mutex mutex;
  std::vector<DeferredAnswer> late;
  handler_.on_request = [&](const Request& request, Responder& responder) {
    if (request.path != "/late") return responder.send(text(request.path));
    const std::lock_guard lock(mutex);
    late.push_back(responder.defer());
  };
  const std::uint16_t port = start().port();
  RawClient open(port);
  RawClient half(port);
  RawClient idle(port);
  open.send(get("/late"));
  half.send("GET /half HTTP/1.1\r\nHo");
  idle.send(get("/"));
  EXPECT_TRUE(idle.read_answer());
  wait_until([&] {
    const std::lock_guard lock(mutex);
    return late.size() == 1;
  });
  (*server_)->drain(10'000);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_THROW(RawClient{port}, std::runtime_error);
  half.send("st: a\r\n\r\n");
  const auto answer = half.read_answer();
  EXPECT_EQ(answer->body, "/half");
  EXPECT_EQ(answer->field("connection"), "close");
  idle.send(get("/last"));  // already on its way when the drain began
  EXPECT_EQ(idle.read_answer()->field("connection"), "close");
  late.front().send(text("late"));
  EXPECT_EQ(open.read_answer()->body, "late");
  server_->wait();
}

TEST_F(ServerTest, DrainEndsAtItsDeadline) {
  std::mutex mutex;
  DeferredAnswer never;
  handler_.on_request = [&](const Request&, Responder& responder) {
    const std::lock_guard lock(mutex);
    never = responder.defer();
  };
  RawClient client(start().port());
  client.send(get("/"));
  wait_until([&] { return metric(metrics_, "footfall_http_requests_total{server=\"test\"}") == 1; });
  const std::int64_t before_us = system_clock().steady_us();
  (*server_)->drain(200);
  server_->wait();
  EXPECT_LT(system_clock().steady_us() - before_us, 2'000'000);
  server_.reset();
}

// Last, because it lowers the process's limit while it runs.
TEST_F(ServerTest, SurvivesTheLackOfFileDescriptors) {
  start();
  RawClient before(server_->port());
  before.send(get("/before"));
  EXPECT_TRUE(before.read_answer());
  rlimit old{};
  getrlimit(RLIMIT_NOFILE, &old);
  std::vector<std::unique_ptr<RawClient>> clients;
  const rlimit low{static_cast<rlim_t>(before.fd() + 8), old.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
  int sockets = 0;
  try {
    for (; sockets < 100; ++sockets) clients.push_back(std::make_unique<RawClient>(server_->port()));
  } catch (const std::runtime_error&) {
  }
  before.send(get("/during"));
  EXPECT_TRUE(before.read_answer());
  wait_until([&] { return metric(metrics_, "footfall_http_accept_errors_total{server=\"test\"}") > 0; });
  clients.clear();
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &old), 0);
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  RawClient after(server_->port());
  after.send(get("/after"));
  EXPECT_TRUE(after.read_answer(1'000));
}

}  // namespace
}  // namespace footfall::http
