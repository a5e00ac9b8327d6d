// A program's life: signals, and threads that end in order.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <thread>

namespace footfall {

// Makes the allocator give buffers of 128 KiB and more back to the system when they are freed. By default it learns to
// keep them, and a program that once was full stays as large as it was then. Early in main.
void return_large_buffers();

// Blocks SIGTERM, SIGINT and SIGHUP in this thread and those it starts later, ignores SIGPIPE. First line of main.
void block_stop_signals();
// Waits for SIGTERM or SIGINT and returns its number. A second one while stopping ends the process at once.
int wait_for_stop_signal();

// A named thread that runs `body` until it returns. The destructor requests a stop and joins. An exception that leaves
// the body is logged and aborts: a role that died silently would look like a healthy one.
class Worker {
 public:
  Worker() = default;
  Worker(std::string name, std::function<void(std::stop_token)> body);
  void request_stop() { thread_.request_stop(); }
  void join() {
    if (thread_.joinable()) thread_.join();
  }

 private:
  std::jthread thread_;
};

// Sleeps for `us` or until a stop is requested; true when it was.
bool sleep_or_stop(const std::stop_token& stop, std::int64_t us);

// Waits between tries of something that failed: 100 ms, doubling to `max_us`, with jitter; reset() after success.
class Backoff {
 public:
  explicit Backoff(std::int64_t max_us = 2'000'000) : max_us_(max_us) {}
  std::int64_t next_us();
  void reset() { current_us_ = 0; }

 private:
  std::int64_t max_us_;
  std::int64_t current_us_ = 0;
};

}  // namespace footfall
