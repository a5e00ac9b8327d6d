// The reading half of a connection: bytes become requests, and requests go to the handler. Requests are parsed where
// they were read, in the manager's buffer; only the rest of an incomplete one is copied to the connection. A socket is
// registered once, edge-triggered and for both directions, so that a request costs one recv and one send: a read that
// did not fill the buffer has emptied the socket.
#include "proto/http/connection.h"

#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>

#include <utility>

#include "proto/http/socket_io.h"

namespace footfall::http {
namespace {

constexpr int kReadsPerVisit = 4;
constexpr std::size_t kFlushBytes = 64 * 1024;
constexpr std::string_view kAcceptEncoding = "Accept-Encoding: identity\r\n";
constexpr std::string_view kAllow = "Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n";

}  // namespace

// The handler's side of one request.
class ConnectionResponder final : public Responder {
 public:
  ConnectionResponder(Connection& connection, const AnswerForm& form) : connection_(connection), form_(form) {}
  ~ConnectionResponder() override { FOOTFALL_CHECK(answered_); }
  ConnectionResponder(const ConnectionResponder&) = delete;
  ConnectionResponder& operator=(const ConnectionResponder&) = delete;

  void send(const Response& response) override {
    answer_once();
    connection_.answer_now(response, form_);
  }
  void send_when_released(std::uint64_t ticket, const Response& safe, const Response& otherwise) override {
    answer_once();
    connection_.answer_when_released(ticket, safe, otherwise, form_);
  }
  void send_or_omit_when_released(std::uint64_t ticket, const Response& safe, const TextRange& omitted) override {
    answer_once();
    connection_.answer_or_omit_when_released(ticket, safe, omitted, form_);
  }
  DeferredAnswer defer() override {
    answer_once();
    return connection_.defer(form_);
  }

 private:
  void answer_once() {
    FOOTFALL_CHECK(!answered_);
    answered_ = true;
  }

  Connection& connection_;
  const AnswerForm form_;
  bool answered_ = false;
};

Connection::Connection(ConnectionManager& manager, int fd, const Address& peer, std::unique_ptr<tls::Session> session)
    : manager_(manager), fd_(fd), tls_(std::move(session)), peer_(peer) {
  stage_ms_ = active_ms = manager.now_ms;
  update_deadline();
}

Connection::~Connection() { FOOTFALL_CHECK(life_ == Life::dead); }

bool Connection::may_receive(std::uint32_t events) const {
  return life_ == Life::open && (events & EPOLLIN) != 0 && (events & (EPOLLERR | EPOLLHUP)) == 0 && !stop_reading_ &&
         !is_paused();
}

void Connection::ready(std::uint32_t events, const Received* received) {
  if (life_ == Life::dead) return;
  // A lingering connection is closed only when its last byte has been read: closing before would reset it and destroy
  // an answer on its way. So a hang-up alone does not end it.
  const std::uint32_t ends = life_ == Life::lingering ? EPOLLERR : EPOLLERR | EPOLLHUP;
  if ((events & ends) != 0) return kill();
  if ((events & EPOLLOUT) != 0) writable_ = true;
  if ((events & (EPOLLIN | EPOLLRDHUP)) != 0) readable_ = true;
  if ((events & EPOLLRDHUP) != 0) peer_closed_ = true;
  if (received != nullptr && life_ == Life::open) take_received(received->buffer, received->result);
  serve();
}

void Connection::serve() {
  if (life_ == Life::lingering) return drain();
  if (life_ != Life::open) return;
  if (!unparsed_.empty() && !stop_reading_) parse_unparsed();
  read();
  flush();
  if (life_ == Life::open) update_deadline();
}

void Connection::read() {
  for (int reads = 0; readable_ && !stop_reading_ && life_ == Life::open; ++reads) {
    if (is_paused()) {
      paused_ = true;
      return;
    }
    if (reads == kReadsPerVisit) return manager_.serve_later(*this);
    char* const buffer = tls_ == nullptr ? manager_.input.get() : manager_.encrypted_input.get();
    const ssize_t got = receive_from(fd_, buffer, kReadBytes);
    take_received({buffer, kReadBytes}, got < 0 ? -errno : got);
  }
}

// `result`: the bytes received, or -errno.
void Connection::take_received(std::span<char> buffer, ssize_t result) {
  if (result < 0) {
    if (result == -EINTR) return;
    if (result != -EAGAIN && result != -EWOULDBLOCK) return kill();
    readable_ = false;
    return;
  }
  const auto got = static_cast<std::size_t>(result);
  if (got == 0) {
    readable_ = false;
    return end_requests();
  }
  if (got < buffer.size() && !peer_closed_) readable_ = false;
  received_us_ = manager_.clock.wall_us();
  is_silent = false;
  if (tls_ == nullptr) {
    take(buffer.data(), got);
  } else {
    decrypt({buffer.data(), got});
  }
}

// The client sends no more; what is owed to it is still sent.
void Connection::end_requests() {
  stop_reading_ = true;
  linger_ = false;
  stage_ = Stage::idle;
  free_memory(undecrypted_);
  free_memory(unparsed_);
}

void Connection::take(char* bytes, std::size_t size) {
  if (unparsed_.empty()) {
    unparsed_.assign(parse(bytes, size));
  } else {
    unparsed_.append(bytes, size);
    parse_unparsed();
  }
}

void Connection::parse_unparsed() {
  const std::string_view rest = parse(unparsed_.data(), unparsed_.size());
  if (rest.empty()) {
    free_memory(unparsed_);
    return;
  }
  const std::size_t used = static_cast<std::size_t>(rest.data() - unparsed_.data());
  unparsed_.resize(used + rest.size());
  unparsed_.erase(0, used);
}

// Answers all complete requests and returns the rest of `bytes`, which is parsed again when more has come.
std::string_view Connection::parse(char* bytes, std::size_t size) {
  std::size_t at = 0;
  while (at < size && !stop_reading_) {
    if (is_paused()) {
      paused_ = true;
      break;
    }
    if (stage_ == Stage::idle) {
      at += skip_empty_lines({bytes + at, size - at}, empty_lines_left_);
      if (at == size) break;
      if (at + 1 == size && bytes[at] == '\r' && empty_lines_left_ > 0) break;  // half an empty line
    }
    std::size_t used = 0;
    const bool complete = parse_one(bytes + at, size - at, used);
    if (life_ == Life::dead) return {};
    if (!complete && !stop_reading_) return {bytes + at, used};
    at += used;
    if (manager_.output.size() >= kFlushBytes) flush();
    if (life_ != Life::open) return {};
  }
  if (!stop_reading_) return {bytes + at, size - at};
  if (at < size) linger_ = true;  // a plain close over unread bytes would reset the connection and lose the answer
  return {};
}

// Takes one request from the front of `bytes`. True: it was answered and took `used` bytes. False: it was refused, or
// it is incomplete and its first `used` bytes must be kept.
bool Connection::parse_one(char* bytes, std::size_t size, std::size_t& used) {
  if (stage_ == Stage::idle) {
    stage_ = Stage::head;
    stage_ms_ = manager_.now_ms;
    scan_ = {};
    empty_lines_left_ = kEmptyLinesMax;
  }
  bool head_is_fresh = false;
  used = size;
  if (stage_ == Stage::head) {
    const HeadScan::State state = scan_.advance({bytes, size}, manager_.head_limits);
    if (state == HeadScan::State::more) return false;
    Refusal refusal = scan_.refusal();
    if (refusal) {
      if (scan_.good_bytes() > 0) {
        parse_partial_head({bytes, scan_.good_bytes()}, manager_.head);
      } else {
        guess_head({bytes, size}, manager_.head);
      }
      manager_.head.request.peer = peer_;
    } else {
      refusal = parse_fresh_head({bytes, scan_.head_bytes()});
      if (!refusal) refusal = check_before_body();
    }
    if (refusal) {
      refuse(refusal);
      return false;
    }
    if (!manager_.head.has_body) {
      used = scan_.head_bytes();
      stage_ = Stage::idle;
      dispatch({}, used < size);
      return true;
    }
    head_is_fresh = true;
    stage_ = Stage::body;
    stage_ms_ = manager_.now_ms;
    content_length_ = manager_.head.content_length;
    chunk_read_ = chunk_written_ = scan_.head_bytes();
    if (manager_.head.expects_continue && size == scan_.head_bytes()) {
      append_in_order("HTTP/1.1 100 Continue\r\n\r\n", {});
    }
  }
  std::size_t body_bytes = static_cast<std::size_t>(content_length_);
  if (chunked_) {
    const ChunkedBody::State state = chunked_->advance(bytes, size, chunk_read_, chunk_written_);
    if (state == ChunkedBody::State::refused) {
      if (!head_is_fresh) parse_fresh_head({bytes, scan_.head_bytes()});
      refuse(chunked_->refusal());
      return false;
    }
    if (state == ChunkedBody::State::more) {
      used = chunk_read_ = chunk_written_;
      return false;
    }
    body_bytes = chunked_->body_bytes();
    used = chunk_read_;
  } else {
    if (size < scan_.head_bytes() + body_bytes) return false;
    used = scan_.head_bytes() + body_bytes;
  }
  if (!head_is_fresh) parse_fresh_head({bytes, scan_.head_bytes()});
  stage_ = Stage::idle;
  chunked_.reset();
  dispatch({bytes + scan_.head_bytes(), body_bytes}, used < size);
  return true;
}

Refusal Connection::parse_fresh_head(std::string_view bytes) {
  const Refusal refusal = parse_head(bytes, manager_.head);
  manager_.head.request.peer = peer_;
  manager_.head.request.is_encrypted = tls_ != nullptr;
  manager_.head.request.received_us = received_us_;
  return refusal;
}

// Checks what can be checked once the header block is there and before the body is read.
Refusal Connection::check_before_body() {
  const Head& head = manager_.head;
  const Request& request = head.request;
  if (!request.host.empty() && !manager_.handler.serves(request)) return {421, "host not served here"};
  chunked_.reset();
  if (!head.has_body) return {};
  const RoutePolicy policy = manager_.handler.policy(request.method, request.host, request.path);
  if (head.chunked && !policy.chunked_allowed) return {411, "Content-Length required"};
  std::int64_t body_bytes_max = manager_.limits.body_bytes_max;
  if (policy.body_bytes_max >= 0) body_bytes_max = std::min(body_bytes_max, policy.body_bytes_max);
  if (head.content_length > body_bytes_max) return {413, "body too large"};
  if (head.chunked) chunked_.emplace(static_cast<std::size_t>(body_bytes_max));
  return {};
}

// Gives a complete request to the handler. `more_follows`: further bytes have been read already, which a server that
// drains still answers.
void Connection::dispatch(std::string_view body, bool more_follows) {
  Head& head = manager_.head;
  head.request.body = body;
  ++requests_;
  manager_.counters.requests.add();
  request_number = ++manager_.requests;
  AnswerForm form;
  form.head_only = head.request.method == Method::head;
  form.http_1_0 = head.request.http_1_0;
  const bool enough = (manager_.draining && !more_follows) || requests_ >= manager_.limits.requests_per_connection_max;
  form.close = enough || !head.keep_alive;
  stop_reading_ = form.close;
  linger_ = enough;
  if (head.request.target == "*") {  // the server itself is asked, not a resource
    answer_now(Response{204, {}, kAllow, {}, false}, form);
    return;
  }
  ConnectionResponder turn(*this, form);
  manager_.handler.handle(head.request, turn);
}

void Connection::refuse(const Refusal& refusal) {
  manager_.counters.refusal(refusal.status);
  stop_reading_ = true;
  linger_ = true;
  stage_ = Stage::idle;
  const Request& request = manager_.head.request;
  const AnswerForm form{.close = true, .head_only = request.method == Method::head, .http_1_0 = request.http_1_0};
  if (first_ == nullptr) {
    append_refusal(manager_.output, request, refusal, form);
    return;
  }
  PendingAnswer& pending = add_pending(PendingAnswer::State::ready, form);
  append_refusal(pending.bytes, request, refusal, form);
  ready_bytes_ += pending.bytes.size();
}

void Connection::append_refusal(std::string& out, const Request& request, const Refusal& refusal,
                                const AnswerForm& form) {
  RefusalText text = manager_.handler.refusal(request, refusal.status, refusal.reason);
  if (refusal.status == 405) text.extra_fields += kAllow;
  if (refusal.status == 415) text.extra_fields += kAcceptEncoding;
  const Response response{refusal.status, text.content_type, text.extra_fields, text.body, form.close};
  append_answer(out, response, form, manager_.date_line());
}

bool Connection::is_paused() const {
  const std::size_t unsent = unsent_.size() - unsent_from_ + ready_bytes_ + manager_.output.size();
  return owes_deferred_ || owed_ >= manager_.limits.pipelined_max ||
         unsent >= static_cast<std::size_t>(manager_.limits.output_bytes_max) ||
         (owed_ > 0 && manager_.has_too_many_bytes());
}

void Connection::begin_drain(std::int64_t linger_ms) {
  drain_deadline_ms_ = manager_.now_ms + linger_ms;
  if (life_ == Life::open) update_deadline();
}

}  // namespace footfall::http
