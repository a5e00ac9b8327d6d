// Looks names of hosts up in the system's resolver, which blocks, on a few threads of its own: whoever asks waits for
// as long as they choose, and a name that takes long delays nobody but those who ask for it and, beyond their bound,
// their own further names. Thread-safe.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "proto/base/clock.h"
#include "proto/base/host_addresses.h"
#include "proto/base/lifecycle.h"
#include "proto/base/thread_annotations.h"

namespace footfall::core {

struct HostLookupOptions {
  int threads = 16;              // look-ups at once
  int per_owner_max = 2;         // of these for one owner
  std::size_t asked_max = 4096;  // names that wait for a thread; beyond, a look-up ends without an address at once
  int waits_max = 4;             // calls of wait_for() at once; beyond, they end at once
  int waits_per_owner_max = 2;
  std::int64_t keep_us = 30'000'000;  // for so long an answer is good
  // Blocks; called on several threads. None: resolve_host().
  std::function<std::vector<HostAddress>(const std::string& host)> resolve = {};
};

// One look-up that somebody asked for. Whoever lets go of it before it has ended is not called.
class HostLookup {
 public:
  bool has_ended() const { return ended_.load(std::memory_order_acquire); }
  // After the end; empty: the name does not resolve.
  const std::vector<HostAddress>& addresses() const { return addresses_; }

 private:
  friend class HostLookups;
  std::vector<HostAddress> addresses_;
  std::function<void()> call_;
  std::atomic<bool> ended_ = false;
};

class HostLookups {
 public:
  // The clock must outlive it.
  HostLookups(HostLookupOptions options, const Clock& clock);
  // Waits for the look-ups under way; what waits for a thread never ends.
  ~HostLookups();
  HostLookups(const HostLookups&) = delete;
  HostLookups& operator=(const HostLookups&) = delete;

  // `owner`: whose names share a bound. `call`, if any, is made after the end, on a thread of the look-ups, unless the
  // answer is known already.
  std::shared_ptr<const HostLookup> begin(const std::string& host, std::uint64_t owner,
                                          std::function<void()> call = {});
  // Blocks the caller until there is an answer; none: there was none in time, or too many wait already.
  std::optional<std::vector<HostAddress>> wait_for(const std::string& host, std::uint64_t owner,
                                                   std::int64_t timeout_us);

 private:
  struct Asked {
    std::string host;
    std::uint64_t owner = 0;
    std::vector<std::weak_ptr<HostLookup>> askers;
    bool under_way = false;
  };
  struct Known {
    std::vector<HostAddress> addresses;
    std::int64_t until_us = 0;
  };
  void work();
  void forget_unwanted() FOOTFALL_REQUIRES(mutex_);  // what waits for a thread and nobody waits for
  std::shared_ptr<Asked> take_next() FOOTFALL_REQUIRES(mutex_);
  void end(const std::shared_ptr<Asked>& asked, std::vector<HostAddress> addresses);

  const HostLookupOptions options_;
  const Clock& clock_;
  Mutex mutex_;
  std::condition_variable_any asked_arrived_, look_up_ended_;
  bool stopping_ FOOTFALL_GUARDED_BY(mutex_) = false;
  std::deque<std::shared_ptr<Asked>> asked_ FOOTFALL_GUARDED_BY(mutex_);  // under way or waiting for a thread
  std::map<std::uint64_t, int> under_way_ FOOTFALL_GUARDED_BY(mutex_);    // by owner
  std::map<std::uint64_t, int> waits_ FOOTFALL_GUARDED_BY(mutex_);        // by owner
  int all_waits_ FOOTFALL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, Known> known_ FOOTFALL_GUARDED_BY(mutex_);
  std::vector<Worker> workers_;
};

}  // namespace footfall::core
