#include "proto/base/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace footfall {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr int kAdds = 100'000;

void in_threads(int threads, const std::function<void()>& body) {
  std::vector<std::thread> running;
  for (int i = 0; i < threads; ++i) running.emplace_back(body);
  for (auto& thread : running) thread.join();
}

TEST(Metrics, ExposesTextFormat) {
  Metrics metrics;
  metrics.counter("trial_requests_total", "Requests.", {{"status", "302"}, {"dialect", "selgeo"}}).add(3);
  metrics.counter("trial_requests_total", "Requests.", {{"dialect", "selgeo"}, {"status", "404"}}).add();
  metrics.gauge("trial_depth", "Depth.").set(2.5);
  metrics.gauge_function("trial_now", "Read at scrape.", [] { return 7.0; });
  metrics.counter_function("trial_reads_total", "Read at scrape.", [] { return 9.0; }, {{"kind", "a\"b\\c\nd"}});
  const std::string text = metrics.expose();
  EXPECT_THAT(text, HasSubstr("# HELP trial_requests_total Requests.\n# TYPE trial_requests_total counter\n"
                              "trial_requests_total{dialect=\"selgeo\",status=\"302\"} 3\n"
                              "trial_requests_total{dialect=\"selgeo\",status=\"404\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE trial_depth gauge\ntrial_depth 2.5\n"));
  EXPECT_THAT(text, HasSubstr("trial_now 7\n"));
  EXPECT_THAT(text, HasSubstr("trial_reads_total{kind=\"a\\\"b\\\\c\\nd\"} 9\n"));
}

TEST(Metrics, ExposesHistograms) {
  Metrics metrics;
  Histogram& histogram = metrics.histogram("trial_seconds", "Time.", {0.1, 1, 10});
  for (const double value : {0.05, 0.1, 0.5, 5.0, 50.0}) histogram.observe(value);
  const std::string text = metrics.expose();
  EXPECT_THAT(text, HasSubstr("# TYPE trial_seconds histogram\n"));
  EXPECT_THAT(text, HasSubstr("trial_seconds_count 5\n"));
  EXPECT_THAT(text, HasSubstr("trial_seconds_sum 55.65\n"));
  EXPECT_THAT(text, HasSubstr("trial_seconds_bucket{le=\"0.1\"} 2\n"));  // a bound belongs to its bucket
  EXPECT_THAT(text, HasSubstr("trial_seconds_bucket{le=\"1\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("trial_seconds_bucket{le=\"10\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("trial_seconds_bucket{le=\"+Inf\"} 5\n"));
}

TEST(Metrics, TheSameNameAndLabelsAreTheSameObject) {
  Metrics metrics;
  EXPECT_EQ(&metrics.counter("trial_total", "x", {{"a", "1"}, {"b", "2"}}),
            &metrics.counter("trial_total", "x", {{"b", "2"}, {"a", "1"}}));
  EXPECT_NE(&metrics.counter("trial_total", "x", {{"a", "1"}, {"b", "2"}}), &metrics.counter("trial_total", "x"));
  EXPECT_EQ(&metrics.histogram("trial_bytes", "x", {1, 2}), &metrics.histogram("trial_bytes", "x", {1, 2}));
}

TEST(Metrics, ALaterFunctionReplacesTheEarlier) {
  Metrics metrics;
  metrics.gauge_function("trial_now", "x", [] { return 1.0; });
  metrics.gauge_function("trial_now", "x", [] { return 2.0; });
  EXPECT_THAT(metrics.expose(), HasSubstr("trial_now 2\n"));
  EXPECT_THAT(metrics.expose(), Not(HasSubstr("trial_now 1\n")));
}

TEST(MetricsDeath, RefusesProgrammersErrors) {
  Metrics metrics;
  metrics.counter("trial_total", "x");
  metrics.histogram("trial_seconds", "x", {1});
  EXPECT_DEATH(metrics.counter("trial total", "x"), "check.failed");
  EXPECT_DEATH(metrics.counter("trial_requests", "x"), "check.failed");   // a counter ends in _total
  EXPECT_DEATH(metrics.gauge("trial_depth_total", "x"), "check.failed");  // and nothing else does
  EXPECT_DEATH(metrics.counter("trial_total", "other help"), "check.failed");
  EXPECT_DEATH(metrics.gauge("trial_seconds", "x"), "check.failed");  // another type
  EXPECT_DEATH(metrics.histogram("trial_seconds", "x", {2}), "check.failed");
  EXPECT_DEATH(metrics.counter("trial_a_total", "x", {{"0bad", "1"}}), "check.failed");
  EXPECT_DEATH(metrics.counter("trial_a_total", "x", {{"a", "1"}, {"a", "2"}}), "check.failed");
  EXPECT_DEATH(metrics.gauge("trial_a", "x", {{"le", "1"}}), "check.failed");
  EXPECT_DEATH(metrics.histogram("trial_b", "x", {2, 1}), "check.failed");
  EXPECT_DEATH(metrics.gauge("trial_c", ""), "check.failed");
}

TEST(Counter, EightThreadsLoseNothing) {
  Metrics metrics;
  Counter& counter = metrics.counter("trial_total", "x");
  Histogram& histogram = metrics.histogram("trial_seconds", "x", {1, 2, 3, 4, 5, 6, 7, 8, 9});
  Gauge& gauge = metrics.gauge("trial_depth", "x");
  in_threads(8, [&] {
    for (int i = 0; i < kAdds; ++i) {
      counter.add(2);
      gauge.add(1);
      histogram.observe(static_cast<double>(i % 10) + 0.5);
    }
  });
  EXPECT_EQ(counter.value(), 16u * kAdds);
  EXPECT_EQ(gauge.value(), 8.0 * kAdds);
  const Histogram::Sums sums = histogram.sums();
  EXPECT_EQ(sums.count, 8u * kAdds);
  EXPECT_EQ(sums.sum, 8.0 * kAdds * 5);
  EXPECT_EQ(sums.cumulative.front(), 8u * kAdds / 10);
  EXPECT_EQ(sums.cumulative.back(), sums.count);
}

TEST(Counter, MoreThreadsThanSlotsLoseNothing) {
  Counter counter;
  Histogram histogram({1});
  in_threads(kMetricShards + 40, [&] {
    for (int i = 0; i < 5000; ++i) {
      counter.add();
      histogram.observe(0.5);
    }
  });
  EXPECT_EQ(counter.value(), (kMetricShards + 40) * 5000u);
  EXPECT_EQ(histogram.sums().count, (kMetricShards + 40) * 5000u);
}

TEST(Counter, SlotsOfEndedThreadsAreUsedAgain) {
  Counter counter;
  for (std::size_t i = 0; i < 3 * kMetricShards; ++i) in_threads(1, [&] { counter.add(); });
  EXPECT_EQ(counter.value(), 3 * kMetricShards);
}

TEST(Counter, ScrapesWhileItCounts) {
  Metrics metrics;
  Counter& counter = metrics.counter("trial_total", "x");
  std::thread writer([&] {
    for (int i = 0; i < kAdds; ++i) counter.add();
  });
  std::uint64_t last = 0;
  for (int i = 0; i < 200; ++i) {
    const std::uint64_t now = counter.value();
    EXPECT_GE(now, last);
    last = now;
    metrics.expose();
  }
  writer.join();
  EXPECT_EQ(counter.value(), static_cast<std::uint64_t>(kAdds));
}

}  // namespace
}  // namespace footfall
