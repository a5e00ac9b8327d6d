// A server's life: its thread, its connections' number, its end, and the lack of file descriptors.
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/proto/http/server_fixture.h"

namespace footfall::http {
namespace {

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

// errno of a connection attempt; 0: it was accepted.
int try_to_connect(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int error = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 ? 0 : errno;
  ::close(fd);
  return error;
}

// The same options on a port that nobody else has, given by number.
ServerOptions on_own_port(ServerOptions options) {
  Metrics metrics;
  ScriptHandler handler;
  options.port = RunningServer(options, handler, metrics).port();
  return options;
}

// Answers "/busy" only when a test says so, everything else at once. The server outlives it and may still be handling
// what the test sent last, so what the server's thread uses is kept by the handler.
class BusyHandler {
 public:
  explicit BusyHandler(ScriptHandler& handler) {
    handler.on_request = [state = state_](const Request& request, Responder& responder) {
      const std::lock_guard lock(state->mutex);
      if (request.path != "/busy" || state->is_over) return responder.send(text(request.path));
      state->owed.push_back(responder.defer());
    };
  }
  ~BusyHandler() {
    const std::lock_guard lock(state_->mutex);
    state_->is_over = true;
    state_->owed.clear();
  }
  BusyHandler(const BusyHandler&) = delete;
  BusyHandler& operator=(const BusyHandler&) = delete;

  std::size_t count() {
    const std::lock_guard lock(state_->mutex);
    return state_->owed.size();
  }
  void answer_all() {
    const std::lock_guard lock(state_->mutex);
    for (DeferredAnswer& each : state_->owed) each.send(text("busy"));
    state_->owed.clear();
  }

 private:
  struct State {
    std::mutex mutex;
    bool is_over = false;
    std::vector<DeferredAnswer> owed;
  };
  const std::shared_ptr<State> state_ = std::make_shared<State>();
};

// Where all connections wait for answers there is nobody to close.
TEST_F(ServerTest, ConnectionsMax) {  // G-13
  ServerOptions options = on_own_port(local_options());
  options.limits.connections_max = 2;
  BusyHandler busy(handler_);
  start(options);
  RawClient first(server_->port());
  auto second = std::make_unique<RawClient>(server_->port());
  first.send(get("/busy"));
  second->send(get("/busy"));
  wait_until([&] { return busy.count() == 2; });
  wait_until([&] { return try_to_connect(server_->port()) == ECONNREFUSED; });
  EXPECT_EQ(metric(metrics_, "footfall_http_listening_paused_total{server=\"test\"}"), 1);
  busy.answer_all();
  EXPECT_TRUE(first.read_answer());
  EXPECT_TRUE(second->read_answer());
  second.reset();
  wait_until([&] { return open_connections() == 1; });
  wait_until([&] {
    try {
      RawClient third(server_->port());
      third.send(get("/"));
      return third.read_answer().has_value();
    } catch (const std::runtime_error&) {
      return false;  // it does not listen yet
    }
  });
}

// With a queue in the kernel they would be served at last, long after they gave up.
TEST_F(ServerTest, MoreThanConnectionsMaxThatComeAtOnceAreRefusedNotQueued) {
  ServerOptions options = on_own_port(local_options());
  options.limits.connections_max = 100;
  std::mutex busy;
  handler_.on_request = [&](const Request&, Responder& responder) {
    const std::lock_guard wait(busy);
    responder.send(text("late"));
  };
  start(options);
  std::vector<std::unique_ptr<RawClient>> clients;
  {
    const std::lock_guard lock(busy);
    for (int i = 0; i < 400; ++i) {
      clients.push_back(std::make_unique<RawClient>(server_->port()));
      clients.back()->send(get("/", "Connection: close\r\n"));
      if (i == 0) wait_until([&] { return open_connections() == 1; });
    }
  }
  int answered = 0;
  for (const auto& client : clients) answered += client->read_answer() ? 1 : 0;
  EXPECT_GE(answered, 100);
  EXPECT_LE(answered, 150);  // some room becomes free while the queue is taken in
  EXPECT_GE(metric(metrics_, "footfall_http_connections_refused_total{server=\"test\"}"), 100);
}

TEST_F(ServerTest, AFullServerListensAgainAfterAWhileOrWhenHalfOfItIsFree) {
  ServerOptions options = on_own_port(local_options());
  options.limits.connections_max = 32;
  BusyHandler busy(handler_);
  start(options);
  const auto listens = [&] { return try_to_connect(server_->port()) == 0; };
  const auto fill = [&] {
    std::vector<std::unique_ptr<RawClient>> clients;
    while (clients.size() < 32) {
      clients.push_back(std::make_unique<RawClient>(server_->port()));
      clients.back()->send(get("/busy"));
      clients.back()->reset_at_the_end();
    }
    wait_until([&] { return open_connections() == 32; });
    wait_until([&] { return !listens(); });
    return clients;
  };
  const auto began = std::chrono::steady_clock::now();
  auto clients = fill();
  clients.resize(30);
  wait_until(listens);
  EXPECT_GE(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(99));
  clients.clear();
  wait_until([&] { return open_connections() == 0; });
  clients = fill();
  clients.resize(31);  // less than a sixteenth
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(300);
  while (std::chrono::steady_clock::now() < until) ASSERT_FALSE(listens());
  clients.resize(16);
  wait_until(listens);
}

TEST_F(ServerTest, ConnectionsMaxOnAPortOfTheKernelsChoice) {
  ServerOptions options = local_options();
  options.limits.connections_max = 1;
  BusyHandler busy(handler_);
  RawClient first(start(options).port());
  first.send(get("/busy"));
  wait_until([&] { return busy.count() == 1; });
  RawClient second(server_->port());
  EXPECT_TRUE(second.is_closed_within(5'000));
  EXPECT_EQ(metric(metrics_, "footfall_http_connections_refused_total{server=\"test\"}"), 1);
}

TEST_F(ServerTest, AFullServerLeavesTheOthersOnItsPortTheWork) {
  ServerOptions options = on_own_port(local_options());
  options.limits.connections_max = 1;
  BusyHandler busy(handler_);
  RawClient only(start(options).port());
  only.send(get("/busy"));
  wait_until([&] { return busy.count() == 1; });
  options.limits.connections_max = 100;
  options.name = "other";
  ScriptHandler other_handler;
  RunningServer other(options, other_handler, metrics_);
  for (int i = 0; i < 20; ++i) {  // without the pause, half of them would go to the full one
    RawClient client(server_->port());
    client.send(get("/"));
    EXPECT_TRUE(client.read_answer());
  }
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
  wait_until([&] { return try_to_connect(port) == ECONNREFUSED; });
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

TEST_F(ServerTest, DrainAnswersAllThatWasPipelined) {
  BusyHandler busy(handler_);
  const std::uint16_t port = start().port();
  RawClient client(port);
  client.send(get("/busy") + get("/2") + get("/busy") + get("/4"));
  wait_until([&] { return busy.count() == 1; });
  (*server_)->drain(60'000);
  wait_until([&] { return try_to_connect(port) == ECONNREFUSED; });  // the drain has begun
  busy.answer_all();
  EXPECT_EQ(client.read_answer()->body, "busy");
  EXPECT_EQ(client.read_answer()->body, "/2");
  wait_until([&] { return busy.count() == 1; });
  busy.answer_all();
  const auto third = client.read_answer();
  ASSERT_TRUE(third);
  EXPECT_EQ(third->field("connection"), "");
  const auto last = client.read_answer();
  ASSERT_TRUE(last);
  EXPECT_EQ(last->body, "/4");
  EXPECT_EQ(last->field("connection"), "close");
  server_->wait();
}

// One server takes over from the other on the same listening socket, again and again; no client is refused or reset.
TEST_F(ServerTest, RollingRestartsUnderLoad) {
  ServerOptions options = local_options();
  options.listen_fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::listen(options.listen_fd, 64), 0);  // on any port of any address
  start(options);
  const std::uint16_t port = server_->port();
  EXPECT_GT(port, 0);
  std::atomic<bool> over = false;
  std::atomic<int> good = 0;
  std::atomic<int> bad = 0;
  std::vector<std::thread> clients;
  for (const bool keeps_alive : {true, true, false, false}) {
    clients.emplace_back([&, keeps_alive] {
      std::unique_ptr<RawClient> client;
      while (!over) {
        try {
          if (client == nullptr) client = std::make_unique<RawClient>(port);
        } catch (const std::runtime_error&) {
          ++bad;
          continue;
        }
        const bool sent = client->send(get("/", keeps_alive ? "" : "Connection: close\r\n"));
        const auto answer = client->read_answer();
        const bool is_good = sent && answer && answer->status == 200;
        ++(is_good ? good : bad);
        if (!is_good || answer->field("connection") == "close") client = nullptr;
      }
    });
  }
  for (int i = 0; i < 20; ++i) {
    const int before = good;
    wait_until([&] { return good >= before + 5; });
    auto next = std::make_unique<RunningServer>(options, handler_, metrics_);
    (*server_)->drain(3'000);
    server_->wait();
    server_ = std::move(next);
  }
  over = true;
  for (std::thread& client : clients) client.join();
  ::close(options.listen_fd);
  EXPECT_EQ(bad, 0);
  EXPECT_GT(good, 100);
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

TEST_F(ServerTest, SurvivesTheLackOfFileDescriptors) {  // G-13
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
  RawClient after(server_->port());  // the kernel's queue holds it until the server accepts again
  after.send(get("/after"));
  EXPECT_TRUE(after.read_answer());
}

}  // namespace
}  // namespace footfall::http
