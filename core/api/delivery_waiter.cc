#include "core/api/delivery_waiter.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/storage/webhook_deliveries.h"
#include "proto/base/logging.h"

namespace footfall::core {

DeliveryWaiter::DeliveryWaiter(DeliveryWaiterOptions options, const Clock& clock, Metrics& metrics)
    : options_(std::move(options)),
      clock_(clock),
      waiting_(metrics.gauge("footfall_api_ping_waits", "Calls that wait for the end of a test ping")),
      thread_("delivery-waiter", [this](const std::stop_token& stop) { run(stop); }) {}

DeliveryWaiter::~DeliveryWaiter() { stop(); }

void DeliveryWaiter::stop() {
  {
    const MutexLock lock(mutex_);
    if (std::exchange(stopped_, true)) return;
  }
  thread_.request_stop();
  wake_up_.notify_all();
  thread_.join();
}

void DeliveryWaiter::wait_for(std::string delivery, Done done) {
  {
    const MutexLock lock(mutex_);
    if (!stopped_ && waiting_count_ < kWaitingMax) {
      waiting_.set(static_cast<double>(++waiting_count_));
      new_waits_.push_back({std::move(delivery), clock_.steady_us() + options_.bound_us, std::move(done)});
      done = nullptr;
    }
  }
  if (done) {
    done();
  } else {
    wake_up_.notify_one();
  }
}

std::vector<DeliveryWaiter::PendingWait> DeliveryWaiter::take_ended(Database& database,
                                                                    std::vector<PendingWait>& under_way,
                                                                    bool stopping) const {
  std::vector<std::string> ids;
  for (const PendingWait& wait : under_way) ids.push_back(wait.delivery);
  auto ended = ended_deliveries(database, ids);
  if (!ended) log_warn_limited("api.delivery_waiter", {{"reason", ended.error().message}});
  const std::int64_t now_us = clock_.steady_us();
  const auto rest = std::stable_partition(under_way.begin(), under_way.end(), [&](const PendingWait& wait) {
    const bool has_ended = ended && std::ranges::find(*ended, wait.delivery) != ended->end();
    return !has_ended && !stopping && now_us < wait.deadline_us;
  });
  std::vector<PendingWait> over(std::make_move_iterator(rest), std::make_move_iterator(under_way.end()));
  under_way.erase(rest, under_way.end());
  return over;
}

void DeliveryWaiter::run(const std::stop_token& stop) {
  Database database(options_.postgres_url, "footfall-core delivery waiter");
  std::vector<PendingWait> under_way;
  while (true) {
    {
      MutexLock lock(mutex_);
      if (under_way.empty()) {
        wake_up_.wait(lock, stop, [this] {
          mutex_.assert_held();
          return !new_waits_.empty();
        });
      }
      std::ranges::move(std::exchange(new_waits_, {}), std::back_inserter(under_way));
    }
    const bool stopping = stop.stop_requested();
    if (under_way.empty() && stopping) return;
    std::vector<PendingWait> over = take_ended(database, under_way, stopping);
    if (!over.empty()) {
      const MutexLock lock(mutex_);
      waiting_count_ -= over.size();
      waiting_.set(static_cast<double>(waiting_count_));
    }
    for (PendingWait& wait : over) wait.done();
    if (!under_way.empty()) sleep_or_stop(stop, options_.poll_us);
  }
}

}  // namespace footfall::core
