// The fixed pool that answers requests: N workers, each with its own connection to PostgreSQL and to Redis. The number
// of workers is the limit on concurrent work; requests beyond wait in a queue of queue_max, and beyond that submit()
// refuses them at once (the dispatcher answers 503 in the dialect's form).
//
// Threads: submit() from any; a job runs on one worker. stop() lets queued jobs finish. An exception that leaves a job
// is logged and ends that job alone.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/api/worker_context.h"
#include "proto/base/lifecycle.h"
#include "proto/base/metrics.h"
#include "proto/base/thread_annotations.h"

namespace footfall::core {

struct WorkerPoolOptions {
  std::int64_t workers = 8;
  std::int64_t queue_max = 1'024;
  std::string postgres_url;
  redis::Options redis;
  // Whether an agent looks at links for somebody else: link previews, crawlers. Thread-safe.
  std::function<bool(std::string_view user_agent)> looks_at_links;
  DepositSettings deposits;
  std::shared_ptr<const PaymentProviders> payments;  // never null
  WebhookSettings webhooks;
  Site site;
  RegistrationSettings registration;
};

class WorkerPool {
 public:
  using Job = std::function<void(WorkerContext&)>;
  WorkerPool(WorkerPoolOptions options, const Clock& clock, Metrics& metrics);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // False: the queue is full (or the pool stops); the job was not taken.
  bool submit(Job job);
  void stop();

 private:
  void work(unsigned number);

  WorkerPoolOptions options_;
  const Clock& clock_;
  LocalWindows local_windows_;
  ConversionRounds rounds_;
  KnownCallers known_callers_;
  Mutex mutex_;
  std::condition_variable_any arrived_;
  std::deque<Job> queue_ FOOTFALL_GUARDED_BY(mutex_);
  bool stopping_ FOOTFALL_GUARDED_BY(mutex_) = false;
  Gauge& queued_;
  Gauge& busy_;
  Counter& refused_;
  std::vector<Worker> workers_;
};

}  // namespace footfall::core
