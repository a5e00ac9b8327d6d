// The streams table: how far each edge incarnation is stored. The position is the only truth about what ingest has
// done; it moves by compare-and-set inside the transaction that stores the clicks (PROTOCOL.md 6).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/storage/database.h"
#include "proto/wire/ids.h"

namespace footfall::core {

struct StreamRow {
  std::int64_t id = 0;
  wire::Incarnation incarnation;
  std::string edge;  // a label: the edge that writes this incarnation, or was heard last
  std::uint32_t edge_number = 0;
  std::vector<std::string> edges;  // all that were ever heard to ship it (a copied log has several), the last 16
  std::uint64_t position = 0;      // every click up to this number is stored
  std::uint64_t resend_nonce = 0;
  std::uint64_t head = 0;  // last heard
  bool ended = false;      // will never grow beyond head
  bool retired = false;    // nobody waits for it any more
  std::int64_t heard_us = 0;
  std::uint64_t voided = 0;
  std::uint64_t dead = 0;
  std::uint64_t duplicates = 0;
  bool finished() const { return ended && position >= head; }
};

// What an edge says of one incarnation.
struct StreamHeard {
  wire::Incarnation incarnation;
  std::string edge;
  std::uint32_t edge_number = 0;
  std::uint64_t head = 0;
  bool ended = false;
};

struct DatabaseIdentity {
  std::string identity;     // 16 bytes
  std::uint64_t epoch = 0;  // raised when a database was restored
};
Result<DatabaseIdentity> database_identity(Database& database);
// Raises the epoch above `from`, with a trace in the audit that names the stream whose commits are missing. False: it
// was not `from` any more, another process has raised it.
Result<bool> raise_recovery_epoch(Database& database, std::uint64_t from, const wire::Incarnation& lost);

// Makes the rows that are missing, and leaves the others as they are: a heartbeat that is merely there may have been
// left by an edge that is gone.
Result<void> note_seen(Database& database, const std::vector<StreamHeard>& seen);
// Of heartbeats that were renewed: makes rows, raises heads, renews heard_at, and takes back a retirement, for an edge
// that speaks is not gone. An end is not believed while another edge has been heard to write the incarnation in the
// last ten seconds: then it is that of a copied log (PROTOCOL.md 1).
Result<void> note_heard(Database& database, const std::vector<StreamHeard>& heard);

Result<std::vector<StreamRow>> all_streams(Database& database);
// Those that may still bring clicks: not finished. Retired ones are among them; a waiting conversion leaves them out.
Result<std::vector<StreamRow>> open_streams(Database& database);
Result<std::vector<StreamRow>> streams_of(Database& database, const std::vector<wire::Incarnation>& incarnations);

// An edge leaves out of its heartbeats only what is ended and stored. So an incarnation that it has not spoken of for
// five seconds, while it speaks of a later one, and that is stored up to the last head heard, has ended, even if that
// was said between two looks. Without this a restarted edge's old incarnation would be waited for until it is retired.
Result<std::int64_t> end_superseded(Database& database);

struct Advance {
  std::int64_t stream_id = 0;
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  std::uint64_t voided = 0;
  std::uint64_t dead = 0;
  std::uint64_t duplicates = 0;
};
// False when the position was not `from`: another owner is at work.
Result<bool> advance_stream(Database& database, const Advance& advance);

// Asks the edge to ship again from position + 1. 0 when the position was not `position` any more.
Result<std::uint64_t> request_resend(Database& database, std::int64_t stream_id, std::uint64_t position);

// Nobody waits for these any more; what they still bring is stored all the same. `edge` is a name or an incarnation in
// hex; by name, an incarnation that speaks now is left out when there are older ones to retire. Returns the
// incarnations that were retired by this call.
Result<std::vector<std::string>> retire_edge(Database& database, std::string_view edge, std::string_view actor);
Result<std::vector<std::string>> retire_silent_edges(Database& database, std::int64_t heard_before_us);

// Session locks: they belong to the connection and go with it.
Result<bool> try_lock_stream(Database& database, std::int64_t stream_id);
Result<void> unlock_stream(Database& database, std::int64_t stream_id);
enum class Role : std::int32_t { watermarks = 1, publisher = 2, upkeep = 3, rejudging = 4 };
Result<bool> try_lock_role(Database& database, Role role);

}  // namespace footfall::core
