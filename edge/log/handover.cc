#include "edge/log/handover.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <ctime>

// A futex rather than std::atomic::wait: that has no timeout, and spins before it sleeps.
namespace footfall::edge {

void ThreadWaker::wake() {
  std::atomic_thread_fence(std::memory_order_seq_cst);  // what was handed over is visible before we look
  if (sleeping_.load(std::memory_order_seq_cst) == 0) return;
  if (sleeping_.exchange(0, std::memory_order_seq_cst) == 0) return;
  syscall(SYS_futex, &sleeping_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

void ThreadWaker::sleep(std::int64_t us) {
  const timespec limit{.tv_sec = us / 1'000'000, .tv_nsec = us % 1'000'000 * 1000};
  syscall(SYS_futex, &sleeping_, FUTEX_WAIT_PRIVATE, 1, &limit, nullptr, 0);
}

}  // namespace footfall::edge
