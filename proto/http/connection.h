// One connection of a server: it reads some bytes, parses and answers all requests in them, and writes once. Answers
// keep the order of their requests, whether the handler gives them at once, when a ticket is released, or later. The
// ConnectionManager owns it; everything happens on the server's thread. A client that breaks a limit of ServerLimits is
// answered (408, 504) where an answer is still possible, and its connection is closed. With TLS what is received is
// decrypted before it is parsed, and answers are encrypted as they are sent.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "proto/http/answer.h"
#include "proto/http/chunked.h"
#include "proto/http/connection_entry.h"
#include "proto/http/connection_manager.h"
#include "proto/http/guard.h"
#include "proto/http/socket_batch.h"
#include "proto/tls/session.h"

namespace footfall::http {

inline void free_memory(std::string& buffer) { std::string().swap(buffer); }  // which assigning an empty one may keep

class Connection : public ConnectionEntry {
 public:
  // `session`: of a connection with TLS; null: plain HTTP.
  Connection(ConnectionManager& manager, int fd, const Address& peer, std::unique_ptr<tls::Session> session);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // epoll has reported these events. If may_receive() allows a receive before it, what that brought is handed over.
  void ready(std::uint32_t events, const Received* received = nullptr);
  bool may_receive(std::uint32_t events) const;
  void serve();   // goes on reading and answering where the last visit stopped
  void expire();  // its deadline has passed
  void begin_drain(std::int64_t linger_ms);
  void kill();  // closes at once, whatever is owed

  // Whether a full server may close this connection, and how early; none: it must not. `is_above_share` says that its
  // client has more connections than its share.
  std::optional<EvictionRank> eviction_rank(bool is_above_share) const;
  const Address& peer() const { return peer_; }

  // A pending answer has become known: complete() for a deferred one, apply_decision() for one that waited for its
  // ticket. flush() then sends what is ready.
  void complete(PendingAnswer& pending, const Response& response);
  void complete_with_refusal(PendingAnswer& pending, const Refusal& refusal);
  void apply_decision(PendingAnswer& pending, bool safe);
  void flush() { flush_after({}); }
  // The answer that flush() would send alone, if it may be sent in a batch: without TLS, and on a connection that stays
  // open. flush_after() then takes the result of that send, as of SocketBatch.
  std::optional<std::string_view> answer_to_send() const;
  void flush_after(std::optional<int> sent);
  int fd() const { return fd_; }

 private:
  friend class ConnectionResponder;
  enum class Stage : std::uint8_t { idle, head, body };
  enum class Life : std::uint8_t { open, lingering, dead };

  void read();
  void take_received(std::span<char> buffer, ssize_t result);
  void end_requests();
  bool is_handshaking() const { return tls_ != nullptr && tls_->is_handshaking(); }
  void decrypt(std::string_view received);
  std::string_view decrypt_whole_records(std::string_view received);
  void finish_handshake();
  void give_up_session();
  std::string& encrypt_output();
  void take(char* bytes, std::size_t size);
  void parse_unparsed();
  std::string_view parse(char* bytes, std::size_t size);
  bool parse_one(char* bytes, std::size_t size, std::size_t& used);
  Refusal parse_fresh_head(std::string_view bytes);
  Refusal check_before_body();
  void dispatch(std::string_view body, bool more_follows);
  void refuse(const Refusal& refusal);
  bool is_paused() const;

  void answer_now(const Response& response, AnswerForm form);
  void answer_when_released(std::uint64_t ticket, const Response& safe, const Response& otherwise, AnswerForm form);
  void answer_or_omit_when_released(std::uint64_t ticket, const Response& safe, const TextRange& omitted,
                                    AnswerForm form);
  void hold(PendingAnswer& pending, std::uint64_t ticket);
  DeferredAnswer defer(const AnswerForm& form);
  void append_refusal(std::string& out, const Request& request, const Refusal& refusal, const AnswerForm& form);
  void append_in_order(std::string_view bytes, const AnswerForm& form);
  PendingAnswer& add_pending(PendingAnswer::State state, const AnswerForm& form);
  void mark_ready(PendingAnswer& pending);
  void drop_first();
  bool has_one_ready_answer() const;
  std::size_t write(std::string_view bytes, bool all, std::optional<int> earlier = {});
  void keep_unsent(std::string_view bytes);
  void finish();
  void watch();
  void drain();
  void account();
  void start_write_deadline();
  bool reads_fast_enough() const;
  std::int64_t acknowledged_bytes() const;
  std::int64_t stage_deadline() const;
  void update_deadline();

  ConnectionManager& manager_;
  const int fd_;
  std::unique_ptr<tls::Session> tls_;  // null: plain HTTP, or lingering
  Life life_ = Life::open;
  Stage stage_ = Stage::idle;
  bool readable_ = true;       // the kernel may have received bytes
  bool writable_ = true;       // the kernel may have room for more
  bool peer_closed_ = false;   // the client sends no more; bytes that came before may still be unread
  bool stop_reading_ = false;  // no further request is taken; the connection ends when all are answered
  bool linger_ = false;        // it then ends as finish() says, and not by a plain close
  bool paused_ = false;        // reading stopped because too much is owed; flush() resumes it
  bool corked_ = false;        // the kernel holds the last bytes back until the close that follows
  bool watched_ = false;       // the socket is in the epoll set
  Address peer_;
  std::int64_t requests_ = 0;
  std::int64_t received_us_ = 0;

  std::string undecrypted_;     // of a record that is not whole
  std::int64_t record_ms_ = 0;  // since when there has been a part of a record and no plain text
  std::string unparsed_;        // bytes of a request that is not complete, or whose turn has not come
  HeadScan scan_;
  int empty_lines_left_ = kEmptyLinesMax;  // as many the next request may still have in front of it
  std::int64_t stage_ms_ = 0;              // when stage_ began
  std::int64_t content_length_ = 0;
  std::optional<ChunkedBody> chunked_;
  std::size_t chunk_read_ = 0;
  std::size_t chunk_written_ = 0;

  std::string unsent_;  // as it goes to the socket
  std::size_t unsent_from_ = 0;
  std::int64_t written_bytes_ = 0;  // since the connection was opened, to the kernel
  std::int64_t write_deadline_ms_ = 0;
  std::int64_t acknowledged_before_ = 0;  // as many had been acknowledged when that deadline was set
  std::int64_t linger_bytes_ = 0;
  std::int64_t drain_deadline_ms_ = 0;
  PendingAnswer* first_ = nullptr;  // answers owed, in order
  PendingAnswer* last_ = nullptr;
  std::int64_t owed_ = 0;
  bool owes_deferred_ = false;
  std::size_t ready_bytes_ = 0;  // in answers that are ready or held
};

}  // namespace footfall::http
