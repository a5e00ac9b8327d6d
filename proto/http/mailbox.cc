#include "proto/http/mailbox.h"

#include <linux/futex.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <utility>

#include "proto/base/result.h"

namespace footfall::http {

thread_local const Mailbox* Mailbox::attended_ = nullptr;

void Mail::clear() {
  releases.clear();
  answers.clear();
  work.clear();
}

Mailbox::Mailbox() : event_fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) { FOOTFALL_CHECK(event_fd_ >= 0); }

Mailbox::~Mailbox() { ::close(event_fd_); }

// The eventfd is watched edge-triggered and never read: each write is an edge of its own.
void Mailbox::wake(std::unique_lock<std::mutex>& lock) {
  if (attended_ == this) {
    if (in_round_ || soon_said_) return;
    soon_said_ = true;
    lock.unlock();
    soon_();
    return;
  }
  if (woken_) return;
  woken_ = true;
  lock.unlock();
  if (sleeping_.exchange(0) == 1) {
    syscall(SYS_futex, &sleeping_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
    return;
  }
  const std::uint64_t one = 1;
  const ssize_t written = ::write(event_fd_, &one, sizeof one);
  FOOTFALL_CHECK(written == sizeof one);
}

void Mailbox::release(std::uint64_t ticket, bool safe) {
  std::unique_lock lock(mutex_);
  if (closed_) return;
  if (!mail_.releases.empty() && mail_.releases.back().safe == safe) {
    mail_.releases.back().ticket = std::max(mail_.releases.back().ticket, ticket);
  } else {
    mail_.releases.push_back({ticket, safe});
  }
  wake(lock);
}

void Mailbox::answer(LateAnswer answer) {
  std::unique_lock lock(mutex_);
  if (closed_) return;
  mail_.answers.push_back(std::move(answer));
  wake(lock);
}

void Mailbox::post(std::function<void()> work) {
  std::unique_lock lock(mutex_);
  if (closed_) return;
  mail_.work.push_back(std::move(work));
  wake(lock);
}

void Mailbox::attend(std::function<void()> soon) {
  soon_ = std::move(soon);
  attended_ = this;
}

void Mailbox::leave() {
  attended_ = nullptr;
  soon_ = nullptr;
}

// A wake-up that finds sleeping_ set needs no eventfd: the sleeper takes its mail next. One that comes before it is set
// has put its mail in already, which is seen under the lock.
bool Mailbox::wait(std::int64_t us) {
  {
    const std::lock_guard lock(mutex_);
    if (woken_ || !mail_.empty()) return true;
    sleeping_.store(1);
  }
  const timespec limit{.tv_sec = us / 1'000'000, .tv_nsec = us % 1'000'000 * 1000};
  syscall(SYS_futex, &sleeping_, FUTEX_WAIT_PRIVATE, 1, &limit, nullptr, 0);
  return sleeping_.exchange(0) == 0;
}

bool Mailbox::take(Mail& mail) {
  mail.clear();
  soon_said_ = false;
  const std::lock_guard lock(mutex_);
  woken_ = false;
  std::swap(mail, mail_);
  return !mail.empty();
}

void Mailbox::close() {
  Mail unheard;  // dies after the lock is gone: what it holds may send answers of its own
  const std::lock_guard lock(mutex_);
  closed_ = true;
  std::swap(unheard, mail_);
}

DeferredAnswer::State::~State() {
  if (link != nullptr) mailbox->answer(LateAnswer{std::move(link), 0, {}, {}, {}});
}

void DeferredAnswer::send(const Response& response) {
  FOOTFALL_CHECK(state_ != nullptr && state_->link != nullptr);
  state_->mailbox->answer(LateAnswer{std::exchange(state_->link, nullptr), response.status,
                                     std::string(response.content_type), std::string(response.extra_fields),
                                     std::string(response.body), response.close, response.head_length});
}

}  // namespace footfall::http
