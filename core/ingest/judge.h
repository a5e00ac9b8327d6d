// Turns decoded batches into a run: what may be stored, what counts, what is dead on arrival. Decides from the click
// alone; what needs the books (twins, uniqueness, revocation, erasure) is decided in the transaction. One thread.
#pragma once

#include <cstdint>

#include "core/ingest/crawlers.h"
#include "core/ingest/networks.h"
#include "core/ingest/run.h"
#include "core/storage/partitions.h"

namespace footfall::core {

class Judge {
 public:
  // The lists outlive it.
  Judge(const CrawlerList& crawlers, const NetworkList& networks) : agents_(crawlers), networks_(&networks) {}

  // Appends what `batch` holds above run.to, and moves run.to to its last number. The batch comes in turn (Turn::take).
  void append(Run& run, DecodedBatch batch, const ClickDays& days);
  // Numbers up to `last` came in an entry that cannot be decoded.
  static void append_undecodable(Run& run, std::uint64_t last, std::string detail, std::string_view raw);

 private:
  AgentCache agents_;
  const NetworkList* networks_;
  void append_click(Run& run, const DecodedBatch& batch, std::uint64_t number, const ClickDays& days);
};

}  // namespace footfall::core
