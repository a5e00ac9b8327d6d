// Each thread owns a slot number from its first count to its end, and so counts without a locked instruction. The last
// slot is common to the threads that came too late; only there addition is atomic. A number that its thread gave back
// goes to a later thread through the mutex of the list, which also orders their stores.
#include "proto/base/metrics.h"

#include <prometheus/check_names.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <limits>
#include <map>
#include <sstream>
#include <variant>

#include "proto/base/result.h"
#include "proto/base/thread_annotations.h"

namespace footfall {
namespace {

constexpr unsigned kCommonSlot = kMetricShards - 1;
constexpr unsigned kNoSlot = kMetricShards;

class SlotNumbers {
 public:
  SlotNumbers() {
    const MutexLock lock(mutex_);
    for (unsigned slot = kCommonSlot; slot-- > 0;) free_.push_back(slot);
  }
  unsigned take() {
    const MutexLock lock(mutex_);
    if (free_.empty()) return kCommonSlot;
    const unsigned slot = free_.back();
    free_.pop_back();
    return slot;
  }
  void give_back(unsigned slot) {
    const MutexLock lock(mutex_);
    if (slot < kCommonSlot) free_.push_back(slot);
  }

 private:
  Mutex mutex_;
  std::vector<unsigned> free_ FOOTFALL_GUARDED_BY(mutex_);
};

SlotNumbers& slot_numbers() {
  static auto* const numbers = new SlotNumbers;  // never destroyed: threads may outlive statics
  return *numbers;
}

// Plain, so that it may be read after the thread's destructors ran; those leave the common slot behind.
constinit thread_local unsigned this_thread_slot = kNoSlot;

struct SlotLease {
  ~SlotLease() {
    slot_numbers().give_back(this_thread_slot);
    this_thread_slot = kCommonSlot;
  }
};

unsigned take_slot() {
  this_thread_slot = slot_numbers().take();
  thread_local const SlotLease lease;
  static_cast<void>(&lease);
  return this_thread_slot;
}

inline unsigned slot_of_this_thread() { return this_thread_slot != kNoSlot ? this_thread_slot : take_slot(); }

template <typename Number>
void count(std::atomic<Number>& cell, Number n, unsigned slot) {
  if (slot == kCommonSlot) {
    cell.fetch_add(n, std::memory_order_relaxed);
  } else {
    cell.store(cell.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
}

}  // namespace

void Counter::add(std::uint64_t n) noexcept {
  const unsigned slot = slot_of_this_thread();
  count(slots_[slot].count, n, slot);
}

std::uint64_t Counter::value() const noexcept {
  std::uint64_t sum = 0;
  for (const Slot& slot : slots_) sum += slot.count.load(std::memory_order_relaxed);
  return sum;
}

// Its buckets lie on cache lines of their own.
struct alignas(64) Histogram::Shard {
  struct alignas(64) Line {
    std::atomic<std::uint64_t> counts[8];
  };
  std::unique_ptr<Line[]> lines;
  std::atomic<double> sum{0};

  std::atomic<std::uint64_t>& bucket(std::size_t i) const { return lines[i / 8].counts[i % 8]; }
};

Histogram::Histogram(std::vector<double> bounds)
    : bounds_(std::move(bounds)), shards_(new Shard[kMetricShards], [](Shard* shards) { delete[] shards; }) {
  FOOTFALL_CHECK(!bounds_.empty() && std::ranges::is_sorted(bounds_, std::less_equal{}));
  for (std::size_t i = 0; i < kMetricShards; ++i) {
    shards_[i].lines = std::make_unique<Shard::Line[]>(bounds_.size() / 8 + 1);
  }
}

void Histogram::observe(double value) noexcept {
  const auto bucket = static_cast<std::size_t>(std::ranges::lower_bound(bounds_, value) - bounds_.begin());
  const unsigned slot = slot_of_this_thread();
  count(shards_[slot].bucket(bucket), std::uint64_t{1}, slot);
  count(shards_[slot].sum, value, slot);
}

Histogram::Sums Histogram::sums() const {
  Sums out{std::vector<std::uint64_t>(bounds_.size() + 1), 0, 0};
  for (std::size_t i = 0; i < kMetricShards; ++i) {
    for (std::size_t bucket = 0; bucket <= bounds_.size(); ++bucket) {
      out.cumulative[bucket] += shards_[i].bucket(bucket).load(std::memory_order_relaxed);
    }
    out.sum += shards_[i].sum.load(std::memory_order_relaxed);
  }
  for (std::size_t bucket = 1; bucket <= bounds_.size(); ++bucket) {
    out.cumulative[bucket] += out.cumulative[bucket - 1];
  }
  out.count = out.cumulative.back();
  return out;
}

struct Metrics::Implementation {
  using Reader = std::function<double()>;
  using Cell = std::variant<std::unique_ptr<Counter>, std::unique_ptr<Gauge>, std::unique_ptr<Histogram>, Reader>;
  struct Family {
    std::string help;
    prometheus::MetricType type;
    std::map<MetricLabels, Cell> cells;
  };

  mutable Mutex mutex;
  std::map<std::string, Family> families FOOTFALL_GUARDED_BY(mutex);

  // The cell for a name and its labels; `fresh` when it still has to be filled.
  std::pair<Cell&, bool> cell(std::string name, std::string help, prometheus::MetricType type, MetricLabels labels)
      FOOTFALL_REQUIRES(mutex) {
    FOOTFALL_CHECK(prometheus::CheckMetricName(name) && !help.empty());
    FOOTFALL_CHECK((type == prometheus::MetricType::Counter) == name.ends_with("_total"));
    std::ranges::sort(labels);
    for (std::size_t i = 0; i < labels.size(); ++i) {
      FOOTFALL_CHECK(prometheus::CheckLabelName(labels[i].first) && labels[i].first != "le");
      FOOTFALL_CHECK(i == 0 || labels[i].first != labels[i - 1].first);
    }
    Family& family = families.try_emplace(std::move(name), Family{help, type, {}}).first->second;
    FOOTFALL_CHECK(family.type == type && family.help == help);
    const auto [found, fresh] = family.cells.try_emplace(std::move(labels));
    return {found->second, fresh};
  }

  template <typename Metric, typename... Arguments>
  Metric& metric(std::string name, std::string help, prometheus::MetricType type, MetricLabels labels,
                 Arguments&&... arguments) {
    const MutexLock lock(mutex);
    const auto [found, fresh] = cell(std::move(name), std::move(help), type, std::move(labels));
    if (fresh) found = std::make_unique<Metric>(std::forward<Arguments>(arguments)...);
    FOOTFALL_CHECK(std::holds_alternative<std::unique_ptr<Metric>>(found));
    return *std::get<std::unique_ptr<Metric>>(found);
  }

  void reader(std::string name, std::string help, prometheus::MetricType type, MetricLabels labels, Reader read) {
    const MutexLock lock(mutex);
    const auto [found, fresh] = cell(std::move(name), std::move(help), type, std::move(labels));
    FOOTFALL_CHECK(fresh || std::holds_alternative<Reader>(found));
    found = std::move(read);
  }
};

namespace {

void fill(prometheus::ClientMetric& out, const Histogram& histogram) {
  const Histogram::Sums sums = histogram.sums();
  out.histogram.sample_count = sums.count;
  out.histogram.sample_sum = sums.sum;
  for (std::size_t i = 0; i < sums.cumulative.size(); ++i) {
    const bool last = i == histogram.bounds().size();
    out.histogram.bucket.push_back(
        {sums.cumulative[i], last ? std::numeric_limits<double>::infinity() : histogram.bounds()[i]});
  }
}

}  // namespace

Metrics::Metrics() : implementation_(std::make_unique<Implementation>()) {}
Metrics::~Metrics() = default;

Counter& Metrics::counter(std::string name, std::string help, MetricLabels labels) {
  return implementation_->metric<Counter>(std::move(name), std::move(help), prometheus::MetricType::Counter,
                                          std::move(labels));
}

Gauge& Metrics::gauge(std::string name, std::string help, MetricLabels labels) {
  return implementation_->metric<Gauge>(std::move(name), std::move(help), prometheus::MetricType::Gauge,
                                        std::move(labels));
}

Histogram& Metrics::histogram(std::string name, std::string help, std::vector<double> bounds, MetricLabels labels) {
  Histogram& out = implementation_->metric<Histogram>(std::move(name), std::move(help),
                                                      prometheus::MetricType::Histogram, std::move(labels), bounds);
  FOOTFALL_CHECK(out.bounds() == bounds);
  return out;
}

void Metrics::gauge_function(std::string name, std::string help, std::function<double()> read, MetricLabels labels) {
  implementation_->reader(std::move(name), std::move(help), prometheus::MetricType::Gauge, std::move(labels),
                          std::move(read));
}

void Metrics::counter_function(std::string name, std::string help, std::function<double()> read, MetricLabels labels) {
  implementation_->reader(std::move(name), std::move(help), prometheus::MetricType::Counter, std::move(labels),
                          std::move(read));
}

std::string Metrics::expose() const {
  std::vector<prometheus::MetricFamily> families;
  {
    const MutexLock lock(implementation_->mutex);
    for (const auto& [name, family] : implementation_->families) {
      prometheus::MetricFamily& out = families.emplace_back();
      out.name = name;
      out.help = family.help;
      out.type = family.type;
      for (const auto& [labels, cell] : family.cells) {
        prometheus::ClientMetric& metric = out.metric.emplace_back();
        for (const auto& [label, value] : labels) metric.label.push_back({label, value});
        double value = 0;
        if (const auto* counter = std::get_if<std::unique_ptr<Counter>>(&cell)) {
          value = static_cast<double>((*counter)->value());
        } else if (const auto* gauge = std::get_if<std::unique_ptr<Gauge>>(&cell)) {
          value = (*gauge)->value();
        } else if (const auto* read = std::get_if<Implementation::Reader>(&cell)) {
          value = (*read)();
        } else {
          fill(metric, *std::get<std::unique_ptr<Histogram>>(cell));
        }
        metric.counter.value = metric.gauge.value = value;
      }
    }
  }
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, families);
  return out.str();
}

}  // namespace footfall
