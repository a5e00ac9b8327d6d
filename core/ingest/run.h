// A run is the range of consecutive click numbers that one transaction stores. A number stands for a click, for a dead
// letter that was known before the transaction (bad time, no identity, undecodable), or for nothing (void).
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "core/ingest/decoded_batch.h"
#include "core/storage/clicks.h"
#include "core/storage/dead_letters.h"

namespace footfall::core {

struct VoidRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  wire::VoidReason reason = wire::VoidReason::none;
};

struct Run {
  std::uint64_t from = 0;               // the position before the run
  std::uint64_t to = 0;                 // the position after it
  std::vector<NewClick> clicks;         // sorted by number; views into `batches` and `texts`
  std::vector<NewDeadLetter> dead;      // sorted by number
  std::vector<VoidRange> voids;         // sorted by number
  std::vector<DecodedBatch> batches;    // sorted by number
  std::deque<MinimalFields> minimal;    // of clicks whose visitor asks for privacy
  std::deque<std::string> texts;        // texts that had to be changed before they can be stored
  std::int64_t oldest_received_us = 0;  // of the clicks; 0 when there are none

  bool empty() const { return to == from; }
  std::string_view keep(std::string text) { return texts.emplace_back(std::move(text)); }
  std::string raw(std::uint64_t number) const;  // the encoded click with this number
};

}  // namespace footfall::core
