#include "core/ingest/job_thread.h"

#include "proto/base/result.h"

namespace footfall::core {

JobThread::JobThread(std::string name)
    : worker_(std::move(name), [this](std::stop_token stop) {
        MutexLock lock(mutex_);
        const auto has_job = [this] {
          mutex_.assert_held();
          return busy_;
        };
        while (changed_.wait(lock, stop, has_job)) {
          const auto job = std::move(job_);
          lock.unlock();
          job();
          lock.lock();
          busy_ = false;
          changed_.notify_all();
        }
      }) {}

void JobThread::start(std::function<void()> job) {
  const MutexLock lock(mutex_);
  FOOTFALL_CHECK(!busy_);
  job_ = std::move(job);
  busy_ = true;
  changed_.notify_all();
}

void JobThread::wait() {
  MutexLock lock(mutex_);
  changed_.wait(lock, [this] {
    mutex_.assert_held();
    return !busy_;
  });
}

}  // namespace footfall::core
