// Following asks each stream for what lies after the last entry seen. A click that ingest stores and trims between two
// questions is missed: this is a window, not a record; `click export` is the record.
#include "core/cli/stream_tail.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <map>

#include "core/cli/edge_heartbeats.h"
#include "core/cli/render.h"
#include "core/cli/stream_decode.h"
#include "proto/base/clock.h"
#include "proto/wire/streams.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kPauseUs = 50'000;

std::string line_of(const boost::json::value& value, bool json) {
  if (json) return boost::json::serialize(value) + "\n";
  const auto& click = value.get_object();
  const auto plain = [&](const char* name) {
    const auto* member = click.if_contains(name);
    if (!member) return std::string("-");
    return member->is_string() ? std::string(member->get_string().c_str()) : boost::json::serialize(*member);
  };
  if (click.contains("void_reason")) {
    return plain("edge") + " " + plain("number") + "–" + plain("last") + " void (" + plain("void_reason") + ")\n";
  }
  std::string text = plain("edge") + " " + plain("number") + " " + plain("received_at") + " " + plain("id") + " " +
                     plain("verdict") + " " + plain("landing");
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';  // a terminal must not obey a visitor
  }
  return text + "\n";
}

std::string_view bytes_of(const redis::Reply& entry) {
  if (entry.elements.size() != 2) return {};
  const auto& fields = entry.elements[1].elements;
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
    if (fields[i].text == wire::kBatchField) return fields[i + 1].text;
  }
  return {};
}

// The last clicks of one stream; `seen` is set to its last entry.
Result<bool> print_last(Context& context, redis::Redis& redis, const wire::Heartbeat& edge, int count,
                        std::string& seen) {
  const std::string key = wire::clicks_stream_key(edge.edge, edge.incarnation);
  const std::string wanted = std::to_string(count);
  auto reply = redis.command({"XREVRANGE", key, "+", "-", "COUNT", wanted});
  if (!reply) return Failure(reply.error());
  if (reply->is_error()) return unavailable(ErrorSource::redis, reply->text);
  std::vector<std::string> lines;
  for (auto entry = reply->elements.rbegin(); entry != reply->elements.rend(); ++entry) {
    for (const auto& click : batch_lines(edge.edge, bytes_of(*entry))) lines.push_back(line_of(click, context.json));
    seen = entry->elements.empty() ? seen : entry->elements[0].text;
  }
  const auto skip = lines.size() > static_cast<std::size_t>(count) ? lines.size() - static_cast<std::size_t>(count) : 0;
  for (std::size_t i = skip; i < lines.size(); ++i) {
    if (!context.write(lines[i])) return false;
  }
  return true;
}

Result<bool> print_new(Context& context, redis::Redis& redis, const wire::Heartbeat& edge, std::string& seen) {
  const std::string key = wire::clicks_stream_key(edge.edge, edge.incarnation);
  auto entries = redis::read_stream(redis, key, seen, 100, 0);
  if (!entries) return Failure(entries.error());
  for (const auto& entry : *entries) {
    seen = entry.id;
    for (const auto& click : batch_lines(edge.edge, redis::find_field(entry, wire::kBatchField))) {
      if (!context.write(line_of(click, context.json))) return false;
    }
  }
  return true;
}

}  // namespace

Result<void> tail_streams(Context& context, const TailOptions& options) {
  auto redis = context.redis();
  if (!redis) return Failure(redis.error());
  std::map<std::string, std::string> seen;  // incarnation → last entry
  for (bool first = true; first || options.follow; first = false) {
    auto edges = read_heartbeats(**redis);
    if (!edges) return Failure(edges.error());
    for (const auto& edge : *edges) {
      if (!options.edge.empty() && edge.edge != options.edge) continue;
      auto [position, is_new] = seen.try_emplace(edge.incarnation.hex(), "0-0");
      auto more = is_new && first ? print_last(context, **redis, edge, options.count, position->second)
                                  : print_new(context, **redis, edge, position->second);
      if (!more) return Failure(more.error());
      if (!*more) return {};
    }
    if (options.follow) system_clock().sleep_us(kPauseUs);
  }
  return {};
}

}  // namespace footfall::core
