// Commands are carried out on a FakeServer, which several connections may share. Before each command the connection
// asks its `fault` function what shall go wrong.
#include "tests/edge/shipper/fake_redis.h"

#include <algorithm>

namespace footfall::edge {
namespace {

using redis::Reply;

Reply text(std::string value) { return {Reply::Kind::text, 0, std::move(value), {}}; }
Reply error(std::string value) { return {Reply::Kind::error, 0, std::move(value), {}}; }
Reply integer(std::int64_t value) { return {Reply::Kind::integer, value, {}, {}}; }
Reply array(std::vector<Reply> elements) { return {Reply::Kind::array, 0, {}, std::move(elements)}; }
std::string str(std::string_view view) { return std::string(view); }

}  // namespace

Result<Reply> FakeRedis::command(const redis::Arguments& arguments, std::int64_t) {
  auto replies = pipeline({&arguments, 1});
  if (!replies) return std::unexpected(std::move(replies.error()));
  return std::move(replies->front());
}

Result<std::vector<Reply>> FakeRedis::pipeline(std::span<const redis::Arguments> commands) {
  std::vector<Reply> replies;
  ++round_trips;
  connected_ = true;
  bool lost = false;
  for (const auto& arguments : commands) {
    const std::string what = fault ? fault(arguments) : "";
    if (what == "down") {
      connected_ = false;
      return unavailable(ErrorSource::redis, "fake: down");
    }
    lost |= what == "lost";
    replies.push_back(what.empty() || what == "lost" ? carry_out(arguments) : error(what));
  }
  if (lost) {
    connected_ = false;
    return unavailable(ErrorSource::redis, "fake: reply lost");
  }
  return replies;
}

Reply FakeRedis::add(const redis::Arguments& arguments) {
  FakeStream& stream = server_.streams[str(arguments[1])];
  const auto id = wire::parse_entry_id(arguments[2]);
  if (!id || *id <= stream.last) {
    return error("ERR The ID specified in XADD is equal or smaller than the target stream top item");
  }
  stream.entries[*id] = str(arguments[4]);
  stream.last = *id;
  return text(id->text());
}

Reply FakeRedis::carry_out(const redis::Arguments& arguments) {
  const std::string_view name = arguments[0];
  seen.push_back(str(name) + (arguments.size() > 1 ? " " + str(arguments[1]) : "") +
                 (name == "XADD" ? " " + str(arguments[2]) : ""));
  const std::string key = arguments.size() > 1 ? str(arguments[1]) : "";
  if (name == "XADD") return add(arguments);
  if (name == "GET") {
    const auto found = server_.strings.find(key);
    return found == server_.strings.end() ? Reply{} : text(found->second);
  }
  if (name == "WAIT") return integer(server_.replicas);
  if (name == "CONFIG") return array({text(str(arguments[2])), text(server_.settings[str(arguments[2])])});
  if (name == "HSET") {
    for (std::size_t i = 2; i + 1 < arguments.size(); i += 2) {
      server_.hashes[key][str(arguments[i])] = str(arguments[i + 1]);
    }
    return integer(0);
  }
  if (name == "HDEL") {
    for (std::size_t i = 2; i < arguments.size(); ++i) server_.hashes[key].erase(str(arguments[i]));
    return integer(1);
  }
  if (name == "HGETALL") {
    std::vector<Reply> pairs;
    for (const auto& [field, value] : server_.hashes[key]) {
      pairs.push_back(text(field));
      pairs.push_back(text(value));
    }
    return array(std::move(pairs));
  }
  if (name == "HGET" || name == "HMGET") {
    std::vector<Reply> values;
    for (std::size_t i = 2; i < arguments.size(); ++i) {
      const auto& hash = server_.hashes[key];
      const auto found = hash.find(str(arguments[i]));
      values.push_back(found == hash.end() ? Reply{} : text(found->second));
    }
    return name == "HGET" ? values.front() : array(std::move(values));
  }
  const auto stream = server_.streams.find(key);
  if (name == "XINFO") {
    const auto asked = server_.streams.find(str(arguments[2]));
    if (asked == server_.streams.end()) return error("ERR no such key");
    return array({text("length"), integer(static_cast<std::int64_t>(asked->second.entries.size())),
                  text("last-generated-id"), text(asked->second.last.text())});
  }
  if (name == "XTRIM") {
    const auto from = wire::parse_entry_id(arguments[3]);
    return integer(stream == server_.streams.end()
                       ? 0
                       : static_cast<std::int64_t>(std::erase_if(
                             stream->second.entries, [&](const auto& entry) { return entry.first < *from; })));
  }
  if (name == "XRANGE") {
    std::vector<Reply> entries;
    if (stream != server_.streams.end()) {
      const auto after = arguments[2] == "-" ? wire::EntryId{} : *wire::parse_entry_id(arguments[2].substr(1));
      for (auto at = stream->second.entries.upper_bound(after); at != stream->second.entries.end(); ++at) {
        if (entries.size() == 64) break;
        entries.push_back(array({text(at->first.text()), array({text("b"), text(at->second)})}));
      }
    }
    return array(std::move(entries));
  }
  return error("ERR fake: unknown command " + str(name));
}

}  // namespace footfall::edge
