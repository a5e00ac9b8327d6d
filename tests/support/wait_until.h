// How a test waits: for the thing itself, never for a fixed time. A busy machine then makes it slow and not wrong.
// Thread-safe; the check runs on the caller's thread.
#pragma once

#include <chrono>
#include <thread>

namespace footfall::support {

// Polls `check` until it returns something true, or `at_most` has passed; returns its last result. The bound is generous:
// it only decides how long a failing test takes.
template <typename Check>
auto wait_until(Check check, std::chrono::milliseconds at_most = std::chrono::seconds(20),
                std::chrono::microseconds every = std::chrono::milliseconds(1)) {
  const auto deadline = std::chrono::steady_clock::now() + at_most;
  for (;;) {
    auto result = check();
    if (result || std::chrono::steady_clock::now() >= deadline) return result;
    std::this_thread::sleep_for(every);
  }
}

}  // namespace footfall::support
