// Ships one pipeline of stream entries of one incarnation: reads them from the log, sends them, and passes the replies
// to the ShipDecision.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "edge/log/log_reader.h"
#include "edge/shipper/ship_decision.h"
#include "edge/shipper/shipper.h"
#include "edge/shipper/shipper_probe.h"
#include "proto/redis/client.h"

namespace footfall::edge {

struct StreamState {
  std::optional<wire::EntryId> top;  // last generated id; none if there is no stream
  bool empty = true;
};
Result<StreamState> read_stream_state(redis::Redis& redis, const std::string& stream);
// The same from a reply to XINFO STREAM.
Result<StreamState> stream_state_of(const redis::Reply& reply);

// One thread. Buffers are kept between calls.
class EntryPipeline {
 public:
  EntryPipeline(const ShipperOptions& options, LogReader& log, redis::Redis& redis, ShipperProbe& probe);

  // Ships from decision.next() up to the limits of a pipeline. False when nothing more should be tried now: Redis or
  // the log failed. `hold_until_us`: how long to pause if another writer is found in the stream.
  bool ship(ShipDecision& decision, const std::string& stream, const ShipDecision::Limits& limits,
            std::uint64_t unstored_bytes, std::int64_t now_us, std::int64_t hold_until_us);

 private:
  struct Entry {
    std::string id;
    std::string payload;
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    bool is_void = false;
    std::int64_t written_us = 0;
  };

  bool collect(const ShipDecision& decision, const ShipDecision::Limits& limits, std::uint64_t unstored_bytes,
               std::int64_t now_us);
  bool take_replies(ShipDecision& decision, const std::string& stream, const std::vector<redis::Reply>& replies,
                    std::size_t first_reply, std::int64_t hold_until_us);
  void count(const Entry& entry);

  const ShipperOptions& options_;
  LogReader& log_;
  redis::Redis& redis_;
  ShipperProbe& probe_;
  LogRun run_;
  std::vector<Entry> entries_;  // the first `used_` are of this pipeline
  std::size_t used_ = 0;
  std::string trim_id_;
};

}  // namespace footfall::edge
