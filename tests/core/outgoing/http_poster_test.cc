// What the poster must never do: reach a private address, follow a redirect, use a proxy of the environment
// (COMMON.md D-54).
#include "core/outgoing/http_poster.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <thread>

namespace footfall::core {
namespace {

// A socket on 127.0.0.1 that listens, and answers when it is told to.
class Listener {
 public:
  Listener() : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(listen(socket_, 8), 0);
    socklen_t size = sizeof address;
    getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~Listener() { close(socket_); }
  int port() const { return port_; }
  bool was_called() const {
    pollfd look{socket_, POLLIN, 0};
    return poll(&look, 1, 0) > 0;
  }
  // Takes one connection, reads what has come and sends `text`.
  void answer_one(const std::string& text) const {
    const int peer = accept(socket_, nullptr, nullptr);
    char read[4096];
    EXPECT_GT(recv(peer, read, sizeof read, 0), 0);
    EXPECT_EQ(send(peer, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
    close(peer);
  }

 private:
  int socket_;
  int port_ = 0;
};

PostAnswer post(HttpPoster& poster, const std::string& url) {
  poster.start({7, url, {"Content-Type: application/json"}, "{}"});
  for (int i = 0; i < 200; ++i) {
    auto answers = poster.work(100'000);
    if (!answers.empty()) return answers.front();
  }
  ADD_FAILURE() << "no answer from " << url;
  return {};
}

TEST(HttpPoster, ReachesNoPrivateAddress) {
  Listener listener;
  HttpPoster poster({});
  const std::string port = std::to_string(listener.port());
  for (const char* host : {"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "[::1]", "0.0.0.0"}) {
    const auto answer = post(poster, std::string("http://") + host + ":" + port + "/");
    EXPECT_EQ(answer.status, 0) << host;
    EXPECT_EQ(answer.error, "address") << host;
    EXPECT_EQ(answer.tag, 7);
  }
  EXPECT_FALSE(listener.was_called());
  EXPECT_EQ(poster.under_way(), 0u);
}

TEST(HttpPoster, UsesNoProxyOfTheEnvironment) {
  Listener proxy;
  setenv("http_proxy", ("http://127.0.0.1:" + std::to_string(proxy.port())).c_str(), 1);
  PosterOptions options;
  options.allow_private_receivers = true;
  HttpPoster poster(options);
  EXPECT_EQ(post(poster, "http://127.0.0.1:1/").error, "connect");
  EXPECT_FALSE(proxy.was_called());
  unsetenv("http_proxy");
}

TEST(HttpPoster, AnAttemptEndsAndSaysWhy) {
  Listener silent;
  PosterOptions options;
  options.allow_private_receivers = true;
  options.timeout_ms = 300;
  HttpPoster poster(options);
  const auto answer = post(poster, "http://127.0.0.1:" + std::to_string(silent.port()) + "/");
  EXPECT_EQ(answer.error, "timeout");
  EXPECT_GE(answer.duration_us, 200'000);
  EXPECT_EQ(post(poster, "http://no-such-host.invalid/").error, "resolve");
  EXPECT_EQ(post(poster, "ftp://127.0.0.1/").error, "other");
}

TEST(HttpPoster, KeepsAnAnswerThatIsWanted) {
  Listener listener;
  PosterOptions options;
  options.allow_private_receivers = true;
  PostRequest request{1, "http://127.0.0.1:" + std::to_string(listener.port()) + "/", {}, "x"};
  for (const bool keep : {true, false}) {
    std::thread server([&] { listener.answer_one("HTTP/1.1 402 No\r\nContent-Length: 5\r\n\r\nhello"); });
    request.keep_answer = keep;
    const PostAnswer answer = post_and_wait(options, request);
    server.join();
    EXPECT_EQ(answer.status, 402);
    EXPECT_EQ(answer.body, keep ? "hello" : "");
  }
}

TEST(HttpPoster, AWaitHasAnEnd) {
  Listener silent;
  PosterOptions options;
  options.allow_private_receivers = true;
  options.timeout_ms = 300;
  EXPECT_EQ(post_and_wait(options, {1, "http://127.0.0.1:" + std::to_string(silent.port()) + "/", {}, "x"}).error,
            "timeout");
}

TEST(HttpPoster, BreaksOffWhatIsUnderWay) {
  Listener silent;
  PosterOptions options;
  options.allow_private_receivers = true;
  HttpPoster poster(options);
  poster.start({1, "http://127.0.0.1:" + std::to_string(silent.port()) + "/", {}, ""});
  EXPECT_TRUE(poster.work(10'000).empty());
  EXPECT_EQ(poster.break_off(), std::vector<std::int64_t>{1});
  EXPECT_EQ(poster.under_way(), 0u);
}

}  // namespace
}  // namespace footfall::core
