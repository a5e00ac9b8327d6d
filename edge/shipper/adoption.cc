#include "edge/shipper/adoption.h"

#include <optional>
#include <string>
#include <vector>

#include "edge/shipper/messages.h"
#include "proto/base/logging.h"
#include "proto/wire/heartbeat.h"
#include "proto/wire/streams.h"
#include "proto/wire/watermark.h"

namespace footfall::edge {
namespace {

constexpr std::int64_t kWaitForPositionUs = 60'000'000;  // after that core is taken not to know of it

// All entries of the stream, in the order of their numbers; none if Redis failed.
std::optional<std::vector<LogRun>> read_runs(redis::Redis& redis, const std::string& stream,
                                             const wire::Incarnation& incarnation) {
  constexpr std::string_view kPage = "64";
  std::vector<LogRun> runs;
  std::string after = "-";
  for (;;) {
    const auto reply = redis.command({"XRANGE", stream, after, "+", "COUNT", kPage});
    if (!reply || reply->is_error()) return std::nullopt;
    for (const redis::Reply& element : reply->elements) {
      if (element.elements.size() != 2 || element.elements[1].elements.size() != 2) continue;
      after = "(" + element.elements[0].text;
      if (auto run = decode_entry(element.elements[1].elements[1].text, incarnation)) {
        // A later generation ships again from before: what it repeats replaces what was there.
        while (!runs.empty() && runs.back().first >= run->first) runs.pop_back();
        runs.push_back(std::move(*run));
      }
    }
    if (reply->elements.empty()) return runs;
  }
}

std::optional<std::uint64_t> stored_position(redis::Redis& redis, const wire::Incarnation& incarnation) {
  const std::string field = incarnation.hex();
  const auto reply = redis.command({"HGET", wire::kStoredKey, field});
  if (!reply || reply->kind != redis::Reply::Kind::text) return std::nullopt;
  const auto watermark = wire::decode_watermark(reply->text);
  if (!watermark || watermark->incarnation != incarnation) return std::nullopt;
  return watermark->position;
}

bool take_over(redis::Redis& redis, LogReader& log, const ShipperOptions& options, const wire::Heartbeat& beat,
               std::int64_t age_us) {
  const auto position = stored_position(redis, beat.incarnation);
  if (!position && age_us < kWaitForPositionUs) return false;
  auto runs = read_runs(redis, wire::clicks_stream_key(options.edge_name, beat.incarnation), beat.incarnation);
  if (!runs) return false;
  log_info("shipper.adopted", {{"incarnation", beat.incarnation.hex()},
                               {"entries", static_cast<std::uint64_t>(runs->size())},
                               {"head", beat.head}});
  log.adopt(beat.incarnation, position.value_or(0), beat.head, std::move(*runs));
  return true;
}

}  // namespace

bool adopt_earlier(redis::Redis& redis, LogReader& log, const ShipperOptions& options,
                   const std::set<wire::Incarnation>& known, std::int64_t wall_us) {
  const auto beats = redis::read_hash(redis, wire::kIncarnationsKey);
  if (!beats) return false;
  bool complete = true;
  for (const auto& [field, value] : *beats) {
    const auto beat = wire::decode_heartbeat(value);
    if (!beat || beat->edge != options.edge_name || known.contains(beat->incarnation)) continue;
    const std::int64_t age_us = wall_us - beat->now_us;
    if (age_us < kDeadHeartbeatUs) {
      complete = false;
    } else if (options.acknowledge) {
      complete &= take_over(redis, log, options, *beat, age_us);
    } else if (beat->head == 0) {
      complete &= redis.command({"HDEL", wire::kIncarnationsKey, field}).has_value();
    } else {
      log_warn("shipper.unknown_incarnation",
               {{"incarnation", field}, {"head", beat->head}, {"remedy", "footfall-core edge retire"}});
    }
  }
  return complete;
}

}  // namespace footfall::edge
