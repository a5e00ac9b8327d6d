// A connection has a read outstanding from the moment it is established. So it is noticed at once when the upstream
// closes an idle one, and a request costs one send and one recv, because after a short read Asio knows that the socket
// is empty. One coarse timer serves all deadlines of a client. Requests beyond connections_max wait in a queue.
#include "proto/http/client.h"

#include <algorithm>
#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <deque>
#include <optional>
#include <utility>

#include "proto/base/clock.h"
#include "proto/http/response_parser.h"
#include "proto/http/server.h"

namespace footfall::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::int64_t kTickMsMax = 100;
constexpr std::size_t kReadBytes = 16 * 1024;

using Done = std::function<void(Result<ClientResponse>)>;

std::int64_t steady_ms() { return system_clock().steady_us() / 1000; }

Failure failed(std::string message, std::string code) {
  Failure failure = unavailable(ErrorSource::us, std::move(message));
  failure.error().code = std::move(code);
  return failure;
}

std::string wire_form(const ClientRequest& request) {
  std::string text;
  text.reserve(256 + request.extra_fields.size() + request.body.size());
  text.append(method_name(request.method)).append(" ").append(request.target).append(" HTTP/1.1\r\nHost: ");
  text.append(request.host).append("\r\n").append(request.extra_fields);
  const bool has_body = !request.body.empty() || request.method == Method::post || request.method == Method::put ||
                        request.method == Method::patch;
  if (has_body) text.append("Content-Length: ").append(std::to_string(request.body.size())).append("\r\n");
  return text.append("\r\n").append(request.body);
}

struct PendingRequest {
  ClientRequest request;
  Done done;
  std::int64_t queued_ms = 0;
  bool retried = false;
};

class Pool;

// One connection to the upstream. Asio's handlers own it together with the pool.
struct PooledConnection {
  explicit PooledConnection(asio::io_context& io) : socket(io), resolver(io) {}

  Pool* pool = nullptr;  // null: the pool has given it up, and whatever comes is ignored
  tcp::socket socket;
  tcp::resolver resolver;
  bool connected = false;
  bool used_before = false;  // it has carried an answer, and the upstream may have closed it since
  std::int64_t deadline_ms = 0;
  std::optional<PendingRequest> pending;
  std::string output;
  std::string input;  // of the answer, not yet parsed
  bool writing = false;
  bool got_bytes = false;
  std::size_t received_bytes = 0;  // of the answer
  std::optional<ResponseParser> parser;
  std::array<char, kReadBytes> buffer;
};
using ConnectionPtr = std::shared_ptr<PooledConnection>;

class Pool final : public HttpClient {
 public:
  Pool(asio::io_context& io, const ClientOptions& options) : options_(options), io_(io), timer_(io) {
    tick_ms_ = std::clamp(std::min({options.connect_ms, options.answer_ms, options.idle_ms}) / 10, std::int64_t{1},
                          kTickMsMax);
  }
  ~Pool() override {
    for (const ConnectionPtr& connection : std::exchange(connections_, {})) abandon(connection);
  }

  void send(ClientRequest request, Done done) override {
    start(PendingRequest{std::move(request), std::move(done), steady_ms(), false}, true);
  }
  std::int64_t open_connections() const override { return static_cast<std::int64_t>(connections_.size()); }

 private:
  void start(PendingRequest pending, bool may_reuse);
  void connect(PendingRequest pending);
  void connected(const ConnectionPtr& connection, error_code ec);
  void write_request(const ConnectionPtr& connection);
  void read_on(const ConnectionPtr& connection);
  void take_bytes(const ConnectionPtr& connection, error_code ec, std::size_t size);
  void answer(const ConnectionPtr& connection);
  void fail(const ConnectionPtr& connection, Error error);
  void abandon(const ConnectionPtr& connection);
  void remove(const ConnectionPtr& connection);
  void start_next();
  void tick();
  void expire();

  const ClientOptions options_;
  asio::io_context& io_;
  asio::steady_timer timer_;
  std::int64_t tick_ms_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::size_t received_bytes_ = 0;  // of all answers that are coming in
  bool ticking_ = false;
  std::vector<ConnectionPtr> connections_;  // all
  std::vector<ConnectionPtr> idle_;         // the last used at the end
  std::deque<PendingRequest> queue_;
};

void Pool::start(PendingRequest pending, bool may_reuse) {
  tick();
  if (may_reuse && !idle_.empty()) {
    const ConnectionPtr connection = std::move(idle_.back());
    idle_.pop_back();
    connection->pending = std::move(pending);
    return write_request(connection);
  }
  if (open_connections() < options_.connections_max) return connect(std::move(pending));
  if (static_cast<std::int64_t>(queue_.size()) >= options_.queue_max) {
    return pending.done(failed("too many requests wait for " + options_.host, "queue_full"));
  }
  queue_.push_back(std::move(pending));
}

void Pool::connect(PendingRequest pending) {
  auto connection = std::make_shared<PooledConnection>(io_);
  connection->pool = this;
  connection->pending = std::move(pending);
  connection->deadline_ms = steady_ms() + options_.connect_ms;
  connections_.push_back(connection);
  error_code ec;
  const auto address = asio::ip::make_address(options_.host, ec);
  if (!ec) {
    connection->socket.async_connect(tcp::endpoint(address, options_.port), [connection](error_code result) {
      if (connection->pool != nullptr) connection->pool->connected(connection, result);
    });
    return;
  }
  connection->resolver.async_resolve(
      options_.host, std::to_string(options_.port), [connection](error_code result, tcp::resolver::results_type found) {
        if (connection->pool == nullptr) return;
        if (result) return connection->pool->connected(connection, result);
        asio::async_connect(connection->socket, found, [connection](error_code outcome, const tcp::endpoint&) {
          if (connection->pool != nullptr) connection->pool->connected(connection, outcome);
        });
      });
}

void Pool::connected(const ConnectionPtr& connection, error_code ec) {
  if (ec) {
    const std::string where = options_.host + ":" + std::to_string(options_.port);
    return fail(connection, failed("cannot connect to " + where + ": " + ec.message(), "connect").error());
  }
  connection->connected = true;
  error_code ignored;
  connection->socket.set_option(tcp::no_delay(true), ignored);
  read_on(connection);
  write_request(connection);
}

void Pool::write_request(const ConnectionPtr& connection) {
  const ClientRequest& request = connection->pending->request;
  connection->output = wire_form(request);
  connection->input.clear();
  connection->writing = true;
  connection->got_bytes = false;
  connection->parser.emplace(request.method, static_cast<std::size_t>(options_.header_bytes_max),
                             static_cast<std::size_t>(options_.body_bytes_max));
  connection->deadline_ms = steady_ms() + options_.answer_ms;
  asio::async_write(connection->socket, asio::buffer(connection->output), [connection](error_code ec, std::size_t) {
    // After a failure to write the read fails as well, or still finds an answer (a refusal of the body, for instance).
    if (connection->pool == nullptr || ec) return;
    connection->writing = false;
    if (!connection->pending) return;
    connection->deadline_ms = steady_ms() + connection->pool->options_.answer_ms;
  });
}

void Pool::read_on(const ConnectionPtr& connection) {
  connection->socket.async_read_some(asio::buffer(connection->buffer), [connection](error_code ec, std::size_t size) {
    if (connection->pool != nullptr) connection->pool->take_bytes(connection, ec, size);
  });
}

void Pool::take_bytes(const ConnectionPtr& connection, error_code ec, std::size_t size) {
  if (!connection->pending) {  // idle: the upstream has closed it, or sends something unasked
    std::erase(idle_, connection);
    return remove(connection);
  }
  if (ec) {
    if (connection->got_bytes && ec == asio::error::eof && connection->parser->feed_end() &&
        connection->parser->is_done()) {
      return answer(connection);
    }
    return fail(connection, failed("upstream closed the connection", "closed").error());
  }
  connection->got_bytes = true;
  connection->received_bytes += size;
  received_bytes_ += size;
  if (received_bytes_ > static_cast<std::size_t>(options_.buffer_bytes_max)) {
    return fail(connection, failed("too many answers come in at the same time", "buffers_full").error());
  }
  connection->input.append(connection->buffer.data(), size);
  if (Result<void> fed = connection->parser->feed(connection->input); !fed) return fail(connection, fed.error());
  if (connection->parser->is_done()) return answer(connection);
  read_on(connection);
}

void Pool::answer(const ConnectionPtr& connection) {
  received_bytes_ -= std::exchange(connection->received_bytes, 0);
  const bool reusable = connection->parser->may_reuse_connection() && connection->input.empty() && !connection->writing;
  ClientResponse response = std::move(connection->parser->response());
  PendingRequest pending = std::move(*connection->pending);
  connection->pending.reset();
  connection->parser.reset();
  connection->output = {};
  connection->used_before = true;
  connection->deadline_ms = steady_ms() + options_.idle_ms;
  if (reusable) {
    idle_.push_back(connection);
    read_on(connection);
  } else {
    remove(connection);
  }
  const std::shared_ptr<bool> alive = alive_;
  pending.done(std::move(response));
  if (alive.use_count() > 1) start_next();  // `done` may have destroyed this pool
}

void Pool::fail(const ConnectionPtr& connection, Error error) {
  PendingRequest pending = std::move(*connection->pending);
  connection->pending.reset();
  const Method method = pending.request.method;
  const bool safe = method == Method::get || method == Method::head || method == Method::options;
  const bool was_stale = connection->used_before && !connection->got_bytes && error.code == "closed";
  remove(connection);
  if (was_stale && safe && !pending.retried) {
    pending.retried = true;
    return start(std::move(pending), false);
  }
  const std::shared_ptr<bool> alive = alive_;
  pending.done(Failure(std::move(error)));
  if (alive.use_count() > 1) start_next();
}

void Pool::abandon(const ConnectionPtr& connection) {
  received_bytes_ -= std::exchange(connection->received_bytes, 0);
  connection->pool = nullptr;
  connection->resolver.cancel();
  error_code ignored;
  connection->socket.close(ignored);
}

void Pool::remove(const ConnectionPtr& connection) {
  abandon(connection);
  std::erase(connections_, connection);
}

void Pool::start_next() {
  while (!queue_.empty() && (!idle_.empty() || open_connections() < options_.connections_max)) {
    PendingRequest pending = std::move(queue_.front());
    queue_.pop_front();
    start(std::move(pending), true);
  }
}

void Pool::tick() {
  if (ticking_) return;
  ticking_ = true;
  timer_.expires_after(std::chrono::milliseconds(tick_ms_));
  timer_.async_wait([this, alive = std::weak_ptr<bool>(alive_)](error_code ec) {
    if (ec || alive.expired()) return;
    ticking_ = false;
    expire();
    if (alive.expired()) return;
    if (!connections_.empty() || !queue_.empty()) tick();
  });
}

void Pool::expire() {
  const std::int64_t now_ms = steady_ms();
  const std::shared_ptr<bool> alive = alive_;
  const std::vector<ConnectionPtr> all = connections_;
  for (const ConnectionPtr& connection : all) {
    if (connection->pool == nullptr || connection->deadline_ms > now_ms) continue;
    if (!connection->pending) {
      std::erase(idle_, connection);
      remove(connection);
      continue;
    }
    fail(connection, failed(connection->connected ? "no answer in time" : "no connection in time", "timeout").error());
    if (alive.use_count() == 1) return;
  }
  while (!queue_.empty() && queue_.front().queued_ms + options_.answer_ms <= now_ms) {
    PendingRequest pending = std::move(queue_.front());
    queue_.pop_front();
    pending.done(failed("no connection came free in time", "timeout"));
    if (alive.use_count() == 1) return;
  }
}

}  // namespace

std::unique_ptr<HttpClient> HttpClient::on(HttpServer& server, const ClientOptions& options) {
  return std::make_unique<Pool>(server.io_context(), options);
}

Result<ClientResponse> fetch(const ClientOptions& options, const ClientRequest& request) {
  asio::io_context io(1);
  Pool pool(io, options);
  std::optional<Result<ClientResponse>> outcome;
  pool.send(request, [&outcome](Result<ClientResponse> result) { outcome = std::move(result); });
  while (!outcome && io.run_one() > 0) {
  }
  if (!outcome) return internal("the loop ended without an answer");
  return std::move(*outcome);
}

}  // namespace footfall::http
