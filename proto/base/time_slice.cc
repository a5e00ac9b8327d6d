// glibc has neither these calls nor their structure, and the kernel's header clashes with <sched.h>.
#include "proto/base/time_slice.h"

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace footfall {
namespace {

constexpr std::uint64_t kTimeSliceNs = 100'000;  // the least that the kernel takes

// sched_setattr(2)
struct SchedulingAttributes {
  std::uint32_t size = sizeof(SchedulingAttributes);
  std::uint32_t policy = 0;
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime_ns = 0;  // of SCHED_OTHER: the time slice
  std::uint64_t deadline_ns = 0;
  std::uint64_t period_ns = 0;
  std::uint32_t utilization_min = 0;
  std::uint32_t utilization_max = 0;
};

bool read(SchedulingAttributes& attributes) {
  return ::syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) == 0;
}

}  // namespace

bool ask_for_short_time_slices() {
  SchedulingAttributes attributes;
  // A kernel that knows no time slices says 0.
  if (!read(attributes) || attributes.policy != SCHED_OTHER || attributes.runtime_ns == 0) return false;
  attributes.runtime_ns = kTimeSliceNs;
  return ::syscall(SYS_sched_setattr, 0, &attributes, 0) == 0 && read(attributes) &&
         attributes.runtime_ns == kTimeSliceNs;
}

}  // namespace footfall
