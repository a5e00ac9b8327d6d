// A run: the consecutive click numbers that one transaction stores. Numbers hold a click, a dead letter judged ahead
// (bad time, no identity, undecodable), or nothing (void).
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
};

struct Run {
  std::uint64_t from = 0;               // position before it
  std::uint64_t to = 0;                 // position after it
  std::vector<NewClick> clicks;         // by number; views into batches and texts
  std::vector<NewDeadLetter> dead;      // by number
  std::vector<VoidRange> voids;         // by number
  std::vector<DecodedBatch> batches;    // by number
  std::deque<std::string> texts;        // what had to be rewritten
  std::int64_t oldest_received_us = 0;  // of the clicks; 0: none

  bool empty() const { return to == from; }
  std::string_view keep(std::string text) { return texts.emplace_back(std::move(text)); }
  std::string raw(std::uint64_t number) const;  // of a click
};

}  // namespace footfall::core
