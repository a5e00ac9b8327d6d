// What other threads tell a server's thread: released tickets, late answers, work. However much is put in before the
// server looks, it is woken once (one write to an eventfd); what the server's own thread says needs no wake-up at all.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "proto/http/answer.h"
#include "proto/http/server.h"

namespace footfall::http {

struct DeferredResponse {
  std::shared_ptr<AnswerHandle> handle;
  int status = 0;  // 0: dropped unanswered
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

// Thread-safe, but for what says otherwise. Outlives the server: what is put in after close() vanishes.
class MessageQueue {
 public:
  MessageQueue();
  ~MessageQueue();
  MessageQueue(const MessageQueue&) = delete;
  MessageQueue& operator=(const MessageQueue&) = delete;

  int event_fd() const { return event_fd_; }
  void release(std::uint64_t ticket, bool safe);
  void answer(DeferredResponse answer);
  void post(std::function<void()> work);

  // The following are the server's thread's. Between bind_to_this_thread() and unbind() it is the one that serves; what it puts in
  // itself is announced by `soon` (once until the next take), and not at all between begin_round() and end_round(),
  // because a round ends with a take().
  void bind_to_this_thread(std::function<void()> schedule);
  void unbind();
  void begin_round() { in_round_ = true; }
  void end_round() { in_round_ = false; }
  // Sleeps until another thread puts something in, at most `us`. Whether something is there.
  bool wait(std::int64_t us);
  // Swaps what there is into `mail` (cleared before). False: nothing.
  bool take(Messages& mail);
  void close();

 private:
  void wake(std::unique_lock<std::mutex>& lock);

  static thread_local const MessageQueue* bound_queue_;
  const int event_fd_;
  std::function<void()> schedule_;  // the server's thread's, as are the next two
  bool in_round_ = false;
  bool scheduled_ = false;
  std::atomic<std::uint32_t> sleeping_{0};  // 1 while in wait()
  std::mutex mutex_;
  Messages queued_;
  bool woken_ = false;
  bool closed_ = false;
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
