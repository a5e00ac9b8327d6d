// The server calls round(), expire() and process_messages(). Each of them ends by taking the messages of other threads
// and by deleting the connections that were closed meanwhile. So a connection may close itself, or another one, in the
// middle of any of them.
#include "proto/http/connection_manager.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

#include "proto/http/connection.h"

namespace footfall::http {
namespace {

constexpr std::int64_t kTickMsMax = 50;
constexpr std::size_t kOutputBytesKept = 1024 * 1024;

// A tenth of the shortest deadline, so that none comes much too late in proportion.
std::int64_t tick_for(const ServerLimits& limits) {
  const std::int64_t shortest = std::min(
      {limits.first_byte_ms, limits.idle_ms, limits.header_ms, limits.body_ms, limits.write_ms, limits.answer_ms});
  return std::clamp(shortest / 10, std::int64_t{1}, kTickMsMax);
}

HeadLimits head_limits_of(const ServerLimits& limits) {
  return {static_cast<std::size_t>(limits.header_bytes_max), static_cast<std::size_t>(limits.target_bytes_max),
          static_cast<std::size_t>(limits.fields_max)};
}

}  // namespace

ConnectionManager::ConnectionManager(const ServerOptions& options, Handler& with, const Clock& time, Metrics& metrics)
    : limits(options.limits),
      head_limits(head_limits_of(options.limits)),
      handler(with),
      clock(time),
      counters(metrics, options.name),
      messages(std::make_shared<MessageQueue>()),
      timers(tick_for(options.limits)),
      input(new char[kReadBytes]),
      encrypted_input(options.tls ? new char[kReadBytes] : nullptr),
      handshakes_(options.limits.handshakes_max, options.limits.handshakes_per_client_s),
      batch_(options.use_io_uring),
      batch_input_(batch_.uses_io_uring() ? new char[SocketBatch::kMax * kBatchReadBytes] : nullptr) {
  update_now();
  timers.start_at(now_ms);
}

ConnectionManager::~ConnectionManager() {
  close_all();
  messages->close();
}

bool ConnectionManager::admit_handshake(const Address& peer) {
  if (!handshakes_.may_begin(peer, now_ms)) {
    counters.handshakes_refused.add();
    return false;
  }
  for (Connection* each : handshakes_.find_those_in_the_way()) {
    counters.handshakes_evicted.add();
    each->kill();
  }
  return true;
}

void ConnectionManager::open(int fd, const Address& peer, std::unique_ptr<tls::Session> session) {
  if (connections_ == 0) timers.start_at(now_ms);
  const bool has_tls = session != nullptr;
  auto* connection = new Connection(*this, fd, peer, std::move(session));
  if (has_tls) handshakes_.begun(*connection, peer);
  connection->next_open = first_;
  if (first_ != nullptr) first_->previous_open = connection;
  first_ = connection;
  ++connections_;
  counters.connections.add();
  counters.connections_open.add(1);
  serve_later(*connection);
}

bool ConnectionManager::watch(Connection& connection, int fd) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &connection;
  return ::epoll_ctl(poll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

void ConnectionManager::serve_later(Connection& connection) {
  if (connection.serve_queued) return;
  connection.serve_queued = true;
  serve_next_.push_back(&connection);
}

void ConnectionManager::round(const Ready* ready, std::size_t count) {
  update_now();
  messages->begin_round();
  std::swap(serve_next_, serving_);
  for (Connection* connection : serving_) {
    connection->serve_queued = false;
    connection->serve();
    clear_output();
  }
  serving_.clear();
  serve_ready(ready, count);
  messages->end_round();
  process_messages();
}

// Receives for all of them at once, and then serves one after the other.
void ConnectionManager::serve_ready(const Ready* ready, std::size_t count) {
  std::size_t receives = 0;
  std::array<bool, SocketBatch::kMax> receiving;
  const auto slot = [&](std::size_t i) { return std::span(batch_input_.get() + i * kBatchReadBytes, kBatchReadBytes); };
  for (std::size_t i = 0; i < count; ++i) {
    receiving[i] = batch_.uses_io_uring() && ready[i].connection->may_receive(ready[i].events);
    if (receiving[i]) batch_.receive(ready[i].connection->fd(), slot(receives++));
  }
  const std::span<const int> results = batch_.run();
  receives = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (receiving[i]) {
      const Received received{slot(receives), results[receives]};
      ++receives;
      ready[i].connection->ready(ready[i].events, &received);
    } else {
      ready[i].connection->ready(ready[i].events);
    }
    clear_output();
  }
}

void ConnectionManager::end_wake_up() {
  messages->begin_round();
  handler.after_requests();
  update_now();  // the handler may have written to the log, which takes time
  messages->end_round();
  process_messages();
}

void ConnectionManager::expire() {
  update_now();
  messages->begin_round();
  timers.advance(now_ms, [this](TimerNode& node) {
    static_cast<Connection&>(node).expire();
    clear_output();
  });
  messages->end_round();
  process_messages();
}

void ConnectionManager::process_messages() {
  if (processing_) return;
  processing_ = true;
  while (messages->take(queued_)) {
    for (const Messages::Release& each : queued_.releases) release(each.ticket, each.safe);
    for (const DeferredResponse& each : queued_.answers) deliver(each);
    for (const std::function<void()>& each : queued_.work) each();
  }
  processing_ = false;
  finish_round();
}

void ConnectionManager::release(std::uint64_t ticket, bool safe) {
  while (held.first() != nullptr && held.first()->ticket <= ticket) {
    PendingAnswer& pending = *held.first();
    Connection& connection = *pending.connection;
    connection.apply_decision(pending, safe);
    ++released;
    if (connection.flush_queued) continue;
    connection.flush_queued = true;
    released_.push_back(&connection);
  }
  flush_released();
}

// Sends the answers of a batch of connections at once, and then lets each of them go on from there.
void ConnectionManager::flush_released() {
  for (std::span<Connection*> rest(released_); !rest.empty();) {
    const std::span<Connection*> these = rest.first(std::min(rest.size(), SocketBatch::kMax));
    rest = rest.subspan(these.size());
    std::array<bool, SocketBatch::kMax> sending;
    for (std::size_t i = 0; i < these.size(); ++i) {
      const auto answer = batch_.uses_io_uring() ? these[i]->answer_to_send() : std::nullopt;
      if ((sending[i] = answer.has_value())) batch_.send(these[i]->fd(), *answer);
    }
    const std::span<const int> results = batch_.run();
    std::size_t sent = 0;
    for (std::size_t i = 0; i < these.size(); ++i) {
      these[i]->flush_queued = false;
      these[i]->flush_after(sending[i] ? std::optional(results[sent++]) : std::nullopt);
      clear_output();
    }
  }
  released_.clear();
}

void ConnectionManager::deliver(const DeferredResponse& answer) {
  if (answer.handle->pending == nullptr) return;  // the connection is closed, or has got its 504
  PendingAnswer& pending = *answer.handle->pending;
  Connection& connection = *pending.connection;
  if (answer.status == 0) {
    connection.complete_with_refusal(pending, {500, "no answer"});
  } else {
    connection.complete(pending, {answer.status, answer.content_type, answer.extra_fields, answer.body, answer.close,
                                  answer.head_length});
  }
  connection.flush();
  clear_output();
}

void ConnectionManager::remove(Connection& connection) {
  (connection.previous_open == nullptr ? first_ : connection.previous_open->next_open) = connection.next_open;
  if (connection.next_open != nullptr) connection.next_open->previous_open = connection.previous_open;
  --connections_;
  counters.connections_open.add(-1);
  if (connection.serve_queued) std::erase(serve_next_, &connection);
  dead_.push_back(&connection);
}

void ConnectionManager::finish_round() {
  for (Connection* connection : dead_) delete connection;
  dead_.clear();
  if (output.capacity() > kOutputBytesKept) output = {};
  if (encrypted_output.capacity() > kOutputBytesKept) encrypted_output = {};
}

// Of a connection that was closed while it was served, something may be left.
void ConnectionManager::clear_output() {
  output.clear();
  encrypted_output.clear();
}

void ConnectionManager::begin_drain(std::int64_t linger_ms) {
  draining = true;
  update_now();
  for (Connection* connection = first_; connection != nullptr; connection = connection->next_open) {
    connection->begin_drain(linger_ms);
  }
}

void ConnectionManager::close_all() {
  while (first_ != nullptr) first_->kill();
  finish_round();
}

}  // namespace footfall::http
