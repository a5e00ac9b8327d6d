#include "proto/base/lifecycle.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>

#include <chrono>
#include <stdexcept>

#include "proto/base/clock.h"

namespace footfall {
namespace {

TEST(Worker, RunsNamedAndStopsWithItsObject) {
  std::atomic<bool> stopped = false;
  char name[16] = {};
  {
    Worker worker("a-long-name-that-is-cut", [&](std::stop_token stop) {
      pthread_getname_np(pthread_self(), name, sizeof name);
      while (!sleep_or_stop(stop, 60'000'000)) {
      }
      stopped = true;
    });
  }
  EXPECT_TRUE(stopped);
  EXPECT_STREQ(name, "a-long-name-tha");
}

TEST(WorkerDeath, AnExceptionEndsTheProcess) {
  EXPECT_DEATH(
      {
        Worker worker("trial", [](std::stop_token) { throw std::runtime_error("boom"); });
        worker.join();
      },
      "\"event\":\"worker.failed\",\"worker\":\"trial\",\"what\":\"boom\"");
}

TEST(SleepOrStop, EndsByTimeOrByRequest) {
  std::stop_source source;
  const std::int64_t before_us = system_clock().steady_us();
  EXPECT_FALSE(sleep_or_stop(source.get_token(), 5000));
  EXPECT_GE(system_clock().steady_us() - before_us, 5000);
  source.request_stop();
  EXPECT_TRUE(sleep_or_stop(source.get_token(), 60'000'000));
}

TEST(Backoff, DoublesToItsMaximumWithJitter) {
  Backoff backoff(1'000'000);
  for (const std::int64_t ceiling_us : {100'000, 200'000, 400'000, 800'000, 1'000'000, 1'000'000}) {
    const std::int64_t us = backoff.next_us();
    EXPECT_LE(us, ceiling_us);
    EXPECT_GE(us, ceiling_us / 2);
  }
  backoff.reset();
  EXPECT_LE(backoff.next_us(), 100'000);
  EXPECT_LE(Backoff(10).next_us(), 10);
}

// In a process of its own: signals are the process's.
TEST(SignalsDeath, WaitsForOneAndDiesOfTheSecond) {
  EXPECT_EXIT(
      {
        block_stop_signals();
        kill(getpid(), SIGHUP);   // blocked, and nobody waits for it
        kill(getpid(), SIGPIPE);  // ignored
        kill(getpid(), SIGTERM);
        if (wait_for_stop_signal() != SIGTERM) _exit(1);
        kill(getpid(), SIGTERM);
        _exit(2);
      },
      testing::KilledBySignal(SIGTERM), "");
}

}  // namespace
}  // namespace footfall
