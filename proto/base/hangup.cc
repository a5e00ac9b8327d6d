#include "proto/base/hangup.h"

#include <signal.h>
#include <time.h>

namespace footfall {

bool wait_for_hangup(std::int64_t us) {
  constexpr std::int64_t kSecondUs = 1'000'000;
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGHUP);
  timespec time{};
  time.tv_sec = static_cast<time_t>(us / kSecondUs);
  time.tv_nsec = static_cast<long>(us % kSecondUs * 1'000);
  return sigtimedwait(&set, nullptr, &time) == SIGHUP;
}

}  // namespace footfall
