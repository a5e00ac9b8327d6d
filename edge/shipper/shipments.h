// Every incarnation that the log holds, each with the state of its shipping. The shipper's thread only.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>

#include "edge/log/log_reader.h"
#include "edge/shipper/ship_decision.h"

namespace footfall::edge {

struct Shipment {
  Shipment(bool running, std::int64_t now_us, std::string stream_key)
      : decision(running, now_us), stream(std::move(stream_key)) {}
  ShipDecision decision;
  std::string stream;
  std::int64_t top_checked_us = 0;
  // When the head was first seen beyond a number: how old the oldest unshipped click is.
  struct Sample {
    std::uint64_t head;
    std::int64_t wall_us;
  };
  std::deque<Sample> heads;
};

class Shipments {
 public:
  // Takes over what the log says now: new incarnations appear, those that were recycled whole vanish.
  void refresh(LogReader& log, const std::string& edge_name, std::int64_t now_us);

  std::map<wire::Incarnation, Shipment>& all() { return shipments_; }
  bool is_running(const wire::Incarnation& id) const { return id == running_id_; }
  Shipment* running();  // none before the first refresh
  std::uint64_t unstored_bytes() const;
  bool everything_shipped() const;

 private:
  std::map<wire::Incarnation, Shipment> shipments_;
  wire::Incarnation running_id_;
};

// For the spread of generations and of pauses.
std::uint64_t random_number();

}  // namespace footfall::edge
