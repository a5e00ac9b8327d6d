// The writing half of a connection: answers in their order, one send for all that are ready, and the end.
#include <sys/socket.h>
#include <unistd.h>

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
constexpr int kDiscardsPerTurn = 4;

}  // namespace

Slot& Connection::add_slot(Slot::State state, const AnswerForm& form) {
  Slot& slot = hub_.slots.take();
  slot.state = state;
  slot.form = form;
  slot.safe_bytes = 0;
  slot.deadline_ms = hub_.now_ms + hub_.limits.answer_ms;
  slot.connection = this;
  (last_ == nullptr ? first_ : last_->next) = &slot;
  last_ = &slot;
  ++owed_;
  return slot;
}

void Connection::drop_slot() {
  Slot& slot = *first_;
  if (slot.state == Slot::State::held) hub_.held.remove(slot);
  if (slot.link != nullptr) slot.link->slot = nullptr;
  ready_bytes_ -= slot.bytes.size();
  first_ = slot.next;
  if (first_ == nullptr) last_ = nullptr;
  --owed_;
  hub_.slots.give_back(slot);
}

void Connection::answer_now(const Response& response, AnswerForm form) {
  if (response.close && !form.close) {
    form.close = stop_reading_ = linger_ = true;
  }
  const std::string_view date_line = hub_.date_line(received_us_);
  if (first_ == nullptr) {
    append_answer(hub_.output, response, form, date_line);
    return;
  }
  Slot& slot = add_slot(Slot::State::ready, form);
  append_answer(slot.bytes, response, form, date_line);
  ready_bytes_ += slot.bytes.size();
}

void Connection::answer_later(std::uint64_t ticket, const Response& safe, const Response& otherwise, AnswerForm form) {
  if ((safe.close || otherwise.close) && !form.close) {
    form.close = stop_reading_ = linger_ = true;
  }
  const std::string_view date_line = hub_.date_line(received_us_);
  Slot& slot = add_slot(Slot::State::held, form);
  append_answer(slot.bytes, safe, form, date_line);
  slot.safe_bytes = slot.bytes.size();
  append_answer(slot.bytes, otherwise, form, date_line);
  hold(slot, ticket);
}

void Connection::answer_whole_later(std::uint64_t ticket, const Response& safe, const Piece& piece, AnswerForm form) {
  if (safe.close && !form.close) {
    form.close = stop_reading_ = linger_ = true;
  }
  Slot& slot = add_slot(Slot::State::held, form);
  const std::size_t extra_at = append_answer(slot.bytes, safe, form, hub_.date_line(received_us_));
  slot.safe_bytes = slot.bytes.size();
  slot.only_if_safe = {extra_at + piece.at, piece.bytes};
  hold(slot, ticket);
}

void Connection::hold(Slot& slot, std::uint64_t ticket) {
  slot.ticket = ticket;
  ready_bytes_ += slot.bytes.size();
  hub_.held.push(slot);
}

DeferredAnswer Connection::defer(const AnswerForm& form) {
  const Request& request = hub_.head.request;
  Slot& slot = add_slot(Slot::State::deferred, form);
  slot.link = std::make_shared<AnswerLink>(&slot);
  slot.method = request.method;
  slot.host.assign(request.host);
  slot.target.assign(request.target);
  return DeferredAnswer(std::make_shared<DeferredAnswer::State>(hub_.mailbox, slot.link));
}

void Connection::append_in_order(std::string_view bytes, const AnswerForm& form) {
  if (first_ == nullptr) {
    hub_.output += bytes;
    return;
  }
  Slot& slot = add_slot(Slot::State::ready, form);
  slot.bytes = bytes;
  ready_bytes_ += bytes.size();
}

void Connection::settle(Slot& slot, bool safe) {
  hub_.held.remove(slot);
  ready_bytes_ -= slot.bytes.size();
  if (safe) {
    slot.bytes.resize(slot.safe_bytes);
  } else if (slot.bytes.size() == slot.safe_bytes) {
    slot.bytes.erase(slot.only_if_safe.at, slot.only_if_safe.bytes);
  } else {
    slot.bytes.erase(0, slot.safe_bytes);
  }
  become_ready(slot);
}

void Connection::fill(Slot& slot, const Response& response) {
  if (response.close) slot.form.close = true;
  if (hub_.draining && slot.next == nullptr && !slot.form.close) {
    slot.form.close = stop_reading_ = linger_ = true;
  }
  append_answer(slot.bytes, response, slot.form, hub_.date_line());
  become_ready(slot);
}

void Connection::fill_refusal(Slot& slot, const Refusal& refusal) {
  Request request;
  request.method = slot.method;
  request.target = slot.target;
  const std::size_t question = request.target.find('?');
  request.path = request.target.substr(0, question);
  if (question != std::string_view::npos) request.query = request.target.substr(question + 1);
  request.host = request.host_header = slot.host;
  request.peer = peer_;
  append_refusal(slot.bytes, request, refusal, slot.form);
  become_ready(slot);
}

void Connection::become_ready(Slot& slot) {
  slot.state = Slot::State::ready;
  ready_bytes_ += slot.bytes.size();
  if (slot.link != nullptr) slot.link->slot = nullptr;
  slot.link.reset();
}

// Sends what is ready, in order. What the kernel does not take waits for its signal.
void Connection::flush() {
  if (life_ != Life::open) return;
  std::string& out = hub_.output;
  const bool all_is_one_slot = out.empty() && unsent_.empty() && first_ != nullptr &&
                               first_->state == Slot::State::ready &&
                               (first_->next == nullptr || first_->next->state != Slot::State::ready);
  while (first_ != nullptr && first_->state == Slot::State::ready) {
    const bool close = first_->form.close;
    if (all_is_one_slot) {
      const std::string_view bytes = first_->bytes;
      keep_unsent(bytes.substr(write(bytes, first_->next == nullptr)));
    } else {
      out += first_->bytes;
    }
    if (life_ == Life::dead) return;
    drop_slot();
    if (!close) continue;
    if (!stop_reading_) stop_reading_ = linger_ = true;
    while (first_ != nullptr) drop_slot();  // asked for after the answer that ends the connection
  }
  if (!unsent_.empty()) {
    keep_unsent(out);
    out.clear();
    unsent_from_ += write(std::string_view(unsent_).substr(unsent_from_), first_ == nullptr);
    if (unsent_from_ == unsent_.size()) {
      unsent_ = {};
      unsent_from_ = 0;
    }
  } else if (!out.empty()) {
    keep_unsent(std::string_view(out).substr(write(out, first_ == nullptr)));
    out.clear();
  }
  if (life_ == Life::dead) return;
  if (stop_reading_ && first_ == nullptr && unsent_.empty()) return finish();
  if (!stop_reading_ || !unsent_.empty()) watch();
  if (life_ == Life::dead) return;
  if (paused_ && !is_paused()) {
    paused_ = false;
    hub_.serve_again(*this);
  }
  update_deadline();
}

// Most connections that ask for one thing only are answered and gone before epoll had to know of them.
void Connection::watch() {
  if (watched_ || life_ == Life::dead) return;
  watched_ = true;
  if (!hub_.watch(*this, fd_)) kill();
}

// `all`: nothing is owed after it. Then the last answer of a connection is held back for the close that follows at
// once, and leaves together with it: one packet where there would be two.
std::size_t Connection::write(std::string_view bytes, bool all) {
  corked_ = all && stop_reading_ && !linger_;
  std::size_t sent = 0;
  while (writable_ && sent < bytes.size()) {
    const ssize_t took = send_to(fd_, bytes.data() + sent, bytes.size() - sent, corked_ ? MSG_MORE : 0);
    if (took >= 0) {
      sent += static_cast<std::size_t>(took);
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

// The time allowed grows with the amount, at the rate that bodies must keep too.
void Connection::keep_unsent(std::string_view bytes) {
  if (bytes.empty() || life_ == Life::dead) return;
  if (unsent_.empty()) write_deadline_ms_ = hub_.now_ms + hub_.limits.write_ms;
  write_deadline_ms_ += static_cast<std::int64_t>(bytes.size()) * 1'000 / hub_.limits.body_bytes_per_s_min;
  unsent_ += bytes;
}

// All is answered and sent. Where the client may still be sending, it first hears that we stopped and may finish:
// closing over unread bytes would reset the connection and destroy the answer on its way (RFC 9112 9.6).
void Connection::finish() {
  if (!linger_) {
    if (corked_) ::shutdown(fd_, SHUT_WR);  // a close alone would drop the answer, had the client sent something more
    return kill();
  }
  life_ = Life::lingering;
  pending_ = {};
  ::shutdown(fd_, SHUT_WR);
  watch();
  if (life_ == Life::dead) return;
  hub_.wheel.set(*this, hub_.now_ms + (hub_.draining ? kLingerDrainingMs : kLingerMs));
  drain();
}

// Many clients send a body to its end before they look for an answer: what comes is thrown away, uncopied, to a bound.
void Connection::drain() {
  for (int reads = 0; reads < kDiscardsPerTurn; ++reads) {
    const ssize_t got = discard_from(fd_, kDiscardBytes);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (got <= 0) return kill();
    linger_bytes_ += got;
    if (linger_bytes_ >= kLingerBytesMax) return kill();
  }
  hub_.serve_again(*this);
}

void Connection::kill() {
  if (life_ == Life::dead) return;
  life_ = Life::dead;
  ::close(fd_);
  hub_.wheel.remove(*this);
  while (first_ != nullptr) drop_slot();
  hub_.bury(*this);
}

}  // namespace footfall::http
