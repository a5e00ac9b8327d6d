// A blocking Redis client for one thread; only this folder includes hiredis. Commands go out as argument
// vectors with lengths, never as formats. Any error of the connection kills it: the next call
// connects anew (with backoff, so that a dead Redis costs a caller at most `connect_ms` every
// `retry_ms` and an immediate error in between). The name is resolved at every connect, and a
// READONLY reply ends the connection as well, so that a client follows a fail-over.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proto/base/result.h"

namespace footfall::redis {

struct Options {
  std::string host = "127.0.0.1";
  std::uint16_t port = 6379;
  std::string username;
  std::string password;  // AUTH on every connection; never logged
  std::int64_t database = 0;
  std::int64_t connect_ms = 500;
  std::int64_t command_ms = 500;  // per reply; blocking reads add their own wait
  std::int64_t retry_ms = 200;
};

struct Reply {
  enum class Kind : std::uint8_t { nil, text, status, error, integer, array };
  Kind kind = Kind::nil;
  std::int64_t integer = 0;
  std::string text;  // text, status and error
  std::vector<Reply> elements;
  bool is_error() const { return kind == Kind::error; }
  bool is_nil() const { return kind == Kind::nil; }
};

using Arguments = std::vector<std::string_view>;  // views must live until the call returns

// An interface, because the simulator and unit tests implement it too.
class Redis {
 public:
  virtual ~Redis() = default;
  // A reply that is a Redis error comes as a Reply of kind error; a Result error means that the
  // connection failed and the command may or may not have been carried out.
  virtual Result<Reply> command(const Arguments& arguments, std::int64_t extra_wait_ms = 0) = 0;
  // All out in one write, then all replies. On a connection error the replies received so far are
  // lost.
  virtual Result<std::vector<Reply>> pipeline(std::span<const Arguments> commands) = 0;
  virtual bool connected() const = 0;
};

std::unique_ptr<Redis> make_client(const Options& options);

// "redis://[user:password@]host[:port][/database]".
Result<Options> parse_url(std::string_view url);

// Convenience over Redis, for the few shapes that both programs read.
struct StreamEntry {
  std::string id;
  std::vector<std::pair<std::string, std::string>> fields;
};
// XREAD COUNT n [BLOCK ms] STREAMS key after. Empty when nothing came.
Result<std::vector<StreamEntry>> read_stream(Redis& redis, std::string_view key, std::string_view after,
                                             std::int64_t count, std::int64_t block_ms);
// A place in a stream: the id of an entry, or "$" for the stream's end as it is when the wait begins.
struct StreamCursor {
  std::string key;
  std::string after;
};
// Waits up to `wait_ms` until one of the streams holds an entry beyond its cursor. Returns, for each that does, its key
// and the id of the first such entry; empty when none came. The entries come along and are thrown away.
Result<std::vector<StreamCursor>> wait_for_entries(Redis& redis, std::span<const StreamCursor> cursors,
                                                   std::int64_t wait_ms);
using HashFields = std::vector<std::pair<std::string, std::string>>;
Result<HashFields> read_hash(Redis& redis, std::string_view key);
// Several, in their order, in one round trip.
Result<std::vector<HashFields>> read_hashes(Redis& redis, std::initializer_list<std::string_view> keys);
std::string_view find_field(const StreamEntry& entry, std::string_view name);  // empty if absent

}  // namespace footfall::redis
