#include "proto/base/lifecycle.h"

#include <malloc.h>
#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <exception>
#include <mutex>

#include "proto/base/crypto.h"
#include "proto/base/logging.h"

namespace footfall {
namespace {

constexpr std::int64_t kFirstBackoffUs = 100'000;

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

[[noreturn]] void die_of_worker(const std::string& name, const char* what) {
  log_error("worker.failed", {{"worker", name}, {"what", what}});
  stop_logging();
  std::abort();
}

void run_worker(const std::stop_token& stop, const std::string& name,
                const std::function<void(std::stop_token)>& body) {
  pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());  // the kernel keeps 15 characters
  try {
    body(stop);
  } catch (const std::exception& error) {
    die_of_worker(name, error.what());
  } catch (...) {
    die_of_worker(name, "unknown exception");
  }
}

}  // namespace

void return_large_buffers() { mallopt(M_MMAP_THRESHOLD, 128 * 1024); }

void block_stop_signals() {
  sigset_t set = stop_signals();
  sigaddset(&set, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

int wait_for_stop_signal() {
  const sigset_t set = stop_signals();
  int number = 0;
  while (sigwait(&set, &number) != 0) {
  }
  // From here on the default action holds again in this thread: the next signal ends the process.
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  return number;
}

Worker::Worker(std::string name, std::function<void(std::stop_token)> body)
    : thread_(
          [name = std::move(name), body = std::move(body)](std::stop_token stop) { run_worker(stop, name, body); }) {}

bool sleep_or_stop(const std::stop_token& stop, std::int64_t us) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, stop, std::chrono::microseconds(us), [] { return false; });
  return stop.stop_requested();
}

std::int64_t Backoff::next_us() {
  current_us_ = std::min(max_us_, current_us_ == 0 ? kFirstBackoffUs : current_us_ * 2);
  // Half is certain, half by lot: callers that failed together do not come back together.
  std::uint64_t lot = 0;
  random_bytes(&lot, sizeof lot);
  const std::int64_t half_us = current_us_ / 2;
  return current_us_ - static_cast<std::int64_t>(lot % static_cast<std::uint64_t>(half_us + 1));
}

}  // namespace footfall
