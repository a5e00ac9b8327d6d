// The thread sleeps in sigwait() and nowhere else, so a stop reaches it as a signal of its own.
#include "proto/base/hangup.h"

#include <pthread.h>
#include <signal.h>

namespace footfall {

bool wait_for_hangup(const std::stop_token& stop) {
  const std::stop_callback wake_up(stop, [waiting = pthread_self()] { pthread_kill(waiting, SIGHUP); });
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGHUP);
  int number = 0;
  while (sigwait(&set, &number) != 0) {
  }
  return !stop.stop_requested();
}

}  // namespace footfall
