// Annotations that say which mutex guards what. clang checks them (-Wthread-safety), GCC ignores them. Use Mutex and
// MutexLock where several threads share state, and write beside each shared member and function what it needs:
//
//   Mutex mutex_;
//   std::vector<Job> jobs_ FOOTFALL_GUARDED_BY(mutex_);            // read and written only under mutex_
//   void start_next() FOOTFALL_REQUIRES(mutex_);                   // the caller holds mutex_
//
//   const MutexLock lock(mutex_);                                  // for a scope; lock.unlock() ends it early
//
// To wait for a condition use std::condition_variable_any with the MutexLock itself. The predicate is a function of its
// own for clang, so it begins with mutex_.assert_held().
#pragma once

#include <mutex>

#if defined(__clang__)
#define FOOTFALL_THREAD_ATTRIBUTE(attribute) __attribute__((attribute))
#else
#define FOOTFALL_THREAD_ATTRIBUTE(attribute)
#endif

#define FOOTFALL_CAPABILITY(name) FOOTFALL_THREAD_ATTRIBUTE(capability(name))
#define FOOTFALL_SCOPED_CAPABILITY FOOTFALL_THREAD_ATTRIBUTE(scoped_lockable)
#define FOOTFALL_GUARDED_BY(mutex) FOOTFALL_THREAD_ATTRIBUTE(guarded_by(mutex))
#define FOOTFALL_REQUIRES(...) FOOTFALL_THREAD_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define FOOTFALL_EXCLUDES(...) FOOTFALL_THREAD_ATTRIBUTE(locks_excluded(__VA_ARGS__))
#define FOOTFALL_ACQUIRE(...) FOOTFALL_THREAD_ATTRIBUTE(acquire_capability(__VA_ARGS__))
#define FOOTFALL_RELEASE(...) FOOTFALL_THREAD_ATTRIBUTE(release_capability(__VA_ARGS__))
#define FOOTFALL_TRY_ACQUIRE(...) FOOTFALL_THREAD_ATTRIBUTE(try_acquire_capability(__VA_ARGS__))
#define FOOTFALL_ASSERT_CAPABILITY(...) FOOTFALL_THREAD_ATTRIBUTE(assert_capability(__VA_ARGS__))
#define FOOTFALL_NO_THREAD_SAFETY_ANALYSIS FOOTFALL_THREAD_ATTRIBUTE(no_thread_safety_analysis)

namespace footfall {

// std::mutex with annotations.
class FOOTFALL_CAPABILITY("mutex") Mutex {
 public:
  void lock() FOOTFALL_ACQUIRE() { mutex_.lock(); }
  void unlock() FOOTFALL_RELEASE() { mutex_.unlock(); }
  bool try_lock() FOOTFALL_TRY_ACQUIRE(true) { return mutex_.try_lock(); }
  // Tells the analysis that this thread holds the mutex; does nothing at run time.
  void assert_held() const FOOTFALL_ASSERT_CAPABILITY(this) {}

 private:
  std::mutex mutex_;
};

// Holds a Mutex for a scope.
class FOOTFALL_SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) FOOTFALL_ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  // After a try_lock() that succeeded.
  MutexLock(Mutex& mutex, std::adopt_lock_t) FOOTFALL_REQUIRES(mutex) : mutex_(mutex) {}
  ~MutexLock() FOOTFALL_RELEASE() {
    if (held_) mutex_.unlock();
  }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

  void unlock() FOOTFALL_RELEASE() {
    held_ = false;
    mutex_.unlock();
  }
  void lock() FOOTFALL_ACQUIRE() {
    mutex_.lock();
    held_ = true;
  }

 private:
  Mutex& mutex_;
  bool held_ = true;
};

}  // namespace footfall
