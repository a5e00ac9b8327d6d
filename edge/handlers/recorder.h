// A worker's open batch, from the first click of a wake-up to its hand-over to the log, and the count of what it has in
// flight. The batch's ticket is what the answers wait for.
//
// Threads: all but decided() and in_flight() on the worker; decided() on the one that wrote, the
// log's or any worker's, one at a time; in_flight() on any.
// Bounds: a batch closes before kBatchBytesMax; so many of them wait for the log as it takes (ClickLog::accepts_from),
// and at most kTicketsMax are undecided; beyond, accepts() is false.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>

#include "edge/handlers/probe.h"
#include "edge/log/click_log.h"
#include "proto/wire/click.h"

namespace footfall::edge {

class Recorder {
 public:
  static constexpr std::size_t kTicketsMax = 4096;

  Recorder(ClickLog& log, unsigned worker, const ClickProbe& probe);

  // Whether a click would find room now. Asked before an id is minted.
  bool accepts() const;
  // Adds one click to the open batch and says on which ticket its answer waits. accepts() must be true. `click` holds
  // whole texts: what is too long is cut here, and counted, as are edge verdicts.
  std::uint64_t append(const wire::Click& click);
  // Hands the open batch over, if it holds anything. At the end of each wake-up; may wait for one write.
  void close();

  // The log has decided `ticket`: counts its clicks, safe or not.
  void decided(std::uint64_t ticket, bool safe);
  std::uint64_t in_flight() const;

 private:
  struct Counts {  // of one batch, by what becomes of a click whose batch is not safe
    std::atomic<std::uint32_t> redirects{0};
    std::atomic<std::uint32_t> posted{0};
  };

  void hand_over_full_batch();
  void store_counts();

  ClickLog& log_;
  const unsigned worker_;
  const ClickProbe& probe_;
  OpenBatch open_;
  std::string query_memory_;  // for a query that is too long
  std::uint32_t open_redirects_ = 0;
  std::uint64_t tickets_ = 0;  // last one given out
  std::array<Counts, kTicketsMax> counts_;
  alignas(64) std::atomic<std::uint64_t> appended_{0};
  alignas(64) std::atomic<std::uint64_t> decided_clicks_{0};
  std::atomic<std::uint64_t> decided_tickets_{0};
};

}  // namespace footfall::edge
