// Metrics in Prometheus' text format. Only this unit includes prometheus-cpp, and only its serialiser is used: its
// registry takes locks on the hot path, so counting is done here.
//
// Counter and Histogram are sharded: a thread counts in a slot of its own with a plain relaxed store, and a scrape sums
// the slots. Handles are resolved once, in a probe's constructor, and live as long as the Metrics. Never a link, an
// account or an address as a label.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace footfall {

using MetricLabels = std::vector<std::pair<std::string, std::string>>;

inline constexpr std::size_t kMetricShards = 64;  // threads beyond share slots by atomic addition

class Counter {
 public:
  void add(std::uint64_t n = 1) noexcept;
  std::uint64_t value() const noexcept;

 private:
  struct alignas(64) Slot {
    std::atomic<std::uint64_t> count{0};
  };
  Slot slots_[kMetricShards];
};

class Gauge {
 public:
  void set(double value) noexcept { value_.store(value, std::memory_order_relaxed); }
  void add(double delta) noexcept { value_.fetch_add(delta, std::memory_order_relaxed); }
  double value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

class Histogram {
 public:
  explicit Histogram(std::vector<double> bounds);
  void observe(double value) noexcept;  // in the unit its name ends in (seconds, bytes)
  struct Sums {
    std::vector<std::uint64_t> cumulative;  // one per bound, then +Inf
    std::uint64_t count;
    double sum;
  };
  Sums sums() const;
  const std::vector<double>& bounds() const { return bounds_; }

 private:
  std::vector<double> bounds_;
  struct Shard;
  std::unique_ptr<Shard[], void (*)(Shard*)> shards_;
};

// Thread-safe. Registering the same name and labels again returns the same object; the same name with another type or
// help is a programmer's error.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  Counter& counter(std::string name, std::string help, MetricLabels labels = {});
  Gauge& gauge(std::string name, std::string help, MetricLabels labels = {});
  Histogram& histogram(std::string name, std::string help, std::vector<double> bounds, MetricLabels labels = {});
  // A value computed at scrape, on the scraping thread.
  void gauge_function(std::string name, std::string help, std::function<double()> read, MetricLabels labels = {});
  void counter_function(std::string name, std::string help, std::function<double()> read, MetricLabels labels = {});

  std::string expose() const;  // text/plain; version=0.0.4

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace footfall
