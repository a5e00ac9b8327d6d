// A second thread that runs one job at a time, so that the next run is read while the last one is being stored. Its
// methods are called by one thread, the one that owns it.
#pragma once

#include <condition_variable>
#include <functional>
#include <string>

#include "proto/base/lifecycle.h"
#include "proto/base/thread_annotations.h"

namespace footfall::core {

class JobThread {
 public:
  explicit JobThread(std::string name);
  void start(std::function<void()> job);  // must not be called while a job is running
  void wait();                            // until the job is done; returns at once when there is none
  ~JobThread() { wait(); }

 private:
  Mutex mutex_;
  std::condition_variable_any changed_;
  std::function<void()> job_ FOOTFALL_GUARDED_BY(mutex_);
  bool busy_ FOOTFALL_GUARDED_BY(mutex_) = false;
  Worker worker_;  // declared last, so that the thread ends before the members that it uses
};

}  // namespace footfall::core
