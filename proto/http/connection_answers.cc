// The writing half of a connection: answers in the order of their requests, one send for all that are ready, and the
// end of the connection. What the kernel does not take is kept in unsent_ and sent when epoll says that there is room.
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "proto/http/connection.h"
#include "proto/http/socket_io.h"

namespace footfall::http {
namespace {

constexpr std::int64_t kLingerMs = 3'000;
constexpr std::int64_t kLingerDrainingMs = 1'000;
constexpr std::int64_t kLingerBytesMax = 16 * 1024 * 1024;
constexpr std::size_t kDiscardBytes = 512 * 1024;
constexpr int kDiscardsPerVisit = 4;

}  // namespace

PendingAnswer& Connection::add_pending(PendingAnswer::State state, const AnswerForm& form) {
  PendingAnswer& pending = manager_.pending_answers.take();
  pending.state = state;
  pending.form = form;
  pending.safe_bytes = 0;
  pending.deadline_ms = manager_.now_ms + manager_.limits.answer_ms;
  pending.connection = this;
  (last_ == nullptr ? first_ : last_->next) = &pending;
  last_ = &pending;
  ++owed_;
  return pending;
}

void Connection::drop_first() {
  PendingAnswer& pending = *first_;
  if (pending.state == PendingAnswer::State::held) manager_.held.remove(pending);
  if (pending.state == PendingAnswer::State::deferred) owes_deferred_ = false;
  if (pending.handle != nullptr) pending.handle->pending = nullptr;
  ready_bytes_ -= pending.bytes.size();
  first_ = pending.next;
  if (first_ == nullptr) last_ = nullptr;
  --owed_;
  manager_.pending_answers.give_back(pending);
}

void Connection::answer_now(const Response& response, AnswerForm form) {
  if (response.close && !form.close) {
    form.close = stop_reading_ = linger_ = true;
  }
  const std::string_view date_line = manager_.date_line(received_us_);
  if (first_ == nullptr) {
    append_answer(manager_.output, response, form, date_line);
    return;
  }
  PendingAnswer& pending = add_pending(PendingAnswer::State::ready, form);
  append_answer(pending.bytes, response, form, date_line);
  ready_bytes_ += pending.bytes.size();
}

void Connection::answer_when_released(std::uint64_t ticket, const Response& safe, const Response& otherwise,
                                      AnswerForm form) {
  if ((safe.close || otherwise.close) && !form.close) {
    form.close = stop_reading_ = linger_ = true;
  }
  const std::string_view date_line = manager_.date_line(received_us_);
  PendingAnswer& pending = add_pending(PendingAnswer::State::held, form);
  append_answer(pending.bytes, safe, form, date_line);
  pending.safe_bytes = pending.bytes.size();
  append_answer(pending.bytes, otherwise, form, date_line);
  hold(pending, ticket);
}

void Connection::answer_or_omit_when_released(std::uint64_t ticket, const Response& safe, const TextRange& omitted,
                                              AnswerForm form) {
  if (safe.close && !form.close) {
    form.close = stop_reading_ = linger_ = true;
  }
  PendingAnswer& pending = add_pending(PendingAnswer::State::held, form);
  const std::size_t extra_at = append_answer(pending.bytes, safe, form, manager_.date_line(received_us_));
  pending.safe_bytes = pending.bytes.size();
  pending.only_if_safe = {extra_at + omitted.at, omitted.bytes};
  hold(pending, ticket);
}

void Connection::hold(PendingAnswer& pending, std::uint64_t ticket) {
  pending.ticket = ticket;
  ready_bytes_ += pending.bytes.size();
  manager_.held.push(pending);
}

DeferredAnswer Connection::defer(const AnswerForm& form) {
  const Request& request = manager_.head.request;
  PendingAnswer& pending = add_pending(PendingAnswer::State::deferred, form);
  owes_deferred_ = true;
  pending.handle = std::make_shared<AnswerHandle>(&pending);
  pending.method = request.method;
  pending.host.assign(request.host);
  pending.target.assign(request.target);
  return DeferredAnswer(std::make_shared<DeferredAnswer::State>(manager_.messages, pending.handle));
}

void Connection::append_in_order(std::string_view bytes, const AnswerForm& form) {
  if (first_ == nullptr) {
    manager_.output += bytes;
    return;
  }
  PendingAnswer& pending = add_pending(PendingAnswer::State::ready, form);
  pending.bytes = bytes;
  ready_bytes_ += bytes.size();
}

void Connection::apply_decision(PendingAnswer& pending, bool safe) {
  manager_.held.remove(pending);
  ready_bytes_ -= pending.bytes.size();
  if (safe) {
    pending.bytes.resize(pending.safe_bytes);
  } else if (pending.bytes.size() == pending.safe_bytes) {
    pending.bytes.erase(pending.only_if_safe.at, pending.only_if_safe.bytes);
  } else {
    pending.bytes.erase(0, pending.safe_bytes);
  }
  mark_ready(pending);
}

void Connection::complete(PendingAnswer& pending, const Response& response) {
  if (response.close) pending.form.close = true;
  if (manager_.draining && pending.next == nullptr && unparsed_.empty() && !pending.form.close) {
    pending.form.close = stop_reading_ = linger_ = true;
  }
  append_answer(pending.bytes, response, pending.form, manager_.date_line());
  mark_ready(pending);
}

void Connection::complete_with_refusal(PendingAnswer& pending, const Refusal& refusal) {
  Request request;
  request.method = pending.method;
  request.target = pending.target;
  const std::size_t question = request.target.find('?');
  request.path = request.target.substr(0, question);
  if (question != std::string_view::npos) request.query = request.target.substr(question + 1);
  request.host = request.host_header = pending.host;
  request.peer = peer_;
  append_refusal(pending.bytes, request, refusal, pending.form);
  mark_ready(pending);
}

void Connection::mark_ready(PendingAnswer& pending) {
  if (pending.state == PendingAnswer::State::deferred) owes_deferred_ = false;
  pending.state = PendingAnswer::State::ready;
  ready_bytes_ += pending.bytes.size();
  if (pending.handle != nullptr) pending.handle->pending = nullptr;
  pending.handle.reset();
}

// Whether flush() would send one answer and nothing else, from where it stands.
bool Connection::has_one_ready_answer() const {
  return tls_ == nullptr && manager_.output.empty() && unsent_.empty() && first_ != nullptr &&
         first_->state == PendingAnswer::State::ready &&
         (first_->next == nullptr || first_->next->state != PendingAnswer::State::ready);
}

std::optional<std::string_view> Connection::answer_to_send() const {
  const bool may_batch = life_ == Life::open && writable_ && !stop_reading_ && has_one_ready_answer();
  return may_batch ? std::optional<std::string_view>(first_->bytes) : std::nullopt;
}

// Sends the answers that are ready, in order. What the kernel does not take is kept until epoll reports room.
void Connection::flush_after(std::optional<int> sent) {
  if (life_ != Life::open) return;
  std::string& out = manager_.output;
  if (first_ != nullptr || !unsent_.empty() || !out.empty()) active_ms = manager_.now_ms;
  const bool all_is_one_answer = has_one_ready_answer();
  FOOTFALL_CHECK(!sent || all_is_one_answer);
  while (first_ != nullptr && first_->state == PendingAnswer::State::ready) {
    const bool close = first_->form.close;
    if (all_is_one_answer) {
      const std::string_view bytes = first_->bytes;
      keep_unsent(bytes.substr(write(bytes, first_->next == nullptr, sent)));
    } else {
      out += first_->bytes;
    }
    if (life_ == Life::dead) return;
    drop_first();
    if (!close) continue;
    if (!stop_reading_) stop_reading_ = linger_ = true;
    while (first_ != nullptr) drop_first();  // they were asked for after the answer that ends the connection
  }
  std::string& bytes = tls_ == nullptr ? out : encrypt_output();
  if (life_ == Life::dead) return;
  if (!unsent_.empty()) {
    keep_unsent(bytes);
    bytes.clear();
    unsent_from_ += write(std::string_view(unsent_).substr(unsent_from_), first_ == nullptr);
    if (life_ == Life::dead) return;
    if (unsent_from_ == unsent_.size()) {
      free_memory(unsent_);
      unsent_from_ = 0;
    } else if (unsent_from_ > unsent_.size() / 2) {
      unsent_.erase(0, unsent_from_);
      unsent_from_ = 0;
    }
  } else if (!bytes.empty()) {
    keep_unsent(std::string_view(bytes).substr(write(bytes, first_ == nullptr)));
    bytes.clear();
  }
  if (life_ == Life::dead) return;
  if (stop_reading_ && first_ == nullptr && unsent_.empty()) return finish();
  if (!stop_reading_ || !unsent_.empty()) watch();
  if (life_ == Life::dead) return;
  if (paused_ && !is_paused()) {
    paused_ = false;
    manager_.serve_later(*this);
  }
  update_deadline();
  account();
}

// Reports to the manager how many bytes this connection keeps. The manager may close it for that.
void Connection::account() {
  const bool buffers = !undecrypted_.empty() || !unparsed_.empty() || !unsent_.empty();
  if (!buffers && ready_bytes_ == accounted_bytes) return;
  const std::size_t bytes =
      ready_bytes_ + (buffers ? undecrypted_.capacity() + unparsed_.capacity() + unsent_.capacity() : 0);
  manager_.count_buffers(*this, bytes, buffers);
}

// Most connections that ask for one thing only are answered and gone before epoll had to know of them.
void Connection::watch() {
  if (watched_ || life_ == Life::dead) return;
  watched_ = true;
  if (!manager_.watch(*this, fd_)) kill();
}

// `all`: nothing is owed after it. Then the last answer of a connection is held back for the close that follows at
// once, and leaves together with it: one packet where there would be two. `earlier`: the result of a send
// of these bytes that was made already.
std::size_t Connection::write(std::string_view bytes, bool all, std::optional<int> earlier) {
  corked_ = all && stop_reading_ && !linger_;
  std::size_t sent = 0;
  while (writable_ && sent < bytes.size()) {
    ssize_t took = 0;
    if (earlier) {
      took = *earlier >= 0 ? *earlier : -1;
      errno = *earlier >= 0 ? 0 : -*earlier;
      earlier.reset();
    } else {
      took = send_to(fd_, bytes.data() + sent, bytes.size() - sent, corked_ ? MSG_MORE : 0);
    }
    if (took >= 0) {
      sent += static_cast<std::size_t>(took);
      written_bytes_ += took;
      if (sent < bytes.size()) writable_ = false;
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      writable_ = false;
    } else if (errno != EINTR) {
      kill();
      return bytes.size();
    }
  }
  return sent;
}

void Connection::keep_unsent(std::string_view bytes) {
  if (bytes.empty() || life_ == Life::dead) return;
  if (unsent_.empty()) start_write_deadline();
  unsent_ += bytes;
}

// Within each write_ms a client has to read what bytes_per_s_min asks for. What counts is what its side has
// acknowledged: the kernel takes bytes as long as it has room, and says that it has room again only when much is free.
void Connection::start_write_deadline() {
  write_deadline_ms_ = manager_.now_ms + manager_.limits.write_ms;
  acknowledged_before_ = acknowledged_bytes();
}

bool Connection::reads_fast_enough() const {
  const std::int64_t wanted = manager_.limits.bytes_per_s_min * manager_.limits.write_ms / 1'000;
  return acknowledged_bytes() - acknowledged_before_ >= std::max<std::int64_t>(wanted, 1);
}

std::int64_t Connection::acknowledged_bytes() const {
  int in_kernel = 0;
  return ::ioctl(fd_, SIOCOUTQ, &in_kernel) == 0 ? written_bytes_ - in_kernel : written_bytes_;
}

// All is answered and sent. Where the client may still be sending, the connection is closed in our direction first, and
// what comes is read and dropped: closing over unread bytes would reset it and destroy the answer on its way (RFC 9112
// 9.6).
void Connection::finish() {
  if (!linger_) {
    if (corked_) ::shutdown(fd_, SHUT_WR);  // a close alone would drop the answer, had the client sent something more
    return kill();
  }
  life_ = Life::lingering;
  if (is_handshaking()) manager_.end_handshake(*this);
  tls_.reset();  // all that it had to say is sent
  free_memory(undecrypted_);
  free_memory(unparsed_);
  account();
  ::shutdown(fd_, SHUT_WR);
  watch();
  if (life_ == Life::dead) return;
  manager_.timers.set(*this, manager_.now_ms + (manager_.draining ? kLingerDrainingMs : kLingerMs));
  drain();
}

// Many clients send a body to its end before they look for an answer. It is dropped without being copied, up to a
// bound.
void Connection::drain() {
  for (int reads = 0; reads < kDiscardsPerVisit; ++reads) {
    const ssize_t got = discard_from(fd_, kDiscardBytes);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (got <= 0) return kill();
    linger_bytes_ += got;
    if (linger_bytes_ >= kLingerBytesMax) return kill();
  }
  manager_.serve_later(*this);
}

void Connection::kill() {
  if (life_ == Life::dead) return;
  life_ = Life::dead;
  if (is_handshaking()) manager_.end_handshake(*this);
  ::close(fd_);
  manager_.timers.remove(*this);
  while (first_ != nullptr) drop_first();
  free_memory(undecrypted_);
  free_memory(unparsed_);  // it is destroyed only when the round is over, and others may need the room in this round
  free_memory(unsent_);
  manager_.count_buffers(*this, 0, false);
  manager_.remove(*this);
}

}  // namespace footfall::http
