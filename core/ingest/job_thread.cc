#include "core/ingest/job_thread.h"

#include "proto/base/result.h"

namespace footfall::core {

JobThread::JobThread(std::string name)
    : worker_(std::move(name), [this](std::stop_token stop) {
        std::unique_lock lock(mutex_);
        while (changed_.wait(lock, stop, [this] { return busy_; })) {
          lock.unlock();
          job_();
          lock.lock();
          busy_ = false;
          changed_.notify_all();
        }
      }) {}

void JobThread::start(std::function<void()> job) {
  const std::lock_guard lock(mutex_);
  FOOTFALL_CHECK(!busy_);
  job_ = std::move(job);
  busy_ = true;
  changed_.notify_all();
}

void JobThread::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !busy_; });
}

}  // namespace footfall::core
