#include "proto/http/hub.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>

#include "proto/http/connection.h"

namespace footfall::http {
namespace {

constexpr std::int64_t kTickMsMax = 50;
constexpr std::size_t kOutputBytesKept = 1024 * 1024;

// Fine enough that no deadline comes much too late in proportion.
std::int64_t tick_for(const ServerLimits& limits) {
  const std::int64_t shortest =
      std::min({limits.idle_ms, limits.header_ms, limits.body_ms, limits.write_ms, limits.answer_ms});
  return std::clamp(shortest / 10, std::int64_t{1}, kTickMsMax);
}

HeadLimits head_limits_of(const ServerLimits& limits) {
  return {static_cast<std::size_t>(limits.header_bytes_max), static_cast<std::size_t>(limits.target_bytes_max),
          static_cast<std::size_t>(limits.fields_max)};
}

}  // namespace

Hub::Hub(const ServerLimits& given, Handler& with, const Clock& time, Metrics& metrics, const std::string& name)
    : limits(given),
      head_limits(head_limits_of(given)),
      handler(with),
      clock(time),
      probe(metrics, name),
      mailbox(std::make_shared<Mailbox>()),
      wheel(tick_for(given)),
      input(new char[kReadBytes]) {
  update_now();
  wheel.start_at(now_ms);
}

Hub::~Hub() {
  close_all();
  mailbox->close();
}

void Hub::open(int fd, const Address& peer) {
  if (connections_ == 0) wheel.start_at(now_ms);
  auto* connection = new Connection(*this, fd, peer);
  connection->next_open = first_;
  if (first_ != nullptr) first_->previous_open = connection;
  first_ = connection;
  ++connections_;
  probe.connections.add();
  probe.connections_open.add(1);
  serve_again(*connection);
}

bool Hub::watch(Connection& connection, int fd) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &connection;
  return ::epoll_ctl(poll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

void Hub::serve_again(Connection& connection) {
  if (connection.again_queued) return;
  connection.again_queued = true;
  again_.push_back(&connection);
}

void Hub::round(const Ready* ready, std::size_t count) {
  update_now();
  mailbox->begin_round();
  std::swap(again_, again_now_);
  for (Connection* connection : again_now_) {
    connection->again_queued = false;
    connection->serve();
    output.clear();
  }
  again_now_.clear();
  for (std::size_t i = 0; i < count; ++i) {
    ready[i].connection->ready(ready[i].events);
    output.clear();
  }
  mailbox->end_round();
  take_mail();
}

void Hub::end_wake_up() {
  mailbox->begin_round();
  handler.after_requests();
  update_now();  // it may have written, and waited for the disk
  mailbox->end_round();
  take_mail();
}

void Hub::expire() {
  update_now();
  mailbox->begin_round();
  wheel.advance(now_ms, [this](WheelNode& node) {
    static_cast<Connection&>(node).expire();
    output.clear();
  });
  mailbox->end_round();
  take_mail();
}

void Hub::take_mail() {
  if (taking_mail_) return;
  taking_mail_ = true;
  while (mailbox->take(mail_)) {
    for (const Mail::Release& each : mail_.releases) release(each.ticket, each.safe);
    for (const LateAnswer& each : mail_.answers) deliver(each);
    for (const std::function<void()>& each : mail_.work) each();
  }
  taking_mail_ = false;
  finish_round();
}

void Hub::release(std::uint64_t ticket, bool safe) {
  while (held.first() != nullptr && held.first()->ticket <= ticket) {
    Slot& slot = *held.first();
    Connection& connection = *slot.connection;
    connection.settle(slot, safe);
    ++released;
    if (connection.flush_queued) continue;
    connection.flush_queued = true;
    released_.push_back(&connection);
  }
  for (Connection* connection : released_) {
    connection->flush_queued = false;
    connection->flush();
    output.clear();
  }
  released_.clear();
}

void Hub::deliver(const LateAnswer& answer) {
  if (answer.link->slot == nullptr) return;  // the connection is gone, or got its 504
  Slot& slot = *answer.link->slot;
  Connection& connection = *slot.connection;
  if (answer.status == 0) {
    connection.fill_refusal(slot, {500, "no answer"});
  } else {
    connection.fill(
        slot, {answer.status, answer.content_type, answer.extra_fields, answer.body, answer.close, answer.head_length});
  }
  connection.flush();
  output.clear();
}

void Hub::bury(Connection& connection) {
  (connection.previous_open == nullptr ? first_ : connection.previous_open->next_open) = connection.next_open;
  if (connection.next_open != nullptr) connection.next_open->previous_open = connection.previous_open;
  --connections_;
  probe.connections_open.add(-1);
  if (connection.again_queued) std::erase(again_, &connection);
  dead_.push_back(&connection);
}

void Hub::finish_round() {
  for (Connection* connection : dead_) delete connection;
  dead_.clear();
  if (output.capacity() > kOutputBytesKept) output = {};
}

void Hub::begin_drain(std::int64_t linger_ms) {
  draining = true;
  update_now();
  for (Connection* connection = first_; connection != nullptr; connection = connection->next_open) {
    connection->begin_drain(linger_ms);
  }
}

void Hub::close_all() {
  while (first_ != nullptr) first_->kill();
  finish_round();
}

}  // namespace footfall::http
