// hiredis connects and parses replies. Commands are encoded and sent here: its own writer has no deadline and raises
// SIGPIPE, and a whole pipeline must go out in one send. Reads have a deadline for each reply, not for each read, so
// that a server which sends single bytes keeps the caller waiting no longer than one that sends nothing.
#include "proto/redis/client.h"

#include <hiredis/hiredis.h>
#include <sys/socket.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <string>
#include <utility>

#include "proto/base/clock.h"

namespace footfall::redis {
namespace {

struct FreeContext {
  void operator()(redisContext* context) const { redisFree(context); }
};
struct FreeReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using ContextPointer = std::unique_ptr<redisContext, FreeContext>;

constexpr std::size_t kOutputKeptBytes = 4 * 1024 * 1024;  // a larger buffer is given back after use

timeval to_timeval(std::int64_t ms) {
  return {.tv_sec = static_cast<time_t>(ms / 1000), .tv_usec = static_cast<suseconds_t>(ms % 1000 * 1000)};
}

void append_number(std::string& out, char type, std::size_t number) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.push_back(type);
  out.append(digits, end);
  out.append("\r\n");
}

void append_command(std::string& out, const Arguments& arguments) {
  append_number(out, '*', arguments.size());
  for (const std::string_view argument : arguments) {
    append_number(out, '$', argument.size());
    out.append(argument);
    out.append("\r\n");
  }
}

Reply convert(const redisReply& from) {
  Reply reply;
  switch (from.type) {
    case REDIS_REPLY_STRING:
      reply.kind = Reply::Kind::text;
      break;
    case REDIS_REPLY_STATUS:
      reply.kind = Reply::Kind::status;
      break;
    case REDIS_REPLY_ERROR:
      reply.kind = Reply::Kind::error;
      break;
    case REDIS_REPLY_INTEGER:
      reply.kind = Reply::Kind::integer;
      reply.integer = from.integer;
      return reply;
    case REDIS_REPLY_ARRAY:
      reply.kind = Reply::Kind::array;
      reply.elements.reserve(from.elements);
      for (std::size_t i = 0; i < from.elements; ++i) {
        reply.elements.push_back(convert(*from.element[i]));
      }
      return reply;
    default:
      return reply;
  }
  reply.text.assign(from.str, from.len);
  return reply;
}

class Client final : public Redis {
 public:
  explicit Client(const Options& options) : options_(options) {}

  Result<Reply> command(const Arguments& arguments, std::int64_t extra_wait_ms) override {
    if (auto ready = ensure_connected(); !ready) return std::unexpected(ready.error());
    auto replies = exchange({&arguments, 1}, extra_wait_ms);
    if (!replies) return std::unexpected(std::move(replies.error()));
    return std::move(replies->front());
  }

  Result<std::vector<Reply>> pipeline(std::span<const Arguments> commands) override {
    if (commands.empty()) return std::vector<Reply>{};
    if (auto ready = ensure_connected(); !ready) return std::unexpected(ready.error());
    return exchange(commands, 0);
  }

  bool connected() const override { return context_ != nullptr; }

 private:
  Failure fail(const std::string& what) {
    context_.reset();
    return unavailable(ErrorSource::redis,
                       "redis " + options_.host + ":" + std::to_string(options_.port) + ": " + what);
  }

  Result<void> ensure_connected() {
    if (context_) return {};
    const std::int64_t now_us = system_clock().steady_us();
    if (now_us < retry_at_us_) return fail(last_failure_);
    auto connected = connect();
    if (!connected) {
      last_failure_ = connected.error().message;
      retry_at_us_ = system_clock().steady_us() + options_.retry_ms * 1000;
      return fail(last_failure_);
    }
    return {};
  }

  Result<void> connect() {
    context_.reset(redisConnectWithTimeout(options_.host.c_str(), options_.port, to_timeval(options_.connect_ms)));
    if (!context_) return internal("out of memory");
    if (context_->err != 0) return internal(std::string("connect: ") + context_->errstr);
    redisEnableKeepAlive(context_.get());
    timeout_ms_ = -1;
    if (auto set = set_timeout(options_.command_ms); !set) return set;

    // The error text of a refused AUTH names no secret; what we sent is not repeated.
    if (!options_.password.empty()) {
      Arguments arguments{"AUTH"};
      if (!options_.username.empty()) arguments.emplace_back(options_.username);
      arguments.emplace_back(options_.password);
      if (auto accepted = greet(arguments, "AUTH"); !accepted) return accepted;
    }
    if (options_.database != 0) {
      const std::string database = std::to_string(options_.database);
      if (auto accepted = greet({"SELECT", database}, "SELECT"); !accepted) return accepted;
    }
    return {};
  }

  Result<void> greet(const Arguments& arguments, const char* name) {
    auto replies = exchange({&arguments, 1}, 0);
    if (!replies) return internal(std::string(name) + ": connection failed");
    if (replies->front().is_error()) return internal(std::string(name) + ": " + replies->front().text);
    return {};
  }

  Result<void> set_timeout(std::int64_t ms) {
    if (ms == timeout_ms_) return {};
    if (redisSetTimeout(context_.get(), to_timeval(ms)) != REDIS_OK) {
      return internal(std::string("timeout: ") + context_->errstr);
    }
    timeout_ms_ = ms;
    return {};
  }

  Result<std::vector<Reply>> exchange(std::span<const Arguments> commands, std::int64_t extra_wait_ms) {
    const std::int64_t wait_ms = options_.command_ms + extra_wait_ms;
    if (auto set = set_timeout(wait_ms); !set) return fail(set.error().message);
    output_.clear();
    for (const Arguments& command : commands) append_command(output_, command);
    if (auto sent = send_all(wait_ms); !sent) return fail(sent.error().message);
    if (output_.capacity() > kOutputKeptBytes) std::string().swap(output_);

    std::vector<Reply> replies;
    replies.reserve(commands.size());
    bool read_only = false;
    for (std::size_t i = 0; i < commands.size(); ++i) {
      auto reply = read_reply(wait_ms);
      if (!reply) return fail(reply.error().message);
      read_only |= reply->is_error() && reply->text.starts_with("READONLY");
      replies.push_back(std::move(*reply));
    }
    if (read_only) context_.reset();
    return replies;
  }

  Result<void> send_all(std::int64_t wait_ms) {
    const std::int64_t deadline_us = system_clock().steady_us() + wait_ms * 1000;
    std::string_view rest = output_;
    while (!rest.empty()) {
      const ssize_t sent = ::send(context_->fd, rest.data(), rest.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno != EINTR) {
        return internal(errno == EAGAIN ? "write timed out" : std::string("write: ") + std::strerror(errno));
      }
      if (sent > 0) rest.remove_prefix(static_cast<std::size_t>(sent));
      if (!rest.empty() && system_clock().steady_us() > deadline_us) return internal("write timed out");
    }
    return {};
  }

  Result<Reply> read_reply(std::int64_t wait_ms) {
    std::int64_t deadline_us = 0;  // set by the first read; most replies are in the buffer already
    for (;;) {
      void* raw = nullptr;
      if (redisGetReplyFromReader(context_.get(), &raw) != REDIS_OK) {
        return internal(std::string("reply: ") + context_->errstr);
      }
      if (raw != nullptr) {
        const std::unique_ptr<redisReply, FreeReply> reply(static_cast<redisReply*>(raw));
        return convert(*reply);
      }
      const std::int64_t now_us = system_clock().steady_us();
      if (deadline_us == 0) deadline_us = now_us + wait_ms * 1000;
      if (now_us > deadline_us) return internal("reply timed out");
      errno = 0;  // a closed connection leaves it as it was
      if (redisBufferRead(context_.get()) != REDIS_OK) {
        return internal(errno == EAGAIN ? "reply timed out" : std::string("read: ") + context_->errstr);
      }
    }
  }

  const Options options_;
  ContextPointer context_;
  std::string output_;
  std::string last_failure_ = "not connected";
  std::int64_t retry_at_us_ = 0;
  std::int64_t timeout_ms_ = -1;
};

}  // namespace

std::unique_ptr<Redis> make_client(const Options& options) { return std::make_unique<Client>(options); }

}  // namespace footfall::redis
