#include "proto/base/time_slice.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <thread>

namespace footfall {
namespace {

// Of the calling thread, as sched_getattr(2) says; 0 where the kernel knows no slices, or a sandbox refuses the calls.
std::uint64_t time_slice_ns() {
  std::array<unsigned char, 56> attributes{};
  if (::syscall(SYS_sched_getattr, 0, attributes.data(), attributes.size(), 0) != 0) return 0;
  if (::syscall(SYS_sched_setattr, 0, attributes.data(), 0) != 0) return 0;
  std::uint64_t runtime = 0;
  std::memcpy(&runtime, attributes.data() + 24, sizeof runtime);
  return runtime;
}

// In a thread of its own, so that other tests keep their slices.
TEST(TimeSlice, AreShortInThreadsThatAreStartedLater) {
  std::thread([] {
    const std::uint64_t before_ns = time_slice_ns();
    EXPECT_EQ(ask_for_short_time_slices(), before_ns != 0) << before_ns;
    const std::uint64_t expected_ns = before_ns == 0 ? 0 : 100'000;
    EXPECT_EQ(time_slice_ns(), expected_ns);
    std::thread([&] { EXPECT_EQ(time_slice_ns(), expected_ns); }).join();
  }).join();
}

TEST(TimeSlice, AnotherPolicyIsKept) {
  std::thread([] {
    const sched_param none{};
    ASSERT_EQ(::sched_setscheduler(0, SCHED_BATCH, &none), 0);
    EXPECT_FALSE(ask_for_short_time_slices());
    EXPECT_EQ(::sched_getscheduler(0), SCHED_BATCH);
  }).join();
}

}  // namespace
}  // namespace footfall
