#include "edge/log/disk.h"
#include "edge/log/file_click_log.h"
#include "edge/log/log_options.h"
#include "edge/log/memory_click_log.h"

namespace footfall::edge {

Result<std::unique_ptr<DurableLog>> open_log(const LogOptions& options, const Clock& clock, Metrics& metrics,
                                             ClickLog::Decided decided) {
  if (options.ack == Ack::redis) {
    if (options.workers == 0 || options.memory_bytes_max < 2 * options.workers * kBatchBytesMax) {
      return invalid("log: memory must hold at least two batches of each worker");
    }
    return std::make_unique<MemoryClickLog>(options, clock, metrics, std::move(decided));
  }
  auto log = FileClickLog::open(options, make_file_disk(options.directory), clock, metrics, std::move(decided));
  if (!log) return std::unexpected(std::move(log.error()));
  return std::move(*log);
}

}  // namespace footfall::edge
