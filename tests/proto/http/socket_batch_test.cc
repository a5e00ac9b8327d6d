// Operations on many sockets at once: with io_uring and without, results are those of recv(2) and send(2).
#include "proto/http/socket_batch.h"

#include <gtest/gtest.h>
#include <liburing.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <string>
#include <vector>

#include "proto/base/signal.h"
#include "tests/proto/http/server_fixture.h"

namespace footfall::http {
namespace {

// Two ends of a stream that do not block.
struct Pair {
  Pair() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0); }
  ~Pair() {
    ::close(ends[0]);
    if (ends[1] >= 0) ::close(ends[1]);
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;
  void close_far_end() { ::close(std::exchange(ends[1], -1)); }
  std::string far_end_reads() const {
    std::string text(64, '\0');
    const ssize_t got = ::recv(ends[1], text.data(), text.size(), 0);
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return text;
  }
  std::array<int, 2> ends = {-1, -1};
};

// Not every kernel allows it, and then plain system calls are tested twice.
bool kernel_has_rings() { return SocketBatch(true).uses_io_uring(); }

class SocketBatchTest : public testing::TestWithParam<bool> {
 protected:
  SocketBatch batch_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Calls, SocketBatchTest, testing::Bool(),
                         [](const auto& with) { return with.param ? "Ring" : "Plain"; });

TEST_P(SocketBatchTest, CarriesOutEachOperationInOrder) {
  for (const std::size_t count : {std::size_t{1}, SocketBatch::kWorthARing, SocketBatch::kMax / 2}) {
    std::vector<Pair> pairs(count);
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < count; ++i) texts.push_back(std::to_string(i) + std::string(i % 7, 'x'));
    for (std::size_t i = 0; i < count; ++i) batch_.send(pairs[i].ends[0], texts[i]);
    const auto sent = batch_.run();
    ASSERT_EQ(sent.size(), count);
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_EQ(sent[i], static_cast<int>(texts[i].size()));
      EXPECT_EQ(pairs[i].far_end_reads(), texts[i]);
      EXPECT_EQ(::send(pairs[i].ends[1], "answer", 1 + i % 6, 0), static_cast<ssize_t>(1 + i % 6));
    }
    std::vector<std::array<char, 16>> slots(count);
    for (std::size_t i = 0; i < count; ++i) batch_.receive(pairs[i].ends[0], slots[i]);
    const auto results = batch_.run();
    ASSERT_EQ(results.size(), count);
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_EQ(results[i], static_cast<int>(1 + i % 6));
      EXPECT_EQ(std::string(slots[i].data(), 1 + i % 6), std::string("answer").substr(0, 1 + i % 6));
    }
  }
  EXPECT_EQ(batch_.uses_io_uring(), GetParam() && kernel_has_rings());
}

TEST_P(SocketBatchTest, NeverWaitsAndSaysWhatFailed) {
  std::array<Pair, 6> pairs;
  Pair& silent = pairs[0];
  Pair& ended = pairs[1];
  Pair& gone = pairs[2];
  Pair& full = pairs[3];
  ended.close_far_end();
  gone.close_far_end();
  const std::string much(1 << 20, 'm');
  while (::send(full.ends[0], much.data(), much.size(), MSG_DONTWAIT) > 0) {
  }
  std::array<char, 8> from_silent, from_ended;
  batch_.receive(silent.ends[0], from_silent);
  batch_.receive(ended.ends[0], from_ended);
  batch_.send(gone.ends[0], "x");
  batch_.send(full.ends[0], "x");
  batch_.send(-1, "x");
  batch_.send(pairs[4].ends[0], "all is well");
  batch_.send(pairs[5].ends[0], much);
  const auto results = batch_.run();
  ASSERT_EQ(results.size(), 7u);
  EXPECT_EQ(results[0], -EAGAIN);
  EXPECT_EQ(results[1], 0);
  EXPECT_EQ(results[2], -EPIPE);
  EXPECT_EQ(results[3], -EAGAIN);
  EXPECT_EQ(results[4], -EBADF);
  EXPECT_EQ(results[5], 11);
  EXPECT_GT(results[6], 0);  // as much as fits
  EXPECT_LT(results[6], 1 << 20);
  EXPECT_EQ(pairs[4].far_end_reads(), "all is well");
}

TEST_P(SocketBatchTest, TakesAsManyAsItSays) {
  std::vector<Pair> pairs(SocketBatch::kMax);
  for (int round = 0; round < 5; ++round) {
    for (const Pair& pair : pairs) {
      EXPECT_FALSE(batch_.full());
      batch_.send(pair.ends[0], "x");
    }
    EXPECT_TRUE(batch_.full());
    for (const int result : batch_.run()) ASSERT_EQ(result, 1);
  }
  for (const Pair& pair : pairs) ASSERT_EQ(pair.far_end_reads(), "xxxxx");
}

// A ring that fails on command.
class FailingRingTest : public testing::Test {
 protected:
  static constexpr std::size_t kSends = 8;
  void SetUp() override {
    if (!kernel_has_rings()) GTEST_SKIP() << "this kernel allows no io_uring";
  }
  // Sends a text of its own to each, and expects it to have arrived once, but where the result is `failed`.
  std::size_t send_to_all(SocketBatch& batch, int failed = 0) {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < kSends; ++i) texts.push_back("text " + std::to_string(i));
    for (std::size_t i = 0; i < kSends; ++i) batch.send(pairs_[i].ends[0], texts[i]);
    const auto results = batch.run();
    EXPECT_EQ(results.size(), kSends);
    std::size_t failures = 0;
    for (std::size_t i = 0; i < kSends; ++i) {
      failures += results[i] == failed;
      if (results[i] == failed) continue;
      EXPECT_EQ(results[i], static_cast<int>(texts[i].size())) << i;
      EXPECT_EQ(pairs_[i].far_end_reads(), texts[i]);
    }
    return failures;
  }
  RingCalls calls_ = RingCalls::of_the_kernel();
  const RingCalls real_ = RingCalls::of_the_kernel();
  std::array<Pair, kSends> pairs_;
};

TEST_F(FailingRingTest, AKernelWithoutTheOperationsGetsPlainCalls) {
  calls_.can_send_and_receive = [](io_uring*) { return false; };
  SocketBatch batch(true, calls_);
  EXPECT_FALSE(batch.uses_io_uring());
  EXPECT_EQ(send_to_all(batch), 0u);
}

TEST_F(FailingRingTest, WhatIsNotTakenIsDoneByPlainCalls) {
  for (const unsigned not_taken : {8u, 3u}) {
    calls_.submit = [&](io_uring* ring) {
      if (not_taken == kSends) return -ENOMEM;
      ring->sq.sqe_tail -= not_taken;
      return real_.submit(ring);
    };
    SocketBatch batch(true, calls_);
    EXPECT_TRUE(batch.uses_io_uring());
    EXPECT_EQ(send_to_all(batch), 0u);
    EXPECT_FALSE(batch.uses_io_uring()) << "given up for good";
    EXPECT_EQ(send_to_all(batch), 0u);
  }
}

TEST_F(FailingRingTest, AnInterruptedWaitGoesOn) {
  int interruptions = 3;
  calls_.wait = [&](io_uring* ring, io_uring_cqe** completion) {
    return interruptions-- > 0 ? -EINTR : real_.wait(ring, completion);
  };
  SocketBatch batch(true, calls_);
  EXPECT_EQ(send_to_all(batch), 0u);
  EXPECT_TRUE(batch.uses_io_uring());
}

TEST_F(FailingRingTest, WhatIsNotAccountedForEndsItsConnectionAlone) {
  int good = 5;
  calls_.wait = [&](io_uring* ring, io_uring_cqe** completion) {
    return good-- > 0 ? real_.wait(ring, completion) : -EBADR;
  };
  SocketBatch batch(true, calls_);
  EXPECT_EQ(send_to_all(batch, -EIO), kSends - 5);
  EXPECT_FALSE(batch.uses_io_uring());
  for (std::size_t i = 0; i < kSends; ++i) {
    EXPECT_EQ(::send(pairs_[i].ends[0], "x", 1, MSG_NOSIGNAL), i < 5 ? 1 : -1) << i;
    if (i < 5) {
      EXPECT_EQ(pairs_[i].far_end_reads(), "x");
    }
  }
  EXPECT_EQ(send_to_all(batch, -EPIPE), kSends - 5) << "by plain calls from now on";
}

// A server whose connections are all ready in one round: what is longer than a batch's buffer, pipelined, incomplete,
// ended or reset is served as if each had come alone.
class ManyAtOnceTest : public ServerTest, public testing::WithParamInterface<bool> {};
INSTANTIATE_TEST_SUITE_P(Calls, ManyAtOnceTest, testing::Bool(),
                         [](const auto& with) { return with.param ? "Ring" : "Plain"; });

TEST_P(ManyAtOnceTest, EachGetsItsOwnAnswers) {
  struct Shared {
    Signal all_have_sent;
    std::uint64_t ticket = 0, released = 0;
  };
  const auto shared = std::make_shared<Shared>();
  handler_.on_request = [shared](const Request& request, Responder& responder) {
    if (request.path == "/wait") shared->all_have_sent.wait();
    const std::string answer = std::string(request.path) + " " + std::string(request.body);
    responder.send_when_released(++shared->ticket, text(answer), text("otherwise"));
  };
  handler_.on_after = [shared, this] {
    if (shared->released == shared->ticket) return;
    shared->released = shared->ticket;
    (*server_)->release(shared->ticket, true);
  };
  ServerOptions options = local_options();
  options.use_io_uring = GetParam();
  start(options);

  constexpr int kClients = 300;
  const auto body_of = [](int i) {
    return std::string(static_cast<std::size_t>(i) * 37 % 9'000, static_cast<char>('a' + i % 26));
  };
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.push_back(std::make_unique<RawClient>(server_->port()));
    ASSERT_TRUE(clients.back()->send(get("/first")));
    ASSERT_TRUE(clients.back()->read_answer());
  }
  RawClient blocker(server_->port());
  ASSERT_TRUE(blocker.send(get("/wait")));
  for (int i = 0; i < kClients; ++i) {
    RawClient& client = *clients[static_cast<std::size_t>(i)];
    const std::string path = "/" + std::to_string(i);
    switch (i % 5) {
      case 0:
        client.send(post(path, body_of(i)));
        break;
      case 1:
        client.send(get(path) + post(path + "/next", body_of(i)) + get(path + "/last"));
        break;
      case 2:
        client.send(post(path, body_of(i)).substr(0, 30));
        break;
      case 3:
        client.send(get(path, "Connection: close\r\n"));
        client.finish_sending();
        break;
      default:
        clients[static_cast<std::size_t>(i)]->reset_at_the_end();
        client.send(get(path));
        clients[static_cast<std::size_t>(i)].reset();
    }
  }
  shared->all_have_sent.set();
  ASSERT_TRUE(blocker.read_answer());

  const auto expect = [&](int i, const std::string& body) {
    const auto answer = clients[static_cast<std::size_t>(i)]->read_answer();
    ASSERT_TRUE(answer) << i;
    EXPECT_EQ(answer->body, body) << i;
  };
  for (int i = 0; i < kClients; ++i) {
    const std::string path = "/" + std::to_string(i);
    if (i % 5 == 0) expect(i, path + " " + body_of(i));
    if (i % 5 == 1) {
      expect(i, path + " ");
      expect(i, path + "/next " + body_of(i));
      expect(i, path + "/last ");
    }
    if (i % 5 == 2) {
      clients[static_cast<std::size_t>(i)]->send(post(path, body_of(i)).substr(30));
      expect(i, path + " " + body_of(i));
    }
    if (i % 5 == 3) {
      expect(i, path + " ");
      EXPECT_TRUE(clients[static_cast<std::size_t>(i)]->is_closed_within(5'000)) << i;
    }
  }
  wait_until([&] { return open_connections() == kClients * 3 / 5 + 1; });
}

// Who does not read keeps what is unsent, and gets it later.
TEST_P(ManyAtOnceTest, WhatTheKernelDoesNotTakeFollows) {
  const std::string much(600 * 1024, 'm');
  struct Shared {
    Signal all_have_sent;
    std::uint64_t ticket = 0;
  };
  const auto shared = std::make_shared<Shared>();
  handler_.on_request = [shared, &much](const Request& request, Responder& responder) {
    if (request.path == "/wait") {
      shared->all_have_sent.wait();
      return responder.send(text("go"));
    }
    responder.send_when_released(++shared->ticket, text(much), text("otherwise"));
  };
  handler_.on_after = [shared, this] {
    if (shared->ticket > 0) (*server_)->release(shared->ticket, true);
  };
  ServerOptions options = local_options();
  options.use_io_uring = GetParam();
  start(options);
  std::vector<std::unique_ptr<RawClient>> clients;
  RawClient blocker(server_->port());
  blocker.send(get("/wait"));
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::make_unique<RawClient>(server_->port(), 4'096));
    clients.back()->send(get("/much"));
  }
  shared->all_have_sent.set();
  ASSERT_TRUE(blocker.read_answer());
  for (const auto& client : clients) {
    const auto answer = client->read_answer(10'000);
    ASSERT_TRUE(answer);
    EXPECT_TRUE(answer->body == much);
  }
  server_->end();
}

}  // namespace
}  // namespace footfall::http
