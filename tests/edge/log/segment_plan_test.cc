#include "edge/log/segment_plan.h"

#include <gtest/gtest.h>

#include <vector>

namespace footfall::edge {
namespace {

constexpr SegmentLimits kLimits{.segment_bytes = 10, .total_bytes_max = 30, .min_age_us = 100, .max_age_us = 1000};
constexpr SegmentFacts kNeeded{.bytes = 10, .age_us = 5000};
constexpr SegmentFacts kStored{.stored = true, .bytes = 10, .age_us = 500};

SegmentStep plan(std::vector<SegmentFacts> segments, bool can_create = true) {
  return plan_segments(segments, kLimits, can_create);
}

TEST(SegmentPlan, rule_04_a_stored_segment_is_not_recycled_while_there_is_space) {
  EXPECT_EQ(plan({}).action, SegmentAction::create);
  EXPECT_EQ(plan({kStored}).action, SegmentAction::create);
  EXPECT_EQ(plan({kStored, kStored}).action, SegmentAction::create);
  EXPECT_EQ(plan({kNeeded, kStored, kStored}), (SegmentStep{SegmentAction::recycle, 1}));
}

TEST(SegmentPlan, one_spare_is_enough) {
  EXPECT_EQ(plan({kNeeded, {.spare = true, .bytes = 10}}).action, SegmentAction::none);
}

TEST(SegmentPlan, rule_04_what_is_not_stored_is_never_touched) {
  EXPECT_EQ(plan({kNeeded, kNeeded, kNeeded}).action, SegmentAction::full);
}

TEST(SegmentPlan, rule_04_minimum_age) {
  SegmentFacts young = kStored;
  young.age_us = 99;
  EXPECT_EQ(plan({young, young, young}).action, SegmentAction::full);
  young.age_us = 100;
  EXPECT_EQ(plan({young, young, young}), (SegmentStep{SegmentAction::recycle, 0}));
}

TEST(SegmentPlan, rule_04_maximum_age_removes_what_is_stored_and_only_that) {
  SegmentFacts old = kStored;
  old.age_us = 1001;
  EXPECT_EQ(plan({kNeeded, old}), (SegmentStep{SegmentAction::remove, 1}));
  EXPECT_EQ(plan({{.spare = true, .bytes = 10, .age_us = 1001}}), (SegmentStep{SegmentAction::remove, 0}));
  EXPECT_EQ(plan_segments(std::vector{kNeeded, old}, {10, 30, 100, 0}, true).action, SegmentAction::create);
}

TEST(SegmentPlan, a_full_disk_is_helped_by_what_is_stored) {
  EXPECT_EQ(plan({kNeeded, kStored}, false), (SegmentStep{SegmentAction::recycle, 1}));
  EXPECT_EQ(plan({kNeeded}, false).action, SegmentAction::full);
}

TEST(SegmentPlan, an_unfit_segment_is_removed_rather_than_recycled) {
  SegmentFacts unfit = kStored;
  unfit.reusable = false;
  EXPECT_EQ(plan({kNeeded, kNeeded, unfit}), (SegmentStep{SegmentAction::remove, 2}));
  EXPECT_EQ(plan({{.discarded = true, .bytes = 10}}), (SegmentStep{SegmentAction::remove, 0}));
}

}  // namespace
}  // namespace footfall::edge
