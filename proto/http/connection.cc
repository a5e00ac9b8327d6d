// The reading half: bytes to requests to the handler. Requests are parsed where they were read, in the hub's buffer;
// only what remains of an incomplete one is copied to the connection. The sockets are registered edge-triggered for
// both directions once, so that a request costs one recv and one send: a read that did not fill the buffer has emptied
// the socket.
#include "proto/http/connection.h"

#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>

#include "proto/http/socket_io.h"

namespace footfall::http {
namespace {

constexpr int kReadsPerTurn = 4;
constexpr std::size_t kFlushBytes = 64 * 1024;
constexpr std::int64_t kBodyGraceMs = 2'000;  // before the rate of a body is judged
constexpr std::int64_t kNever = std::int64_t{1} << 60;
constexpr std::string_view kAllow = "Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n";

}  // namespace

// The handler's side of one request.
class Turn final : public Responder {
 public:
  Turn(Connection& connection, const AnswerForm& form) : connection_(connection), form_(form) {}
  ~Turn() override { FOOTFALL_CHECK(answered_); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  void send(const Response& response) override {
    answer_once();
    connection_.answer_now(response, form_);
  }
  void send_when_released(std::uint64_t ticket, const Response& safe, const Response& otherwise) override {
    answer_once();
    connection_.answer_later(ticket, safe, otherwise, form_);
  }
  void send_whole_when_released(std::uint64_t ticket, const Response& safe, const Piece& piece) override {
    answer_once();
    connection_.answer_whole_later(ticket, safe, piece, form_);
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

Connection::Connection(Hub& hub, int fd, const Address& peer) : hub_(hub), fd_(fd), peer_(peer) {
  stage_ms_ = hub.now_ms;
  update_deadline();
}

Connection::~Connection() { FOOTFALL_CHECK(life_ == Life::dead); }

void Connection::ready(std::uint32_t events) {
  if (life_ == Life::dead) return;
  // While lingering, a hang-up is the end of what is being thrown away: to close before its last byte is read would
  // reset the connection, and destroy an answer on its way.
  const std::uint32_t ends = life_ == Life::lingering ? EPOLLERR : EPOLLERR | EPOLLHUP;
  if ((events & ends) != 0) return kill();
  if ((events & EPOLLOUT) != 0) writable_ = true;
  if ((events & (EPOLLIN | EPOLLRDHUP)) != 0) readable_ = true;
  if ((events & EPOLLRDHUP) != 0) peer_closed_ = true;
  serve();
}

void Connection::serve() {
  if (life_ == Life::lingering) return drain();
  if (life_ != Life::open) return;
  if (!pending_.empty() && !stop_reading_) take_pending();
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
    if (reads == kReadsPerTurn) return hub_.serve_again(*this);
    const ssize_t got = receive_from(fd_, hub_.input.get(), kReadBytes);
    if (got < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN && errno != EWOULDBLOCK) return kill();
      readable_ = false;
      return;
    }
    if (got == 0) {  // the other side has said all it will; what is owed is still sent
      readable_ = false;
      stop_reading_ = true;
      linger_ = false;
      stage_ = Stage::idle;
      pending_ = {};
      return;
    }
    if (static_cast<std::size_t>(got) < kReadBytes && !peer_closed_) readable_ = false;
    received_us_ = hub_.clock.wall_us();
    take(hub_.input.get(), static_cast<std::size_t>(got));
  }
}

void Connection::take(char* bytes, std::size_t size) {
  if (pending_.empty()) {
    pending_.assign(parse(bytes, size));
  } else {
    pending_.append(bytes, size);
    take_pending();
  }
}

void Connection::take_pending() {
  const std::string_view rest = parse(pending_.data(), pending_.size());
  if (rest.empty()) {
    pending_ = {};
    return;
  }
  const std::size_t used = static_cast<std::size_t>(rest.data() - pending_.data());
  pending_.resize(used + rest.size());
  pending_.erase(0, used);
}

// Answers all complete requests and returns what is left of `bytes`, to be given again with what comes.
std::string_view Connection::parse(char* bytes, std::size_t size) {
  std::size_t at = 0;
  while (at < size && !stop_reading_) {
    if (is_paused()) {
      paused_ = true;
      break;
    }
    std::size_t used = 0;
    const bool complete = parse_one(bytes + at, size - at, used);
    if (life_ == Life::dead) return {};
    if (!complete && !stop_reading_) return {bytes + at, used};
    at += used;
    if (hub_.output.size() >= kFlushBytes) flush();
    if (life_ != Life::open) return {};
  }
  if (!stop_reading_) return {bytes + at, size - at};
  if (at < size) linger_ = true;  // bytes behind the last request: a plain close would reset, and lose the answer
  return {};
}

// One request from the front of `bytes`. True: it was answered and took `used` bytes. False: it was refused, or is
// incomplete and its first `used` bytes must be kept.
bool Connection::parse_one(char* bytes, std::size_t size, std::size_t& used) {
  if (stage_ == Stage::idle) {
    stage_ = Stage::head;
    stage_ms_ = hub_.now_ms;
    scan_ = {};
  }
  bool head_is_fresh = false;
  used = size;
  if (stage_ == Stage::head) {
    const HeadScan::State state = scan_.advance({bytes, size}, hub_.head_limits);
    if (state == HeadScan::State::more) return false;
    Refusal refusal = scan_.refusal();
    if (refusal) {
      if (scan_.good_bytes() > 0) {
        understand_head({bytes, scan_.good_bytes()}, hub_.head);
      } else {
        glimpse_head({bytes, size}, hub_.head);
      }
      hub_.head.request.peer = peer_;
    } else {
      refusal = parse_fresh_head({bytes, scan_.head_bytes()});
      if (!refusal) refusal = admit();
    }
    if (refusal) {
      refuse(refusal);
      return false;
    }
    if (!hub_.head.has_body) {
      used = scan_.head_bytes();
      stage_ = Stage::idle;
      dispatch({});
      return true;
    }
    head_is_fresh = true;
    stage_ = Stage::body;
    stage_ms_ = hub_.now_ms;
    content_length_ = hub_.head.content_length;
    chunk_read_ = chunk_written_ = scan_.head_bytes();
    if (hub_.head.expects_continue && size == scan_.head_bytes()) {
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
  dispatch({bytes + scan_.head_bytes(), body_bytes});
  return true;
}

Refusal Connection::parse_fresh_head(std::string_view bytes) {
  const Refusal refusal = parse_head(bytes, hub_.head);
  hub_.head.request.peer = peer_;
  hub_.head.request.received_us = received_us_;
  return refusal;
}

// What is decided once the header block is there and before the body is read.
Refusal Connection::admit() {
  const Head& head = hub_.head;
  const Request& request = head.request;
  if (!request.host.empty() && !hub_.handler.knows_host(request.host)) return {421, "host not served here"};
  chunked_.reset();
  if (!head.has_body) return {};
  const RoutePolicy policy = hub_.handler.policy(request.method, request.host, request.path);
  if (head.chunked && !policy.chunked_allowed) return {411, "Content-Length required"};
  std::int64_t body_bytes_max = hub_.limits.body_bytes_max;
  if (policy.body_bytes_max >= 0) body_bytes_max = std::min(body_bytes_max, policy.body_bytes_max);
  if (head.content_length > body_bytes_max) return {413, "body too large"};
  if (head.chunked) chunked_.emplace(static_cast<std::size_t>(body_bytes_max));
  return {};
}

void Connection::dispatch(std::string_view body) {
  Head& head = hub_.head;
  head.request.body = body;
  ++requests_;
  hub_.probe.requests.add();
  ++hub_.requests;
  AnswerForm form;
  form.head_only = head.request.method == Method::head;
  form.http_1_0 = head.request.http_1_0;
  const bool enough = hub_.draining || requests_ >= hub_.limits.requests_per_connection_max;
  form.close = enough || !head.keep_alive;
  stop_reading_ = form.close;
  linger_ = enough;
  if (head.request.target == "*") {  // the server itself is asked, not a resource
    answer_now(Response{204, {}, kAllow, {}, false}, form);
    return;
  }
  Turn turn(*this, form);
  hub_.handler.handle(head.request, turn);
}

void Connection::refuse(const Refusal& refusal) {
  hub_.probe.refusal(refusal.status);
  stop_reading_ = true;
  linger_ = true;
  stage_ = Stage::idle;
  const Request& request = hub_.head.request;
  const AnswerForm form{.close = true, .head_only = request.method == Method::head, .http_1_0 = request.http_1_0};
  if (first_ == nullptr) {
    append_refusal(hub_.output, request, refusal, form);
    return;
  }
  Slot& slot = add_slot(Slot::State::ready, form);
  append_refusal(slot.bytes, request, refusal, form);
  ready_bytes_ += slot.bytes.size();
}

void Connection::append_refusal(std::string& out, const Request& request, const Refusal& refusal,
                                const AnswerForm& form) {
  std::string content_type;
  std::string extra_fields;
  std::string body;
  hub_.handler.refusal(request, refusal.status, refusal.reason, content_type, extra_fields, body);
  if (refusal.status == 405) extra_fields += kAllow;
  append_answer(out, Response{refusal.status, content_type, extra_fields, body, form.close}, form, hub_.date_line());
}

bool Connection::is_paused() const {
  const std::size_t unsent = unsent_.size() - unsent_from_ + ready_bytes_ + hub_.output.size();
  return owed_ >= hub_.limits.pipelined_max || unsent >= static_cast<std::size_t>(hub_.limits.output_bytes_max);
}

void Connection::begin_drain(std::int64_t linger_ms) {
  drain_deadline_ms_ = hub_.now_ms + linger_ms;
  if (life_ == Life::open) update_deadline();
}

// By when the request that is coming in must have come.
std::int64_t Connection::stage_deadline() const {
  if (stage_ == Stage::idle || paused_) return kNever;
  if (stage_ == Stage::head) return stage_ms_ + hub_.limits.header_ms;
  const std::int64_t got = static_cast<std::int64_t>(pending_.size() - scan_.head_bytes());
  const std::int64_t by_rate = kBodyGraceMs + got * 1'000 / hub_.limits.body_bytes_per_s_min;
  return stage_ms_ + std::min(hub_.limits.body_ms, by_rate);
}

void Connection::update_deadline() {
  std::int64_t deadline = stage_deadline();
  if (!unsent_.empty()) deadline = std::min(deadline, write_deadline_ms_);
  if (first_ != nullptr) deadline = std::min(deadline, first_->deadline_ms);
  if (deadline == kNever) {
    deadline = hub_.now_ms + hub_.limits.idle_ms;
    if (drain_deadline_ms_ != 0) deadline = std::min(deadline, drain_deadline_ms_);
  }
  hub_.wheel.set(*this, deadline);
}

void Connection::expire() {
  if (life_ == Life::dead) return;
  if (life_ == Life::lingering) return kill();
  auto count = [this](Timeout kind) { hub_.probe.timeouts[static_cast<std::size_t>(kind)]->add(); };
  if (!unsent_.empty() && write_deadline_ms_ <= hub_.now_ms) {
    count(Timeout::write);
    return kill();
  }
  if (first_ != nullptr) {
    for (Slot* slot = first_; slot != nullptr && slot->deadline_ms <= hub_.now_ms; slot = slot->next) {
      if (slot->state == Slot::State::ready) continue;
      count(Timeout::answer);
      if (slot->state == Slot::State::held) {
        settle(*slot, false);
      } else {
        fill_refusal(*slot, {504, "no answer in time"});
      }
    }
  }
  if (stage_deadline() <= hub_.now_ms) {
    const bool in_head = stage_ == Stage::head;
    count(in_head ? Timeout::header : Timeout::body);
    understand_head({pending_.data(), in_head ? scan_.good_bytes() : scan_.head_bytes() - 2}, hub_.head);
    hub_.head.request.peer = peer_;
    refuse({408, in_head ? "header block too slow" : "body too slow"});
    pending_ = {};
  } else if (first_ == nullptr && unsent_.empty() && stage_ == Stage::idle) {
    if (drain_deadline_ms_ == 0) count(Timeout::idle);
    return kill();
  }
  flush();
  if (life_ == Life::open) update_deadline();
}

}  // namespace footfall::http
