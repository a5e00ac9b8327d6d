// Every 100 ms: writes the edge's heartbeats to Redis, and reads what core has written there. The shipper's thread
// only.
#pragma once

#include <cstdint>
#include <string>

#include "edge/log/log_reader.h"
#include "edge/shipper/shipments.h"
#include "edge/shipper/shipper.h"
#include "edge/shipper/shipper_probe.h"
#include "proto/base/clock.h"
#include "proto/redis/client.h"

namespace footfall::edge {

class Heartbeats {
 public:
  // References outlive the object.
  Heartbeats(const ShipperOptions& options, LogReader& log, redis::Redis& redis, const Clock& clock,
             ShipperProbe& probe, Shipments& shipments);

  // Reads core's tick, the watermark of every incarnation, and where due the top of its stream; tells decisions and
  // log. False if Redis failed.
  bool read_core_state(std::uint64_t& tick);
  // Writes the heads, which must have been sampled after `tick` was read. One that is done is removed instead, and the
  // log told. False if Redis failed.
  bool publish_heads(std::uint64_t tick);
  // Sets the gauges.
  void update_gauges();

 private:
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
  bool core_known_ = false;
  std::string core_database_;
  std::uint64_t core_epoch_ = 0;
};

}  // namespace footfall::edge
