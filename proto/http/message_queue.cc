// A server that sleeps in wait() is woken by a futex, one that waits in epoll by an eventfd, and one that is awake need
// not be woken. Under load most messages find it awake and cost no more than a lock.
#include "proto/http/message_queue.h"

#include <linux/futex.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <utility>

#include "proto/base/result.h"

namespace footfall::http {

thread_local const MessageQueue* MessageQueue::bound_queue_ = nullptr;

void Messages::clear() {
  releases.clear();
  answers.clear();
  work.clear();
}

MessageQueue::MessageQueue() : event_fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) { FOOTFALL_CHECK(event_fd_ >= 0); }

MessageQueue::~MessageQueue() { ::close(event_fd_); }

// Whether the server's thread has to be woken for the message that was just added.
bool MessageQueue::needs_wake_up() {
  bool& is_woken = bound_queue_ == this ? scheduled_ : woken_;
  if (is_woken || (bound_queue_ == this && in_round_)) return false;
  return is_woken = true;
}

// The eventfd is watched edge-triggered and never read: each write is an edge of its own.
void MessageQueue::wake() {
  if (bound_queue_ == this) return schedule_();
  if (sleeping_.exchange(0) == 1) {
    syscall(SYS_futex, &sleeping_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
    return;
  }
  const std::uint64_t one = 1;
  const ssize_t written = ::write(event_fd_, &one, sizeof one);
  FOOTFALL_CHECK(written == sizeof one);
}

void MessageQueue::release(std::uint64_t ticket, bool safe) {
  MutexLock lock(mutex_);
  if (closed_) return;
  if (!queued_.releases.empty() && queued_.releases.back().safe == safe) {
    queued_.releases.back().ticket = std::max(queued_.releases.back().ticket, ticket);
  } else {
    queued_.releases.push_back({ticket, safe});
  }
  const bool wakes = needs_wake_up();
  lock.unlock();
  if (wakes) wake();
}

void MessageQueue::answer(DeferredResponse answer) {
  MutexLock lock(mutex_);
  if (closed_) return;
  queued_.answers.push_back(std::move(answer));
  const bool wakes = needs_wake_up();
  lock.unlock();
  if (wakes) wake();
}

void MessageQueue::post(std::function<void()> work) {
  MutexLock lock(mutex_);
  if (closed_) return;
  queued_.work.push_back(std::move(work));
  const bool wakes = needs_wake_up();
  lock.unlock();
  if (wakes) wake();
}

void MessageQueue::bind_to_this_thread(std::function<void()> schedule) {
  schedule_ = std::move(schedule);
  bound_queue_ = this;
}

void MessageQueue::unbind() {
  bound_queue_ = nullptr;
  schedule_ = nullptr;
}

// A wake-up that finds sleeping_ set needs no eventfd: the sleeper takes the messages next. One that comes before it is
// set has added its message already, and that is seen under the lock.
bool MessageQueue::wait(std::int64_t us) {
  {
    const MutexLock lock(mutex_);
    if (woken_ || !queued_.empty()) return true;
    sleeping_.store(1);
  }
  const timespec limit{.tv_sec = us / 1'000'000, .tv_nsec = us % 1'000'000 * 1000};
  syscall(SYS_futex, &sleeping_, FUTEX_WAIT_PRIVATE, 1, &limit, nullptr, 0);
  return sleeping_.exchange(0) == 0;
}

bool MessageQueue::take(Messages& out) {
  out.clear();
  scheduled_ = false;
  const MutexLock lock(mutex_);
  woken_ = false;
  std::swap(out, queued_);
  return !out.empty();
}

void MessageQueue::close() {
  Messages dropped;  // destroyed after the lock is released, because what it holds may add messages of its own
  const MutexLock lock(mutex_);
  closed_ = true;
  std::swap(dropped, queued_);
}

DeferredAnswer::State::~State() {
  if (handle != nullptr) messages->answer(DeferredResponse{std::move(handle), 0, {}, {}, {}});
}

void DeferredAnswer::send(const Response& response) {
  FOOTFALL_CHECK(state_ != nullptr && state_->handle != nullptr);
  state_->messages->answer(DeferredResponse{std::exchange(state_->handle, nullptr), response.status,
                                            std::string(response.content_type), std::string(response.extra_fields),
                                            std::string(response.body), response.close, response.head_length});
}

}  // namespace footfall::http
