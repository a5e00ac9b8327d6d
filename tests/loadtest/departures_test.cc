#include "loadtest/departures.h"

#include <gtest/gtest.h>

#include <vector>

namespace footfall::loadtest {
namespace {

std::vector<std::int64_t> own_fault(Departures& departures) {
  std::vector<std::int64_t> found;
  while (!departures.empty()) {
    const DueRequest next = departures.take();
    if (!next.waited_for_connection) found.push_back(next.intended_ns);
  }
  return found;
}

// The generator slept over three of them: the first is latest, and each counts.
TEST(Departures, EveryOneOfABurstIsTheGeneratorsOwn) {
  Departures departures;
  for (const std::int64_t due : {1, 2, 3}) departures.add(due);
  EXPECT_EQ(own_fault(departures), (std::vector<std::int64_t>{1, 2, 3}));
}

TEST(Departures, WhatWaitedForAConnectionIsNot) {
  Departures departures;
  for (const std::int64_t due : {1, 2, 3}) departures.add(due);
  EXPECT_FALSE(departures.take().waited_for_connection);
  departures.no_connection_is_free();
  departures.add(4);  // came when one was free again, or will be marked if not
  EXPECT_EQ(own_fault(departures), (std::vector<std::int64_t>{4}));
  departures.no_connection_is_free();  // nobody waits
  departures.add(5);
  EXPECT_EQ(own_fault(departures), (std::vector<std::int64_t>{5}));
}

}  // namespace
}  // namespace footfall::loadtest
