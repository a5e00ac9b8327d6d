// The client against a real server that is killed, stopped, restarted, and that talks nonsense.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "proto/base/clock.h"
#include "proto/redis/client.h"
#include "tests/support/private_servers.h"
#include "tests/support/wait_until.h"

namespace footfall::redis {
namespace {

Options options_for(const support::PrivateRedis& server) {
  Options options;
  options.port = server.port();
  options.connect_ms = 200;
  options.command_ms = 200;
  options.retry_ms = 50;
  return options;
}

std::int64_t now_ms() { return system_clock().steady_us() / 1000; }

TEST(Client, carries_any_bytes) {
  support::PrivateRedis server;
  auto redis = make_client(options_for(server));
  std::string bytes;
  for (int i = 0; i < 100'000; ++i) bytes.push_back(static_cast<char>(i));
  ASSERT_EQ(redis->command({"SET", "%s %b\r\n", bytes})->text, "OK");
  EXPECT_EQ(redis->command({"GET", "%s %b\r\n"})->text, bytes);
  EXPECT_EQ(redis->command({"GET", ""})->kind, Reply::Kind::nil);
  EXPECT_EQ(redis->command({"APPEND", "a", ""})->integer, 0);
}

TEST(Client, a_redis_error_is_a_reply_and_the_connection_goes_on) {
  support::PrivateRedis server;
  auto redis = make_client(options_for(server));
  const auto reply = redis->command({"NOSUCH"});
  ASSERT_TRUE(reply);
  EXPECT_TRUE(reply->is_error());
  EXPECT_TRUE(redis->connected());
}

TEST(Client, a_pipeline_answers_in_order_with_errors_in_place) {
  support::PrivateRedis server;
  auto redis = make_client(options_for(server));
  std::vector<std::string> numbers;
  for (int i = 0; i < 2000; ++i) numbers.push_back(std::to_string(i));
  std::vector<Arguments> commands;
  for (const auto& number : numbers) commands.push_back({"ECHO", number});
  commands[7] = {"NOSUCH"};
  const auto replies = redis->pipeline(commands);
  ASSERT_TRUE(replies);
  ASSERT_EQ(replies->size(), 2000u);
  EXPECT_TRUE((*replies)[7].is_error());
  EXPECT_EQ((*replies)[8].text, "8");
  EXPECT_EQ(replies->back().text, "1999");
  EXPECT_TRUE(redis->pipeline({})->empty());
}

TEST(Client, a_paused_server_costs_one_timeout) {
  support::PrivateRedis server;
  auto redis = make_client(options_for(server));
  ASSERT_TRUE(redis->command({"PING"}));
  server.pause();
  const std::int64_t before = now_ms();
  const auto reply = redis->command({"PING"});
  const std::int64_t took = now_ms() - before;
  EXPECT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, ErrorKind::unavailable);
  EXPECT_TRUE(reply.error().retryable);
  EXPECT_GE(took, 190);
  EXPECT_LT(took, 5'000);
  EXPECT_FALSE(redis->connected());
  server.resume();
  EXPECT_EQ(redis->command({"PING"})->text, "PONG");  // and not the late answer to the first one
  EXPECT_EQ(redis->command({"ECHO", "x"})->text, "x");
}

TEST(Client, a_blocking_read_may_last_longer_than_a_command) {
  support::PrivateRedis server;
  auto redis = make_client(options_for(server));
  const auto entries = read_stream(*redis, "nothing", "0-0", 1, 500);
  ASSERT_TRUE(entries);
  EXPECT_TRUE(entries->empty());
  EXPECT_TRUE(redis->connected());
}

TEST(Client, a_killed_server_costs_little_and_is_found_again) {
  support::PrivateRedis server;
  auto redis = make_client(options_for(server));
  ASSERT_TRUE(redis->command({"PING"}));
  server.kill9();
  EXPECT_FALSE(redis->command({"PING"}));
  const std::int64_t before = now_ms();
  for (int i = 0; i < 10'000; ++i) EXPECT_FALSE(redis->command({"PING"}));
  EXPECT_LT(now_ms() - before, 10'000) << "between tries the error is immediate";
  server.start();
  EXPECT_TRUE(support::wait_until([&] {
    const auto reply = redis->command({"PING"});
    return reply && reply->text == "PONG";
  }));
}

TEST(Client, sends_password_and_database_on_every_connection) {
  support::PrivateRedis server;
  auto admin = make_client(options_for(server));
  ASSERT_EQ(admin->command({"CONFIG", "SET", "requirepass", "hunter2"})->text, "OK");
  Options options = options_for(server);
  options.password = "hunter2";
  options.database = 5;
  auto redis = make_client(options);
  ASSERT_EQ(redis->command({"SET", "k", "five"})->text, "OK");
  admin->command({"AUTH", "hunter2"});
  admin->command({"CLIENT", "KILL", "TYPE", "normal"});
  EXPECT_FALSE(redis->command({"GET", "k"}));
  EXPECT_EQ(redis->command({"GET", "k"})->text, "five");

  options.password = "wrong-hunter3";
  auto refused = make_client(options);
  const auto reply = refused->command({"PING"});
  ASSERT_FALSE(reply);
  EXPECT_NE(reply.error().message.find("AUTH"), std::string::npos);
  EXPECT_EQ(reply.error().message.find("hunter3"), std::string::npos);
}

TEST(Client, leaves_a_server_that_became_read_only) {
  support::PrivateRedis server;
  support::PrivateRedis master;
  auto redis = make_client(options_for(server));
  ASSERT_TRUE(redis->command({"PING"}));
  server.command("REPLICAOF 127.0.0.1 " + std::to_string(master.port()));
  const auto reply = redis->command({"SET", "a", "b"});
  ASSERT_TRUE(reply);
  EXPECT_TRUE(reply->text.starts_with("READONLY"));
  EXPECT_FALSE(redis->connected());
}

// Accepts one connection after another and says something to each.
class Babbler {
 public:
  explicit Babbler(std::string speech, std::int64_t byte_pause_ms = 0) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(socket_, 5), 0);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, speech = std::move(speech), byte_pause_ms] {
      for (;;) {
        const int peer = ::accept(socket_, nullptr, nullptr);
        if (peer < 0) return;
        for (const char byte : speech) {
          if (::send(peer, &byte, 1, MSG_NOSIGNAL) != 1) break;
          pollfd hang_up{peer, POLLRDHUP, 0};
          if (::poll(&hang_up, 1, static_cast<int>(byte_pause_ms)) > 0) break;
        }
        ::close(peer);
      }
    });
  }
  ~Babbler() {
    ::shutdown(socket_, SHUT_RDWR);
    thread_.join();
    ::close(socket_);
  }
  std::uint16_t port() const { return port_; }

 private:
  int socket_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

TEST(Client, nonsense_and_half_a_reply_are_errors) {
  for (const char* speech : {"HTTP/1.1 400 Bad Request\r\n\r\n", "$100\r\nshort", "*3\r\n+a\r\n", ""}) {
    Babbler server(speech);
    Options options;
    options.port = server.port();
    options.command_ms = 200;
    auto redis = make_client(options);
    const auto reply = redis->command({"PING"});
    EXPECT_FALSE(reply) << speech;
    EXPECT_FALSE(redis->connected());
  }
}

TEST(Client, a_peer_that_drips_bytes_is_cut_off_by_the_deadline) {
  Babbler server("$60\r\n" + std::string(60, 'x') + "\r\n", 40);
  Options options;
  options.port = server.port();
  options.command_ms = 300;
  auto redis = make_client(options);
  const std::int64_t before = now_ms();
  EXPECT_FALSE(redis->command({"PING"}));
  EXPECT_LT(now_ms() - before, 2'000);
}

}  // namespace
}  // namespace footfall::redis
