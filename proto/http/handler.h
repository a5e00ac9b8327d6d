// The interface that a program implements to answer HTTP requests: a Handler, called by an HttpServer (server.h) on
// that server's thread. Handlers see only well-formed requests within the server's limits; what the server itself
// refuses, it asks the handler to word (Handler::refusal).
//
// The views in Request and Response are valid during the call only. A handler must not block: every other connection of
// the thread waits meanwhile. What takes time is answered later, through DeferredAnswer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "proto/http/message.h"

namespace footfall::http {

// What a route allows. The server asks once the header block is complete and before it reads the body.
struct RoutePolicy {
  std::int64_t body_bytes_max = -1;  // -1: the server's limit
  bool chunked_allowed = true;       // false: Transfer-Encoding gets 411
};

// The right to answer one request later, from any thread. It may outlive its connection; the answer is dropped then.
// send() copies the response. Answering twice is a programmer's error. Dropping the last copy unanswered sends 500.
class DeferredAnswer {
 public:
  struct State;
  DeferredAnswer() = default;
  explicit DeferredAnswer(std::shared_ptr<State> state) : state_(std::move(state)) {}
  void send(const Response& response);

 private:
  std::shared_ptr<State> state_;
};

// A part of a text, counted in bytes.
struct TextRange {
  std::size_t at = 0;
  std::size_t bytes = 0;
};

// How a handler answers: it makes exactly one of these calls before handle() returns.
class Responder {
 public:
  virtual ~Responder() = default;
  virtual void send(const Response& response) = 0;
  // Sends `safe` or `otherwise` once HttpServer::release() has decided `ticket`. Tickets are the caller's batch
  // numbers: on one server they never decrease.
  virtual void send_when_released(std::uint64_t ticket, const Response& safe, const Response& otherwise) = 0;
  // Does the same where the other answer is `safe` with the range `omitted` cut out of its extra fields. It costs less,
  // because the answer is written out once.
  virtual void send_or_omit_when_released(std::uint64_t ticket, const Response& safe, const TextRange& omitted);
  virtual DeferredAnswer defer() = 0;
};

// The text of an answer with which the server refuses a request.
struct RefusalText {
  std::string content_type;
  std::string extra_fields;  // complete lines, as in Response (CORS on the tracking endpoint's errors, for instance)
  std::string body;
};

// What of a refusal's reason is worth telling a client, for error bodies that have a message: what it can mend. Empty:
// the dialect's own text for the status says enough.
inline std::string_view client_message(int status, std::string_view reason) {
  return status == 415 || status == 403 ? reason : std::string_view();
}

class Handler {
 public:
  virtual ~Handler() = default;
  virtual void handle(const Request& request, Responder& responder) = 0;
  // Asked for every request that has a body (or announces one), before it is read.
  virtual RoutePolicy policy(Method, std::string_view /*host*/, std::string_view /*path*/) { return {}; }
  // Whether the request's host is served at all, with respect to paths that every host has; false: the server answers
  // 421. Asked once the header block is complete.
  virtual bool serves(const Request& /*request*/) { return true; }
  // Words the answer with which the server refuses a request. `request` holds what was understood before the refusal,
  // often only the host. `reason` is for people.
  virtual RefusalText refusal(const Request& request, int status, std::string_view reason) = 0;
  // Called on the server's thread after all requests of one wake-up have been handled: the moment to close a batch.
  virtual void after_requests() {}
};

}  // namespace footfall::http
