// Messages of other threads to a server's thread: released tickets, deferred answers, work. However many messages are
// added before the server takes them, it is woken once (by one write to an eventfd). Messages that the server's own
// thread adds need no wake-up at all.
//
// Bounds: one message for each deferred answer, of which the server limits the number, and one entry for consecutive
// releases of the same kind; work is posted by the program itself, a few times in its life.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "proto/base/thread_annotations.h"
#include "proto/http/answer.h"

namespace footfall::http {

struct DeferredResponse {
  std::shared_ptr<AnswerHandle> handle;
  int status = 0;  // 0: the DeferredAnswer was dropped unanswered
  std::string content_type;
  std::string extra_fields;
  std::string body;
  bool close = false;
  std::int64_t head_length = -1;
};

struct Messages {
  struct Release {
    std::uint64_t ticket;
    bool safe;
  };
  std::vector<Release> releases;
  std::vector<DeferredResponse> answers;
  std::vector<std::function<void()>> work;
  bool empty() const { return releases.empty() && answers.empty() && work.empty(); }
  void clear();
};

// It outlives the server: what is added after close() is dropped.
class MessageQueue {
 public:
  MessageQueue();
  ~MessageQueue();
  MessageQueue(const MessageQueue&) = delete;
  MessageQueue& operator=(const MessageQueue&) = delete;

  // Any thread.
  int event_fd() const { return event_fd_; }
  void release(std::uint64_t ticket, bool safe);
  void answer(DeferredResponse answer);
  void post(std::function<void()> work);

  // The server's thread only, from here on.
  // Between bind_to_this_thread() and unbind() the calling thread is the one that takes the messages. When it adds one
  // itself, `schedule` is called (once until the next take()), but not between begin_round() and end_round(), because
  // a round always ends with a take().
  void bind_to_this_thread(std::function<void()> schedule);
  void unbind();
  void begin_round() { in_round_ = true; }
  void end_round() { in_round_ = false; }
  // Sleeps until another thread adds a message, at most `us`. Returns whether there is one.
  bool wait(std::int64_t us);
  // Swaps all messages into `out`, whose old content is dropped. False: there were none.
  bool take(Messages& out);
  void close();

 private:
  bool needs_wake_up() FOOTFALL_REQUIRES(mutex_);
  void wake() FOOTFALL_EXCLUDES(mutex_);

  static thread_local const MessageQueue* bound_queue_;
  const int event_fd_;
  std::function<void()> schedule_;  // this and the next two: the server's thread only
  bool in_round_ = false;
  bool scheduled_ = false;
  std::atomic<std::uint32_t> sleeping_{0};  // 1 while the server's thread is in wait()
  Mutex mutex_;
  Messages queued_ FOOTFALL_GUARDED_BY(mutex_);
  bool woken_ FOOTFALL_GUARDED_BY(mutex_) = false;
  bool closed_ FOOTFALL_GUARDED_BY(mutex_) = false;
};

// Shared by the copies of one DeferredAnswer.
struct DeferredAnswer::State {
  State(std::shared_ptr<MessageQueue> to, std::shared_ptr<AnswerHandle> of)
      : messages(std::move(to)), handle(std::move(of)) {}
  ~State();
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  std::shared_ptr<MessageQueue> messages;
  std::shared_ptr<AnswerHandle> handle;  // null once answered
};

}  // namespace footfall::http
