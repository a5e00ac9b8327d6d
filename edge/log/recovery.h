// Reads at start which segments are on disk. Only headers are read here, so that the first click need not wait for
// gigabytes; where an older incarnation ends is found later, on the shipper's thread (DiskLogReader::incarnations).
#pragma once

#include "edge/log/disk.h"
#include "edge/log/log_probe.h"
#include "edge/log/segment_table.h"

namespace footfall::edge {

// Enters every segment file of the directory into the table: those that hold records as sealed, empty ones as spares. A
// file whose header is damaged is known by its first valid record. Fails only if the directory cannot be listed.
Result<void> recover_segments(Disk& disk, SegmentTable& table, std::uint64_t segment_bytes);

}  // namespace footfall::edge
