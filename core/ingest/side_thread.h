// A thread that does one job at a time beside its owner's: the next run is read while the last one is stored.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>

#include "proto/base/lifecycle.h"

namespace footfall::core {

class SideThread {
 public:
  explicit SideThread(std::string name);
  void start(std::function<void()> job);  // none is running
  void wait();                            // until it is done; at once when none was started
  ~SideThread() { wait(); }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::function<void()> job_;
  bool busy_ = false;
  Worker worker_;  // last: it ends before what it uses
};

}  // namespace footfall::core
