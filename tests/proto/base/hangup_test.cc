#include "proto/base/hangup.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>

#include <atomic>

#include "proto/base/lifecycle.h"
#include "tests/support/wait_until.h"

namespace footfall {
namespace {

// As block_stop_signals() does it, but for the calling thread and those that it starts, and for this signal only.
void block_hangup() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

TEST(Hangup, each_one_is_told_and_a_stop_ends_the_wait) {
  block_hangup();
  std::atomic<int> hangups{0};
  std::atomic<pthread_t> thread{0};
  Worker waiting("hangups", [&](const std::stop_token& stop) {
    thread = pthread_self();
    while (wait_for_hangup(stop)) ++hangups;
  });
  ASSERT_TRUE(support::wait_until([&] { return thread != 0; }));
  for (int sent = 1; sent <= 3; ++sent) {
    pthread_kill(thread.load(), SIGHUP);
    EXPECT_TRUE(support::wait_until([&] { return hangups == sent; }));
  }
  waiting.request_stop();
  waiting.join();
  EXPECT_EQ(hangups, 3) << "a stop is no hangup";
}

TEST(Hangup, a_stop_that_came_before_is_not_waited_for) {
  block_hangup();
  std::stop_source stopped;
  stopped.request_stop();
  Worker waiting("hangups", [&](const std::stop_token&) { EXPECT_FALSE(wait_for_hangup(stopped.get_token())); });
  waiting.join();
}

}  // namespace
}  // namespace footfall
