#include "core/api/worker_pool.h"

#include <exception>

#include "proto/base/logging.h"

namespace footfall::core {

WorkerPool::WorkerPool(WorkerPoolOptions options, const Clock& clock, Metrics& metrics)
    : options_(std::move(options)),
      clock_(clock),
      local_windows_(clock),
      rounds_(clock, options_.postgres_url),
      queued_(metrics.gauge("footfall_api_queue_calls", "Calls that wait for a worker")),
      busy_(metrics.gauge("footfall_api_busy_workers", "Workers at work on a call")),
      refused_(metrics.counter("footfall_api_queue_refused_total", "Calls refused because the queue was full")) {
  metrics.gauge("footfall_api_workers", "Size of the pool").set(static_cast<double>(options_.workers));
  for (std::int64_t number = 0; number < options_.workers; ++number) {
    workers_.emplace_back("api-" + std::to_string(number),
                          [this, number](const std::stop_token&) { work(static_cast<unsigned>(number)); });
  }
}

WorkerPool::~WorkerPool() { stop(); }

bool WorkerPool::submit(Job job) {
  {
    const MutexLock lock(mutex_);
    if (stopping_ || queue_.size() >= static_cast<std::size_t>(options_.queue_max)) {
      refused_.add();
      return false;
    }
    queue_.push_back(std::move(job));
    queued_.set(static_cast<double>(queue_.size()));
  }
  arrived_.notify_one();
  return true;
}

void WorkerPool::stop() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_all();
  for (Worker& worker : workers_) worker.join();
  workers_.clear();
}

void WorkerPool::work(unsigned number) {
  Database database(options_.postgres_url, "footfall-core api " + std::to_string(number));
  const std::unique_ptr<redis::Redis> redis = redis::make_client(options_.redis);
  Limiter limiter(*redis, local_windows_);
  WorkerContext context{database,
                        limiter,
                        rounds_,
                        known_callers_,
                        clock_,
                        options_.looks_at_links,
                        options_.deposits,
                        *options_.payments,
                        options_.webhooks,
                        options_.site,
                        options_.registration};
  while (true) {
    Job job;
    {
      MutexLock lock(mutex_);
      arrived_.wait(lock, [this] {
        mutex_.assert_held();
        return stopping_ || !queue_.empty();
      });
      if (queue_.empty()) return;
      job = std::move(queue_.front());
      queue_.pop_front();
      queued_.set(static_cast<double>(queue_.size()));
    }
    busy_.add(1);
    try {
      job(context);
    } catch (const std::exception& error) {
      database.disconnect();  // with a transaction that it may have left open
      log_error("api.job.threw", {{"what", error.what()}});
    }
    job = nullptr;  // a call that it left unanswered is answered now
    busy_.add(-1);
  }
}

}  // namespace footfall::core
