// Writes answers as bytes, and keeps the answers that are owed on a connection. One thread, the server's.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "proto/http/handler.h"
#include "proto/http/message.h"

namespace footfall::http {

class Connection;
struct PendingAnswer;

// How the request decides the form of its answer.
struct AnswerForm {
  bool close = false;
  bool head_only = false;
  bool http_1_0 = false;
};

// "Date: …\r\n", made once a second.
class DateLine {
 public:
  std::string_view at(std::int64_t wall_us);

 private:
  std::int64_t second_ = -1;
  std::string line_;
};

// Appends the whole answer. A 204 or 304 has no body and no length; HEAD has the length only. Returns where in `out`
// the extra fields begin.
std::size_t append_answer(std::string& out, const Response& response, const AnswerForm& form,
                          std::string_view date_line);

// Connects a DeferredAnswer with the answer that it is for. Only the server's thread uses `pending`; it is null once
// nobody waits for the answer.
struct AnswerHandle {
  PendingAnswer* pending = nullptr;
};

// One answer that is owed. Answers are sent in the order of their requests, each when it is ready.
struct PendingAnswer {
  enum class State : std::uint8_t { ready, held, deferred };
  State state = State::ready;
  AnswerForm form;
  std::string bytes;  // ready: the answer; held: the safe one, `safe_bytes` long, and the other if there is one
  std::size_t safe_bytes = 0;
  TextRange only_if_safe;  // where there is no other, it is the safe one without this
  std::uint64_t ticket = 0;
  std::int64_t deadline_ms = 0;
  Connection* connection = nullptr;
  PendingAnswer* next = nullptr;           // on its connection, or in the pool
  PendingAnswer* held_previous = nullptr;  // among the held ones of the server
  PendingAnswer* held_next = nullptr;
  std::shared_ptr<AnswerHandle> handle;
  Method method = Method::get;  // deferred: what a refusal in its place needs to know
  std::string host;
  std::string target;
};

// Recycles pending answers with their memory. Not thread-safe.
class PendingAnswerPool {
 public:
  ~PendingAnswerPool();
  PendingAnswer& take();
  void give_back(PendingAnswer& pending);

 private:
  PendingAnswer* free_ = nullptr;
  std::size_t free_count_ = 0;
};

// The held answers of a server in the order of their tickets.
class HeldAnswers {
 public:
  PendingAnswer* first() const { return first_; }
  void push(PendingAnswer& pending);
  void remove(PendingAnswer& pending);

 private:
  PendingAnswer* first_ = nullptr;
  PendingAnswer* last_ = nullptr;
};

}  // namespace footfall::http
