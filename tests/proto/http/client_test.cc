// The client against servers of ours and against one that misbehaves by script.
#include "proto/http/client.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>

#include "tests/proto/http/test_server.h"
#include "tests/support/wait_until.h"

namespace footfall::http {
namespace {

// Answers each connection's requests with the scripted bytes, in turn; "CLOSE" closes instead.
class ScriptedUpstream {
 public:
  explicit ScriptedUpstream(std::vector<std::string> script) : script_(std::move(script)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&at), size), 0);
    EXPECT_EQ(::listen(listener_, 64), 0);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size);
    port = ntohs(at.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~ScriptedUpstream() {
    over_ = true;
    thread_.join();
    ::close(listener_);
  }

  std::uint16_t port = 0;
  std::atomic<int> connections = 0;
  std::atomic<int> requests = 0;

 private:
  void serve() {
    std::vector<pollfd> fds = {{listener_, POLLIN, 0}};
    while (!over_) {
      ::poll(fds.data(), fds.size(), 10);
      for (std::size_t i = fds.size(); i-- > 1;) {
        if (fds[i].revents == 0) continue;
        char buffer[65536];
        const ssize_t got = ::recv(fds[i].fd, buffer, sizeof buffer, 0);
        bool open = got > 0;
        if (open) {
          const std::size_t step = static_cast<std::size_t>(requests++);
          const std::string answer = step < script_.size() ? script_[step] : "CLOSE";
          open = answer != "CLOSE";
          if (open) ::send(fds[i].fd, answer.data(), answer.size(), MSG_NOSIGNAL);
          if (answer.find("AND-CLOSE") != std::string::npos) open = false;
        }
        if (!open) {
          ::close(fds[i].fd);
          fds.erase(fds.begin() + static_cast<std::ptrdiff_t>(i));
        }
      }
      if (fds[0].revents != 0) {
        fds.push_back({::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC), POLLIN, 0});
        ++connections;
      }
    }
    for (std::size_t i = 1; i < fds.size(); ++i) ::close(fds[i].fd);
  }

  std::vector<std::string> script_;
  int listener_;
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

std::string answer(std::string_view body, std::string_view fields = "") {
  return "HTTP/1.1 200 OK\r\n" + std::string(fields) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

ClientOptions options_for(std::uint16_t port) {
  ClientOptions options;
  options.port = port;
  return options;
}

ClientRequest request_of(Method method, std::string target, std::string body = {}) {
  return {method, std::move(target), "up.example", "X-A: b\r\n", std::move(body)};
}

class ClientTest : public testing::Test {
 protected:
  ClientTest() : home_(local_options(), home_handler_, home_metrics_) {}
  ~ClientTest() override { close(); }

  void open(const ClientOptions& options) {
    on_home([this, options] { client_ = HttpClient::on(*home_, options); });
  }
  void close() {
    on_home([this] { client_.reset(); });
  }
  // Runs on the client's thread, and waits for it.
  void on_home(std::function<void()> work) {
    std::mutex mutex;
    std::condition_variable done;
    bool is_done = false;
    home_->post([&] {
      work();
      const std::lock_guard lock(mutex);
      is_done = true;
      done.notify_one();
    });
    std::unique_lock lock(mutex);
    ASSERT_TRUE(done.wait_for(lock, std::chrono::seconds(10), [&] { return is_done; }));
  }
  struct Pending {
    std::mutex mutex;
    std::condition_variable done;
    std::vector<Result<ClientResponse>> results;
    void wait(std::size_t count) {
      std::unique_lock lock(mutex);
      EXPECT_TRUE(done.wait_for(lock, std::chrono::seconds(10), [&] { return results.size() >= count; }));
    }
  };
  void send(Pending& pending, ClientRequest request) {
    client_->send(std::move(request), [&pending](Result<ClientResponse> result) {
      const std::lock_guard lock(pending.mutex);
      pending.results.push_back(std::move(result));
      pending.done.notify_all();
    });
  }
  Result<ClientResponse> ask(ClientRequest request) {
    Pending pending;
    on_home([&] { send(pending, std::move(request)); });
    pending.wait(1);
    return std::move(pending.results.front());
  }
  std::int64_t open_connections() {
    std::int64_t count = 0;
    on_home([&] { count = client_->open_connections(); });
    return count;
  }

  Metrics home_metrics_;
  ScriptHandler home_handler_;
  RunningServer home_;
  std::unique_ptr<HttpClient> client_;
};

TEST_F(ClientTest, SpeaksToOurServerOverOneConnection) {
  Metrics metrics;
  ScriptHandler handler;
  handler.on_request = [](const Request& request, Responder& responder) {
    const std::string body = std::string(method_name(request.method)) + " " + std::string(request.target) + " " +
                             std::string(request.host) + " " + std::string(request.field("X-A")) + " " +
                             std::string(request.body);
    responder.send({201, "text/plain", "X-Two: 1\r\nX-Two: 2\r\n", body, false});
  };
  RunningServer upstream(local_options(), handler, metrics);
  open(options_for(upstream.port()));
  for (int i = 0; i < 3; ++i) {
    const auto result = ask(request_of(Method::post, "/p?q", "body" + std::to_string(i)));
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->status, 201);
    EXPECT_EQ(result->content_type, "text/plain");
    EXPECT_EQ(result->body, "POST /p?q up.example b body" + std::to_string(i));
    const std::vector<std::pair<std::string, std::string>> fields = {{"X-Two", "1"}, {"X-Two", "2"}};
    EXPECT_EQ(result->fields, fields);
  }
  const auto head = ask(request_of(Method::head, "/h"));
  EXPECT_EQ(head->body, "");
  EXPECT_EQ(head->length, 21);  // of "HEAD /h up.example b "
  EXPECT_EQ(ask(request_of(Method::get, "/g"))->body, "GET /g up.example b ");
  EXPECT_EQ(metric(metrics, "footfall_http_connections_total{server=\"test\"}"), 1);
  EXPECT_EQ(open_connections(), 1);
}

TEST_F(ClientTest, BodiesOfEveryFraming) {
  ScriptedUpstream upstream({
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n",
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
      "HTTP/1.1 200 OK\r\n\r\nuntil closed AND-CLOSE",
      answer("keep"),
      "HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nold",
      answer("last", "Connection: close\r\n"),
  });
  open(options_for(upstream.port));
  EXPECT_EQ(ask(request_of(Method::get, "/"))->body, "hello!");
  EXPECT_EQ(ask(request_of(Method::get, "/"))->status, 204);
  EXPECT_EQ(ask(request_of(Method::get, "/"))->body, "until closed AND-CLOSE");
  EXPECT_EQ(ask(request_of(Method::get, "/"))->body, "keep");
  EXPECT_EQ(upstream.connections, 2);
  EXPECT_EQ(ask(request_of(Method::get, "/"))->body, "old");
  EXPECT_EQ(open_connections(), 0);
  EXPECT_EQ(ask(request_of(Method::get, "/"))->body, "last");
  EXPECT_EQ(open_connections(), 0);
}

TEST_F(ClientTest, KeepsTheFieldsOfTheHopToItself) {
  ScriptedUpstream upstream({answer("x",
                                    "Connection: X-Mine, keep-alive\r\nX-Mine: 1\r\nX-Theirs: 2\r\n"
                                    "Keep-Alive: timeout=5\r\nDate: today\r\n")});
  open(options_for(upstream.port));
  const auto result = ask(request_of(Method::get, "/"));
  const std::vector<std::pair<std::string, std::string>> fields = {{"X-Theirs", "2"}};
  EXPECT_EQ(result->fields, fields);
}

TEST_F(ClientTest, RefusesWhatIsNotHttpOrTooLarge) {  // G-18
  const std::string large(2'000, 'x');
  ScriptedUpstream upstream({
      "SSH-2.0-OpenSSH\r\n",
      answer(large),
      "HTTP/1.1 200 OK\r\nX: " + large + "\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
      "HTTP/1.1 101 Up\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;" + large,
      "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nAND-CLOSE",
      answer(large.substr(0, 1'000)),
  });
  ClientOptions options = options_for(upstream.port);
  options.header_bytes_max = 1'000;
  options.body_bytes_max = 1'000;
  open(options);
  for (int i = 0; i < 6; ++i) {
    const auto result = ask(request_of(Method::get, "/"));
    ASSERT_FALSE(result) << i;
    EXPECT_EQ(result.error().kind, ErrorKind::internal) << i;
    EXPECT_EQ(open_connections(), 0);
  }
  EXPECT_EQ(ask(request_of(Method::get, "/"))->body, "AND-CLOSE");
  EXPECT_EQ(ask(request_of(Method::get, "/"))->body.size(), 1'000u);
}

TEST_F(ClientTest, BoundsAllAnswersTogether) {  // G-18
  ScriptedUpstream upstream({answer(std::string(2'000, 'x')), answer("small")});
  ClientOptions options = options_for(upstream.port);
  options.buffer_bytes_max = 1'000;
  open(options);
  const auto large = ask(request_of(Method::get, "/"));
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, "buffers_full");
  EXPECT_TRUE(large.error().retryable);
  EXPECT_EQ(ask(request_of(Method::get, "/"))->body, "small");
}

TEST_F(ClientTest, AStaleConnectionIsTriedOnceMoreForSafeMethodsOnly) {
  {
    ScriptedUpstream upstream({answer("1"), "CLOSE", answer("2")});
    open(options_for(upstream.port));
    EXPECT_EQ(ask(request_of(Method::get, "/"))->body, "1");
    EXPECT_EQ(ask(request_of(Method::get, "/"))->body, "2");
    EXPECT_EQ(upstream.connections, 2);
    close();
  }
  {
    ScriptedUpstream upstream({answer("1"), "CLOSE", "CLOSE", answer("2"), "CLOSE", answer("3")});
    open(options_for(upstream.port));
    EXPECT_EQ(ask(request_of(Method::get, "/"))->body, "1");
    const auto twice = ask(request_of(Method::get, "/"));
    ASSERT_FALSE(twice);
    EXPECT_EQ(twice.error().code, "closed");
    EXPECT_EQ(twice.error().kind, ErrorKind::unavailable);
    EXPECT_EQ(upstream.requests, 3);
    EXPECT_EQ(ask(request_of(Method::get, "/"))->body, "2");
    EXPECT_FALSE(ask(request_of(Method::post, "/", "x")));  // it may have been carried out
    EXPECT_EQ(upstream.requests, 5);
    close();
  }
}

TEST_F(ClientTest, NoticesThatTheUpstreamClosedAnIdleConnection) {
  Metrics metrics;
  ScriptHandler handler;
  auto upstream = std::make_unique<RunningServer>(local_options(), handler, metrics);
  ServerOptions same = local_options();
  same.port = upstream->port();
  open(options_for(same.port));
  EXPECT_TRUE(ask(request_of(Method::post, "/1", "x")));
  upstream = nullptr;
  EXPECT_TRUE(support::wait_until([&] { return open_connections() == 0; }));
  RunningServer again(same, handler, metrics);
  EXPECT_TRUE(ask(request_of(Method::post, "/2", "x")));
}

TEST_F(ClientTest, TimeOuts) {
  Metrics metrics;
  ScriptHandler handler;
  std::vector<DeferredAnswer> never;
  handler.on_request = [&](const Request&, Responder& responder) { never.push_back(responder.defer()); };
  RunningServer upstream(local_options(), handler, metrics);
  ClientOptions options = options_for(upstream.port());
  options.answer_ms = 200;
  options.connections_max = 1;
  open(options);
  const std::int64_t from_us = system_clock().steady_us();
  Pending pending;
  on_home([&] {
    send(pending, request_of(Method::get, "/"));
    send(pending, request_of(Method::get, "/queued"));
  });
  pending.wait(2);
  const std::int64_t took_ms = (system_clock().steady_us() - from_us) / 1000;
  EXPECT_GE(took_ms, 199);
  EXPECT_LE(took_ms, 5'000);
  for (const auto& result : pending.results) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, "timeout");
    EXPECT_TRUE(result.error().retryable);
  }
  close();
  upstream.end();
  never.clear();
}

TEST_F(ClientTest, IdleConnectionsAreClosed) {
  ScriptedUpstream upstream({answer("1")});
  ClientOptions options = options_for(upstream.port);
  options.idle_ms = 100;
  open(options);
  EXPECT_TRUE(ask(request_of(Method::get, "/")));
  EXPECT_EQ(open_connections(), 1);
  EXPECT_TRUE(support::wait_until([&] { return open_connections() == 0; }));
}

TEST_F(ClientTest, BoundsConnectionsAndQueue) {
  Metrics metrics;
  ScriptHandler handler;
  std::mutex mutex;
  std::vector<DeferredAnswer> late;
  handler.on_request = [&](const Request&, Responder& responder) {
    const std::lock_guard lock(mutex);
    late.push_back(responder.defer());
  };
  RunningServer upstream(local_options(), handler, metrics);
  ClientOptions options = options_for(upstream.port());
  options.connections_max = 2;
  options.queue_max = 3;
  open(options);
  Pending pending;
  on_home([&] {
    for (int i = 0; i < 6; ++i) send(pending, request_of(Method::get, "/"));
    EXPECT_EQ(client_->open_connections(), 2);
    const std::lock_guard lock(pending.mutex);
    ASSERT_EQ(pending.results.size(), 1u);  // refused at once
    EXPECT_EQ(pending.results.front().error().code, "queue_full");
  });
  for (std::size_t answered = 0; answered < 5; ++answered) {
    EXPECT_TRUE(support::wait_until([&] {
      const std::lock_guard lock(mutex);
      return late.size() > answered;
    }));
    const std::lock_guard lock(mutex);
    EXPECT_LE(late.size(), answered + 2);
    late[answered].send({200, "text/plain", {}, "x", false});
  }
  pending.wait(6);
  for (std::size_t i = 1; i < 6; ++i) EXPECT_TRUE(pending.results[i]);
  EXPECT_EQ(metric(metrics, "footfall_http_connections_total{server=\"test\"}"), 2);
}

TEST_F(ClientTest, ItsCallbackMayDestroyIt) {
  ScriptedUpstream upstream({answer("1")});
  open(options_for(upstream.port));
  Pending pending;
  on_home([&] {
    client_->send(request_of(Method::get, "/"), [&](Result<ClientResponse> result) {
      client_.reset();
      const std::lock_guard lock(pending.mutex);
      pending.results.push_back(std::move(result));
      pending.done.notify_all();
    });
  });
  pending.wait(1);
  EXPECT_TRUE(pending.results.front());
}

TEST(Fetch, Blocks) {
  ScriptedUpstream upstream({answer("fetched")});
  ClientOptions options = options_for(upstream.port);
  EXPECT_EQ(fetch(options, request_of(Method::get, "/"))->body, "fetched");
  options.host = "localhost";
  EXPECT_FALSE(fetch(options, request_of(Method::get, "/")));  // the script is at its end
  options.port = 1;
  const auto refused = fetch(options, request_of(Method::get, "/"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "connect");
  EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);
}

}  // namespace
}  // namespace footfall::http
