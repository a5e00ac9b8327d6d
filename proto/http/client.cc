// The pool. A connection has a read outstanding from the moment it stands, so that an upstream that closes an idle one
// is noticed at once and not at the next request; and because a short read leaves Asio knowing the socket to be empty,
// a request costs one send and one recv here too. One coarse timer serves all deadlines of a client.
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

struct Exchange {
  ClientRequest request;
  Done done;
  std::int64_t queued_ms = 0;
  bool retried = false;
};

class Pool;

// One connection. Handlers hold it; it holds the pool until the pool lets go of it.
struct Channel {
  explicit Channel(asio::io_context& io) : socket(io), resolver(io) {}

  Pool* pool = nullptr;  // null: given up, whatever comes is ignored
  tcp::socket socket;
  tcp::resolver resolver;
  bool connected = false;
  bool used_before = false;  // has carried an answer: it may have been closed behind our back
  std::int64_t deadline_ms = 0;
  std::optional<Exchange> exchange;
  std::string output;
  std::string input;  // of the answer, not yet parsed
  bool writing = false;
  bool got_bytes = false;
  std::optional<ResponseParser> parser;
  std::array<char, kReadBytes> buffer;
};
using ChannelPtr = std::shared_ptr<Channel>;

class Pool final : public HttpClient {
 public:
  Pool(asio::io_context& io, const ClientOptions& options) : options_(options), io_(io), timer_(io) {
    tick_ms_ = std::clamp(std::min({options.connect_ms, options.answer_ms, options.idle_ms}) / 10, std::int64_t{1},
                          kTickMsMax);
  }
  ~Pool() override {
    for (const ChannelPtr& channel : std::exchange(channels_, {})) give_up(channel);
  }

  void send(ClientRequest request, Done done) override {
    start(Exchange{std::move(request), std::move(done), steady_ms(), false}, true);
  }
  std::int64_t open_connections() const override { return static_cast<std::int64_t>(channels_.size()); }

 private:
  void start(Exchange exchange, bool may_reuse);
  void connect(Exchange exchange);
  void connected(const ChannelPtr& channel, error_code ec);
  void write_request(const ChannelPtr& channel);
  void read_on(const ChannelPtr& channel);
  void take_bytes(const ChannelPtr& channel, error_code ec, std::size_t size);
  void answer(const ChannelPtr& channel);
  void fail(const ChannelPtr& channel, Error error);
  void give_up(const ChannelPtr& channel);
  void remove(const ChannelPtr& channel);
  void start_next();
  void tick();
  void expire();

  const ClientOptions options_;
  asio::io_context& io_;
  asio::steady_timer timer_;
  std::int64_t tick_ms_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  bool ticking_ = false;
  std::vector<ChannelPtr> channels_;  // all
  std::vector<ChannelPtr> idle_;      // the last used at the end
  std::deque<Exchange> queue_;
};

void Pool::start(Exchange exchange, bool may_reuse) {
  tick();
  if (may_reuse && !idle_.empty()) {
    const ChannelPtr channel = std::move(idle_.back());
    idle_.pop_back();
    channel->exchange = std::move(exchange);
    return write_request(channel);
  }
  if (open_connections() < options_.connections_max) return connect(std::move(exchange));
  if (static_cast<std::int64_t>(queue_.size()) >= options_.queue_max) {
    return exchange.done(failed("too many requests wait for " + options_.host, "queue_full"));
  }
  queue_.push_back(std::move(exchange));
}

void Pool::connect(Exchange exchange) {
  auto channel = std::make_shared<Channel>(io_);
  channel->pool = this;
  channel->exchange = std::move(exchange);
  channel->deadline_ms = steady_ms() + options_.connect_ms;
  channels_.push_back(channel);
  error_code ec;
  const auto address = asio::ip::make_address(options_.host, ec);
  if (!ec) {
    channel->socket.async_connect(tcp::endpoint(address, options_.port), [channel](error_code result) {
      if (channel->pool != nullptr) channel->pool->connected(channel, result);
    });
    return;
  }
  channel->resolver.async_resolve(
      options_.host, std::to_string(options_.port), [channel](error_code result, tcp::resolver::results_type found) {
        if (channel->pool == nullptr) return;
        if (result) return channel->pool->connected(channel, result);
        asio::async_connect(channel->socket, found, [channel](error_code outcome, const tcp::endpoint&) {
          if (channel->pool != nullptr) channel->pool->connected(channel, outcome);
        });
      });
}

void Pool::connected(const ChannelPtr& channel, error_code ec) {
  if (ec) {
    const std::string where = options_.host + ":" + std::to_string(options_.port);
    return fail(channel, failed("cannot connect to " + where + ": " + ec.message(), "connect").error());
  }
  channel->connected = true;
  error_code ignored;
  channel->socket.set_option(tcp::no_delay(true), ignored);
  read_on(channel);
  write_request(channel);
}

void Pool::write_request(const ChannelPtr& channel) {
  const ClientRequest& request = channel->exchange->request;
  channel->output = wire_form(request);
  channel->input.clear();
  channel->writing = true;
  channel->got_bytes = false;
  channel->parser.emplace(request.method, static_cast<std::size_t>(options_.header_bytes_max),
                          static_cast<std::size_t>(options_.body_bytes_max));
  channel->deadline_ms = steady_ms() + options_.answer_ms;
  asio::async_write(channel->socket, asio::buffer(channel->output), [channel](error_code ec, std::size_t) {
    // A failure to write shows in the read as well, which may still find an answer (a refusal of the body, say).
    if (channel->pool == nullptr || ec) return;
    channel->writing = false;
    if (!channel->exchange) return;
    channel->deadline_ms = steady_ms() + channel->pool->options_.answer_ms;
  });
}

void Pool::read_on(const ChannelPtr& channel) {
  channel->socket.async_read_some(asio::buffer(channel->buffer), [channel](error_code ec, std::size_t size) {
    if (channel->pool != nullptr) channel->pool->take_bytes(channel, ec, size);
  });
}

void Pool::take_bytes(const ChannelPtr& channel, error_code ec, std::size_t size) {
  if (!channel->exchange) {  // idle: closed by the other side, or it speaks unasked
    std::erase(idle_, channel);
    return remove(channel);
  }
  if (ec) {
    if (channel->got_bytes && ec == asio::error::eof && channel->parser->feed_end() && channel->parser->is_done()) {
      return answer(channel);
    }
    return fail(channel, failed("upstream closed the connection", "closed").error());
  }
  channel->got_bytes = true;
  channel->input.append(channel->buffer.data(), size);
  if (Result<void> fed = channel->parser->feed(channel->input); !fed) return fail(channel, fed.error());
  if (channel->parser->is_done()) return answer(channel);
  read_on(channel);
}

void Pool::answer(const ChannelPtr& channel) {
  const bool reusable = channel->parser->may_reuse_connection() && channel->input.empty() && !channel->writing;
  ClientResponse response = std::move(channel->parser->response());
  Exchange exchange = std::move(*channel->exchange);
  channel->exchange.reset();
  channel->parser.reset();
  channel->output = {};
  channel->used_before = true;
  channel->deadline_ms = steady_ms() + options_.idle_ms;
  if (reusable) {
    idle_.push_back(channel);
    read_on(channel);
  } else {
    remove(channel);
  }
  const std::shared_ptr<bool> alive = alive_;
  exchange.done(std::move(response));
  if (alive.use_count() > 1) start_next();  // `done` may have destroyed this pool
}

void Pool::fail(const ChannelPtr& channel, Error error) {
  Exchange exchange = std::move(*channel->exchange);
  channel->exchange.reset();
  const Method method = exchange.request.method;
  const bool safe = method == Method::get || method == Method::head || method == Method::options;
  const bool was_stale = channel->used_before && !channel->got_bytes && error.code == "closed";
  remove(channel);
  if (was_stale && safe && !exchange.retried) {
    exchange.retried = true;
    return start(std::move(exchange), false);
  }
  const std::shared_ptr<bool> alive = alive_;
  exchange.done(Failure(std::move(error)));
  if (alive.use_count() > 1) start_next();
}

void Pool::give_up(const ChannelPtr& channel) {
  channel->pool = nullptr;
  channel->resolver.cancel();
  error_code ignored;
  channel->socket.close(ignored);
}

void Pool::remove(const ChannelPtr& channel) {
  give_up(channel);
  std::erase(channels_, channel);
}

void Pool::start_next() {
  while (!queue_.empty() && (!idle_.empty() || open_connections() < options_.connections_max)) {
    Exchange exchange = std::move(queue_.front());
    queue_.pop_front();
    start(std::move(exchange), true);
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
    if (!channels_.empty() || !queue_.empty()) tick();
  });
}

void Pool::expire() {
  const std::int64_t now_ms = steady_ms();
  const std::shared_ptr<bool> alive = alive_;
  const std::vector<ChannelPtr> all = channels_;
  for (const ChannelPtr& channel : all) {
    if (channel->pool == nullptr || channel->deadline_ms > now_ms) continue;
    if (!channel->exchange) {
      std::erase(idle_, channel);
      remove(channel);
      continue;
    }
    fail(channel, failed(channel->connected ? "no answer in time" : "no connection in time", "timeout").error());
    if (alive.use_count() == 1) return;
  }
  while (!queue_.empty() && queue_.front().queued_ms + options_.answer_ms <= now_ms) {
    Exchange exchange = std::move(queue_.front());
    queue_.pop_front();
    exchange.done(failed("no connection came free in time", "timeout"));
    if (alive.use_count() == 1) return;
  }
}

}  // namespace

std::unique_ptr<HttpClient> HttpClient::on(HttpServer& server, const ClientOptions& options) {
  return std::make_unique<Pool>(*static_cast<asio::io_context*>(server.io_context()), options);
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
