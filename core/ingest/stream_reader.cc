// Each read takes as many entries as the limits allow and adds those that come next to the run. An entry that comes too
// early shows a gap: the edge is asked to ship again. When a stream gives nothing, its top is compared with the cursor
// once a second, because a stream that was lost and begins anew holds entries below the cursor.
//
// An entry that cannot be decoded is first requested again, because Redis may hold damaged bytes while the edge's log
// is intact. If it comes again under a higher generation, its numbers become a dead letter.
#include "core/ingest/stream_reader.h"

#include <algorithm>

#include "core/ingest/failpoint.h"
#include "proto/base/logging.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kCompareIntervalUs = 1'000'000;
constexpr std::int64_t kEntriesMax = 4'096;

}  // namespace

StreamReader::StreamReader(const wire::Incarnation& incarnation, const ReadLimits& limits, IngestProbe& probe)
    : incarnation_(incarnation), limits_(limits), probe_(probe), resend_(limits.resend_after_us) {}

void StreamReader::add_edges(const StreamRow& row) {
  const auto add = [this](const std::string& edge) {
    auto key = wire::clicks_stream_key(edge, incarnation_);
    for (const auto& source : sources_) {
      if (source.key == key) return;
    }
    sources_.emplace_back().key = std::move(key);
  };
  add(row.edge);
  for (const auto& edge : row.edges) add(edge);
}

std::vector<std::string> StreamReader::keys() const {
  std::vector<std::string> keys;
  for (const auto& source : sources_) keys.push_back(source.key);
  return keys;
}

std::vector<redis::StreamCursor> StreamReader::cursors() const {
  std::vector<redis::StreamCursor> cursors;
  for (const auto& source : sources_) cursors.push_back({source.key, source.cursor.text()});
  return cursors;
}

Result<Reading> StreamReader::read(redis::Redis& redis, RunBuilder& run_builder, std::uint64_t position,
                                   std::uint64_t head, const ClickDays& days, std::int64_t now_us) {
  Reading reading;
  reading.run.from = reading.run.to = position;
  for (auto& source : sources_) {
    if (auto read = read_source(redis, run_builder, source, days, now_us, reading); !read) return Failure(read.error());
  }
  if (!reading.run.empty() || head <= position) {
    if (!reading.ask_resend) resend_.on_progress(now_us);
    return reading;
  }
  if (!reading.more && resend_.on_silence(now_us)) reading.ask_resend = true;
  return reading;
}

Result<void> StreamReader::read_source(redis::Redis& redis, RunBuilder& run_builder, Source& source,
                                       const ClickDays& days, std::int64_t now_us, Reading& reading) {
  const auto wanted_clicks = limits_.clicks_max - static_cast<std::int64_t>(reading.run.to - reading.run.from);
  if (wanted_clicks <= 0) {
    reading.more = true;
    return {};
  }
  const auto count = std::clamp<std::int64_t>(
      std::min(wanted_clicks / source.clicks_per_entry, limits_.bytes_max / source.bytes_per_entry), 1, kEntriesMax);
  pass_failpoint(kBeforeRead);
  auto entries = redis::read_stream(redis, source.key, source.cursor.text(), count, 0);
  if (!entries) return Failure(entries.error());
  if (entries->empty()) return compare_top(redis, source, now_us);
  pass_failpoint(kAfterRead);

  const auto before = reading.run.to;
  std::int64_t bytes = 0;
  for (const auto& entry : *entries) {
    const auto id = wire::parse_entry_id(entry.id);
    if (!id) return Failure(Error{ErrorKind::internal, ErrorSource::redis, false, "entry id " + entry.id});
    const auto batch = redis::find_field(entry, wire::kBatchField);
    bytes += static_cast<std::int64_t>(batch.size());
    source.cursor = *id;
    take_entry(run_builder, *id, batch, days, now_us, reading);
  }
  const auto size = static_cast<std::int64_t>(entries->size());
  source.bytes_per_entry = std::max<std::int64_t>(1, bytes / size);
  if (reading.run.to > before) {
    source.clicks_per_entry = std::max<std::int64_t>(1, static_cast<std::int64_t>(reading.run.to - before) / size);
  }
  if (size >= count) reading.more = true;
  // Each entry up to the cursor is in the run, was stored before, or will be shipped again.
  reading.trims.push_back({source.key, {source.cursor.major, reading.run.to + 1}});
  return {};
}

void StreamReader::take_entry(RunBuilder& run_builder, const wire::EntryId& id, std::string_view bytes,
                              const ClickDays& days, std::int64_t now_us, Reading& reading) {
  auto batch = DecodedBatch::decode(bytes);
  if (!batch) return refuse_entry(id, batch.error().message, bytes, reading);
  if (batch->incarnation() != incarnation_) return refuse_entry(id, "of another incarnation", bytes, reading);
  if (batch->last() != id.minor) return refuse_entry(id, "its id is not its last number", bytes, reading);
  switch (order_of_batch(reading.run.to, batch->first(), batch->last())) {
    case BatchOrder::stored_before:
      break;
    case BatchOrder::next:
      run_builder.append(reading.run, std::move(*batch), days);
      break;
    case BatchOrder::gap:
      probe_.gaps.add();
      if (resend_.on_gap(id.major, now_us)) {
        reading.ask_resend = true;
        log_warn("ingest.gap", {{"incarnation", incarnation_.hex()},
                                {"position", reading.run.to},
                                {"first", batch->first()},
                                {"generation", id.major}});
      }
      break;
  }
}

void StreamReader::refuse_entry(const wire::EntryId& id, const std::string& problem, std::string_view bytes,
                                Reading& reading) {
  probe_.undecodable.add();
  const auto position = reading.run.to;
  if (id.minor <= position) return;
  const bool seen_before = undecodable_ && undecodable_->position == position && id.major > undecodable_->generation;
  log_warn("ingest.entry.undecodable",
           {{"incarnation", incarnation_.hex()}, {"entry", id.text()}, {"problem", problem}, {"again", seen_before}});
  if (seen_before) {
    RunBuilder::append_undecodable(reading.run, id.minor, problem, bytes);
    return;
  }
  if (!undecodable_ || undecodable_->position != position) undecodable_ = Undecodable{position, id.major};
  reading.ask_resend = true;
}

Result<void> StreamReader::compare_top(redis::Redis& redis, Source& source, std::int64_t now_us) {
  if (source.cursor == wire::EntryId{} || now_us - source.compared_us < kCompareIntervalUs) return {};
  source.compared_us = now_us;
  auto reply = redis.command({"XINFO", "STREAM", source.key});
  if (!reply) return Failure(reply.error());
  wire::EntryId top;  // stays zero when the stream does not exist
  for (std::size_t i = 0; i + 1 < reply->elements.size(); i += 2) {
    if (reply->elements[i].text != "last-generated-id") continue;
    top = wire::parse_entry_id(reply->elements[i + 1].text).value_or(wire::EntryId{});
  }
  const auto cursor = cursor_after_comparison(source.cursor, top);
  if (cursor != source.cursor) {
    log_warn("ingest.stream.restarted", {{"key", source.key}, {"cursor", source.cursor.text()}, {"top", top.text()}});
    source.cursor = cursor;
  }
  return {};
}

}  // namespace footfall::core
