#include "edge/geo/countries.h"

#include <sys/stat.h>

#include <utility>

#include "proto/base/logging.h"

namespace footfall::edge {
namespace {

constexpr std::int64_t kLookIntervalUs = 5'000'000;

// Changes whenever the file is another one or has been written to. Empty: there is none.
std::string state_of(const std::string& path) {
  struct stat found{};
  if (::stat(path.c_str(), &found) != 0) return {};
  std::string state;
  for (const std::int64_t part :
       {static_cast<std::int64_t>(found.st_dev), static_cast<std::int64_t>(found.st_ino),
        static_cast<std::int64_t>(found.st_size), static_cast<std::int64_t>(found.st_mtim.tv_sec),
        static_cast<std::int64_t>(found.st_mtim.tv_nsec)}) {
    state += std::to_string(part) + " ";
  }
  return state;
}

}  // namespace

Countries::Countries(std::string path, const Clock& clock, Metrics& metrics)
    : path_(std::move(path)),
      clock_(clock),
      loaded_(metrics.gauge("footfall_edge_countries_loaded_timestamp_seconds",
                            "When the database of countries was last read; 0: none is in use.")),
      failures_(metrics.counter("footfall_edge_countries_failures_total",
                                "Times that the database of countries could not be read.")) {}

void Countries::start() {
  if (path_.empty()) return;
  look();
  thread_ = Worker("ff-countries", [this](const std::stop_token& stop) {
    while (!sleep_or_stop(stop, kLookIntervalUs)) look();
  });
}

void Countries::look() {
  std::string state = state_of(path_);
  if (state == seen_ && !state.empty()) return;
  auto opened = CountryDatabase::open(path_);
  seen_ = std::move(state);  // of before it was read: what was written meanwhile is read again
  if (!opened) {
    failures_.add();
    log_warn_limited("countries.not_read", {{"why", opened.error().message}});
    return;
  }
  {
    const MutexLock lock(mutex_);
    database_ = std::move(*opened);
  }
  generation_.fetch_add(1, std::memory_order_release);
  loaded_.set(static_cast<double>(clock_.wall_us()) / 1e6);
  log_info("countries.read", {{"path", path_}});
}

std::shared_ptr<const CountryDatabase> Countries::database() const {
  const MutexLock lock(mutex_);
  return database_;
}

std::string_view CountryLookup::find(const http::Address& address) {
  if (countries_ == nullptr) return {};
  if (const std::uint64_t generation = countries_->generation(); generation != generation_) {
    database_ = countries_->database();
    generation_ = generation;
  }
  return database_ ? database_->find(address) : std::string_view();
}

}  // namespace footfall::edge
