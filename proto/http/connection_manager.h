// Owns the connections of one server and what they share: limits, buffers, deadlines, the answers that wait for a
// ticket. Connections read into one buffer and write from another, both the manager's; a connection keeps a buffer of
// its own only while a request or an answer is incomplete. So an idle one costs no memory for buffers. One thread, the
// server's.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proto/http/answer.h"
#include "proto/http/handshake_limit.h"
#include "proto/http/message_queue.h"
#include "proto/http/parser.h"
#include "proto/http/server.h"
#include "proto/http/server_metrics.h"
#include "proto/http/socket_batch.h"
#include "proto/http/timer_wheel.h"
#include "proto/tls/session.h"

namespace footfall::http {

class Connection;

// Who is closed first when a server is full.
enum class EvictionRank : std::uint8_t { ending, idle_above_share, above_share, idle };

inline constexpr std::size_t kReadBytes = 64 * 1024;
inline constexpr std::size_t kBatchReadBytes = 4 * 1024;  // of each connection in a batch; most requests are shorter

class ConnectionManager {
 public:
  ConnectionManager(const ServerOptions& options, Handler& handler, const Clock& clock, Metrics& metrics);
  ~ConnectionManager();  // closes all connections at once
  ConnectionManager(const ConnectionManager&) = delete;
  ConnectionManager& operator=(const ConnectionManager&) = delete;

  const ServerLimits limits;
  const HeadLimits head_limits;
  Handler& handler;
  const Clock& clock;
  ServerMetrics counters;
  const std::shared_ptr<MessageQueue> messages;
  TimerWheel timers;
  PendingAnswerPool pending_answers;
  HeldAnswers held;
  Head head;           // of the request being handled
  std::string output;  // of the connection being served, before encryption; empty in between
  const std::unique_ptr<char[]> input;
  // With TLS: what goes to the socket of the connection being served, and what came from it.
  std::string encrypted_output;
  const std::unique_ptr<char[]> encrypted_input;  // null: the server has no TLS
  std::int64_t now_ms = 0;                        // steady time, as of this round
  bool draining = false;
  int poll_fd = -1;            // the server's epoll set
  std::uint64_t requests = 0;  // given to the handler since the start
  std::uint64_t released = 0;  // answers that had waited for a ticket, since the start

  std::string_view date_line() { return date_line_.at(clock.wall_us()); }
  std::string_view date_line(std::int64_t wall_us) { return date_line_.at(wall_us); }
  void update_now() { now_ms = clock.steady_us() / 1000; }

  // Takes a new connection. The next round serves it, because most clients have sent a request by then.
  void open(int fd, const Address& peer, std::unique_ptr<tls::Session> session = nullptr);
  // Whether a connection with TLS may be opened for this client. If so, unfinished handshakes may end for it.
  bool admit_handshake(const Address& peer);
  void end_handshake(const Connection& connection) { handshakes_.finished(connection); }  // however it ends
  // From now on the rounds get the events of its socket, edge-triggered and for both directions. False: the kernel
  // refuses.
  bool watch(Connection& connection, int fd);
  std::int64_t connections() const { return connections_; }
  void serve_later(Connection& connection);  // it has more to do than one visit allows
  bool has_more() const { return !serve_next_.empty(); }

  // Serves the connections that the last round left over, then those of `ready`, SocketBatch::kMax at most. After the
  // last round of a wake-up end_wake_up() lets the handler close its batch.
  struct Ready {
    Connection* connection;
    std::uint32_t events;
  };
  void round(const Ready* ready, std::size_t count);
  void end_wake_up();
  void expire();  // acts on the deadlines that have passed
  void process_messages();
  void begin_drain(std::int64_t linger_ms);
  void close_all();

  // A connection's buffers hold `bytes` now; `is_buffering`: an incomplete request or an unsent answer is among them.
  // Closes connections, perhaps this one, while the sum is above limits.buffer_bytes_max.
  void count_buffers(Connection& connection, std::size_t bytes, bool is_buffering);
  bool has_too_many_bytes() const { return buffer_bytes_ > static_cast<std::size_t>(limits.buffer_bytes_max); }
  // Closes connections that the server can do without, a sixteenth at a time, for one that comes from `newcomer`
  // (server.h), or says that there are none.
  enum class Room : std::uint8_t { made, none_for_this_client, none_for_anybody };
  Room make_room(const Address& newcomer);
  bool can_make_room();  // for a client that has no connection yet

  // Called by a connection that ends; it is destroyed when the round is over.
  void remove(Connection& connection);

 private:
  void clear_output();
  void serve_ready(const Ready* ready, std::size_t count);
  void release(std::uint64_t ticket, bool safe);
  void flush_released();
  void deliver(const DeferredResponse& answer);
  void finish_round();
  struct Candidate {
    EvictionRank rank;
    Connection* connection;
  };
  std::vector<Candidate> find_eviction_candidates();
  bool is_above_share(const Address& client) const;

  DateLine date_line_;
  HandshakeLimit handshakes_;
  Connection* first_ = nullptr;  // all that are open
  std::int64_t connections_ = 0;
  std::size_t buffer_bytes_ = 0;
  std::vector<Address> above_share_;            // clients, when candidates were last looked for
  std::int64_t nothing_for_them_until_ms_ = 0;  // their newcomers are refused without looking again
  Connection* first_buffering_ = nullptr;       // of those that keep a buffer, the one that has kept it longest
  Connection* last_buffering_ = nullptr;
  std::vector<Connection*> serve_next_;
  std::vector<Connection*> serving_;
  std::vector<Connection*> released_;
  SocketBatch batch_;
  const std::unique_ptr<char[]> batch_input_;  // kBatchReadBytes for each of a batch; null: no io_uring
  std::vector<Connection*> dead_;
  Messages queued_;
  bool processing_ = false;
};

}  // namespace footfall::http
