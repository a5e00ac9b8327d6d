// Names in Redis, and how the two programs use them. Nothing that was acknowledged depends on any of these keys: all
// may vanish at any moment (PROTOCOL.md).
//
//   footfall:clicks:{edge}:{incarnation}  stream; entry id {generation}-{last click number}; one field, "b": a
//                                         ClickBatch. Written by the edge, trimmed (MINID) and, once ended and stored,
//                                         deleted by ingest.
//   footfall:incarnations                 hash: incarnation (hex) → Heartbeat, rewritten by each edge every 100 ms, or
//                                         300 ms while nothing moves, for each that it still ships. The edge removes
//                                         its field once that is ended and stored. A field not renewed for a while
//                                         stays: it is how ingest knows of clicks that are still to come.
//   footfall:stored                       hash: incarnation (hex) → Watermark, rewritten by ingest every second for
//                                         every incarnation that has a heartbeat, and at once after a commit.
//   footfall:tick                         integer, raised by core when a conversion has to wait; edges read it with
//                                         each heartbeat, before they sample their head, and echo it (PROTOCOL.md 12).
//   footfall:ticks                        stream, the newest 100 or so; core adds an entry when it has raised the tick.
//                                         Edges and ingest wait for it: edges then write their heartbeat and ship at
//                                         once, ingest looks for what they shipped. Its content has no meaning.
//   footfall:directory:head               hash: epoch, version (last published), snapshot_version, snapshot_chunks;
//                                         checked_us, rewritten by the publisher every 200 ms while nothing is
//                                         unpublished. While it stands still edges do not count themselves up to date,
//                                         and ask core as well: a Redis may answer reads and refuse writes.
//   footfall:directory:changes            stream; entry id {epoch}-{version}; field "c": a DirectoryChange.
//   footfall:directory:snapshot:{epoch}:{snapshot_version}:{n}   string: a DirectoryChunk, n = 0 … chunks-1.
//   footfall:directory:salts              string: VisitorSalts; the publisher looks at it every second and writes it
//                                         once a day and when it is missing or different. Expires when the oldest of
//                                         its salts must be gone. Edges read it every 10 s.
//   footfall:health                       written by core each second, to see that Redis takes writes; expires.
//   footfall:limit:{zone}:{subject}       string counter with expiry: a limit's window (PROTOCOL.md 17).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proto/wire/ids.h"

namespace footfall::wire {

inline constexpr std::string_view kIncarnationsKey = "footfall:incarnations";
inline constexpr std::string_view kStoredKey = "footfall:stored";
inline constexpr std::string_view kHealthKey = "footfall:health";
inline constexpr std::string_view kTickKey = "footfall:tick";
inline constexpr std::string_view kTicksKey = "footfall:ticks";
inline constexpr std::string_view kDirectoryHeadKey = "footfall:directory:head";
inline constexpr std::string_view kDirectoryChangesKey = "footfall:directory:changes";
inline constexpr std::string_view kDirectorySaltsKey = "footfall:directory:salts";
// The command that announces a tick. Who was not listening has missed it, so that only a few are kept.
inline constexpr std::array<std::string_view, 8> kAnnounceTick{"XADD", kTicksKey, "MAXLEN", "~", "100", "*", "t", "1"};
inline constexpr std::string_view kBatchField = "b";
inline constexpr std::string_view kChangeField = "c";

inline constexpr std::size_t kEdgeNameLengthMax = 64;       // [A-Za-z0-9._-]
inline constexpr std::size_t kEntryBytesMax = 1024 * 1024;  // of one stream entry
inline constexpr std::int64_t kHeartbeatIntervalUs = 100'000;
inline constexpr std::int64_t kWatermarkIntervalUs = 1'000'000;

std::string clicks_stream_key(std::string_view edge, const Incarnation& incarnation);
std::string directory_snapshot_key(std::uint64_t epoch, std::uint64_t version, std::uint64_t chunk);
std::string limit_key(std::string_view zone, std::string_view subject);

// A stream entry's id, "{first}-{second}".
struct EntryId {
  std::uint64_t major = 0;  // generation, or epoch
  std::uint64_t minor = 0;  // last click number, or version
  auto operator<=>(const EntryId&) const = default;
  std::string text() const;
};
std::optional<EntryId> parse_entry_id(std::string_view text);

}  // namespace footfall::wire
