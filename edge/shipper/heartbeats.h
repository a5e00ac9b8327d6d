// Writes the edge's heartbeats to Redis, and reads what core has written there: every 100 ms, and every 300 ms while it
// is calm, that is, once nothing has moved for a second. The shipper's thread only.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "edge/log/log_reader.h"
#include "edge/shipper/shipments.h"
#include "edge/shipper/shipper.h"
#include "edge/shipper/shipper_probe.h"
#include "proto/base/clock.h"
#include "proto/redis/client.h"

namespace footfall::edge {

inline constexpr std::int64_t kCalmHeartbeatIntervalUs = 300'000;  // the usual one is wire::kHeartbeatIntervalUs

class Heartbeats {
 public:
  // References outlive the object.
  Heartbeats(const ShipperOptions& options, LogReader& log, redis::Redis& redis, const Clock& clock,
             ShipperProbe& probe, Shipments& shipments);

  // Reads core's tick, the watermark of every incarnation, and where due the top of its stream; tells decisions and
  // log. False if Redis failed.
  bool read_core_state();
  // Writes the heads, which must have been sampled after the last tick was read. One that is done is removed instead,
  // and the log told. False if Redis failed.
  bool publish_heads();
  // Both in one round trip: the heads with the tick that was read before. For while it is calm.
  bool publish_and_read();
  // Nothing has moved for a second: all is stored, and what there is to say was said.
  bool is_calm() const { return was_still_ && clock_.steady_us() - still_since_us_ >= kCalmAfterUs && is_still(); }
  // Sets the gauges.
  void update_gauges();

 private:
  static constexpr std::int64_t kCalmAfterUs = 1'000'000;
  // What a round trip asks, and what it says: the commands, and whom their replies concern.
  struct Questions {
    std::vector<std::string> fields;
    std::vector<Shipment*> asked, topped, older;
    std::vector<redis::Arguments> commands;
  };
  struct Heads {
    std::vector<std::string> texts;
    std::vector<Shipment*> done;
    std::vector<redis::Arguments> commands;
    std::optional<std::uint64_t> of_running;  // the head that is stated of it
    std::uint64_t tick = 0;                   // echoed
  };
  void ask(Questions& questions);
  bool take_answers(const Questions& questions, std::span<const redis::Reply> replies);
  void say(Heads& heads);
  bool take_receipts(const Heads& heads, std::span<const redis::Reply> replies);
  std::optional<std::vector<redis::Reply>> send(std::span<const redis::Arguments> commands);
  bool is_still() const;
  void note_movement();
  void apply_heartbeat(Shipment& shipment, const redis::Reply& reply);
  void apply_watermark(Shipment& shipment, const redis::Reply& reply);
  void look_for_lost_tail(Shipment& shipment, std::uint64_t heard);
  void announce_older_again();
  void apply_stream_top(Shipment& shipment, const redis::Reply& reply);
  void note_database(const WatermarkSeen& seen);
  bool is_of_current_database(const WatermarkSeen& seen) const;

  const ShipperOptions& options_;
  LogReader& log_;
  redis::Redis& redis_;
  const Clock& clock_;
  ShipperProbe& probe_;
  Shipments& shipments_;
  std::uint64_t tick_ = 0;                       // read last
  std::optional<std::uint64_t> announced_head_;  // of the running incarnation, by the last round
  std::uint64_t announced_tick_ = 0;             //   … with this tick
  bool was_still_ = false;                       // at the end of the last round
  std::int64_t still_since_us_ = 0;
  bool core_known_ = false;
  std::string core_database_;
  std::uint64_t core_epoch_ = 0;
};

}  // namespace footfall::edge
