// One thread waits until another sets it, once. It may be destroyed as soon as wait() has returned, although set() is
// still running there: this is what a condition variable does not allow, which therefore has to be notified under its
// mutex, and the woken thread then only wakes to wait for that.
#pragma once

#include <semaphore.h>

#include "proto/base/result.h"

namespace footfall {

class Signal {
 public:
  Signal() { FOOTFALL_CHECK(sem_init(&semaphore_, 0, 0) == 0); }
  ~Signal() { sem_destroy(&semaphore_); }
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  void set() { FOOTFALL_CHECK(sem_post(&semaphore_) == 0); }
  void wait() {
    while (sem_wait(&semaphore_) != 0) {  // a signal handler interrupted it
    }
  }

 private:
  sem_t semaphore_;
};

}  // namespace footfall
