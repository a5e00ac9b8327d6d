// The country of an address, from a MaxMind database (GeoLite2-Country or one like it) that the operator may provide.
// The file is followed: a few seconds after it has changed, look-ups use what it says now. A file that cannot be read
// leaves the database that is in use.
//
// The database is copied into memory when it is opened, so that whatever happens to the file afterwards harms nobody.
// Bound: 256 MiB; beyond, it is refused. Two of them exist while one takes the place of the other, and longer for
// workers without visitors.
//
// The only door to libmaxminddb.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "proto/base/clock.h"
#include "proto/base/lifecycle.h"
#include "proto/base/metrics.h"
#include "proto/base/result.h"
#include "proto/base/thread_annotations.h"
#include "proto/http/message.h"

namespace footfall::edge {

class CountryDatabase {  // thread-safe
 public:
  static Result<std::shared_ptr<const CountryDatabase>> open(const std::string& path);
  ~CountryDatabase();
  CountryDatabase(const CountryDatabase&) = delete;
  CountryDatabase& operator=(const CountryDatabase&) = delete;

  // Two upper-case letters (ISO 3166-1), which live as long as the database; empty: unknown.
  std::string_view find(const http::Address& address) const;

 private:
  struct Opened;
  explicit CountryDatabase(std::unique_ptr<Opened> opened);
  std::unique_ptr<Opened> opened_;
};

// The database of now, for all workers, and the thread that follows the file.
class Countries {
 public:
  // `path` empty: there is none, every country is unknown, and no thread runs. Clock and metrics outlive it.
  Countries(std::string path, const Clock& clock, Metrics& metrics);

  void start();
  // Reads the file if it is not the one that was read last. Called by the thread, and by tests.
  void look();

  // Any thread. Raised each time when there is another database.
  std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }
  std::shared_ptr<const CountryDatabase> database() const;

 private:
  const std::string path_;
  const Clock& clock_;
  Gauge& loaded_;
  Counter& failures_;
  std::string seen_;  // what the file was when it was read last: size, times, number
  mutable Mutex mutex_;
  std::shared_ptr<const CountryDatabase> database_ FOOTFALL_GUARDED_BY(mutex_);
  std::atomic<std::uint64_t> generation_{0};
  Worker thread_;
};

// One worker's way to it: no lock but once after each change of the file. One thread.
class CountryLookup {
 public:
  CountryLookup() = default;  // every country is unknown
  explicit CountryLookup(const Countries& countries) : countries_(&countries) {}

  // Two upper-case letters, valid until the next call; empty: unknown.
  std::string_view find(const http::Address& address);

 private:
  const Countries* countries_ = nullptr;
  std::uint64_t generation_ = 0;
  std::shared_ptr<const CountryDatabase> database_;
};

}  // namespace footfall::edge
