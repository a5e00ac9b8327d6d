// A round is one pipeline that reads and one that writes. read_core_state() asks for core's tick, for the watermark of
// every incarnation that is not finished, for other edges' heartbeats of the older ones, and now and then for the top
// of a stream; each reply goes to the decision of its incarnation. publish_heads() then writes how far each incarnation
// has been written, and removes the heartbeats of those that are done.
#include "edge/shipper/heartbeats.h"

#include <algorithm>
#include <cstdlib>
#include <utility>
#include <vector>

#include "edge/shipper/entries.h"
#include "proto/base/logging.h"
#include "proto/wire/heartbeat.h"
#include "proto/wire/streams.h"
#include "proto/wire/watermark.h"

namespace footfall::edge {
namespace {

constexpr std::int64_t kTopCheckUs = 1'000'000;  // XINFO brings two whole entries along: not at every beat
constexpr std::size_t kHeadSamplesMax = 4096;

}  // namespace

Heartbeats::Heartbeats(const ShipperOptions& options, LogReader& log, redis::Redis& redis, const Clock& clock,
                       ShipperProbe& probe, Shipments& shipments)
    : options_(options), log_(log), redis_(redis), clock_(clock), probe_(probe), shipments_(shipments) {}

bool Heartbeats::read_core_state(std::uint64_t& tick) {
  const std::int64_t now_us = clock_.steady_us();
  std::vector<std::string> fields;
  std::vector<Shipment*> asked;
  std::vector<Shipment*> topped;
  std::vector<Shipment*> older;
  redis::Arguments heartbeats{"HMGET", wire::kIncarnationsKey};
  redis::Arguments stored{"HMGET", wire::kStoredKey};
  std::vector<redis::Arguments> commands{{"GET", wire::kTickKey}};
  fields.reserve(shipments_.all().size());
  for (auto& [id, shipment] : shipments_.all()) {
    if (shipment.decision.finished()) continue;
    fields.push_back(id.hex());
    stored.push_back(fields.back());
    asked.push_back(&shipment);
    if (&shipment != shipments_.running()) {
      older.push_back(&shipment);
      heartbeats.push_back(fields.back());
    }
    const bool due = now_us - shipment.top_checked_us >= kTopCheckUs && shipment.decision.wants_top_sometimes();
    if (due || shipment.decision.wants_top_soon()) topped.push_back(&shipment);
  }
  // Streams before watermarks: whatever ingest had trimmed by then it has published as well, so it is not taken for
  // lost.
  for (Shipment* shipment : topped) commands.push_back({"XINFO", "STREAM", shipment->stream});
  if (!older.empty()) commands.push_back(std::move(heartbeats));
  if (!asked.empty()) commands.push_back(std::move(stored));

  const auto replies = redis_.pipeline(commands);
  if (!replies) {
    probe_.connection_errors.add();
    log_warn_limited("shipper.redis_failed", {{"error", replies.error().message}});
    for (auto& [id, shipment] : shipments_.all()) shipment.decision.on_connection_lost();
    return false;
  }
  const redis::Reply& tick_reply = replies->front();
  const redis::Reply& stored_reply = replies->back();
  if (tick_reply.is_error() || stored_reply.is_error()) {
    probe_.reply_errors.add();
    log_warn_limited("shipper.redis_refused", {{"error", tick_reply.is_error() ? tick_reply.text : stored_reply.text}});
    return false;
  }
  tick = std::strtoull(tick_reply.text.c_str(), nullptr, 10);
  if (!older.empty()) {
    const redis::Reply& heartbeats_reply = (*replies)[1 + topped.size()];
    for (std::size_t i = 0; i < older.size() && i < heartbeats_reply.elements.size(); ++i) {
      apply_heartbeat(*older[i], heartbeats_reply.elements[i]);
    }
  }
  // The running incarnation's watermark comes first: it shows which database and epoch the others must name.
  const auto take_watermarks = [&](bool of_running) {
    for (std::size_t i = 0; i < asked.size() && i < stored_reply.elements.size(); ++i) {
      if ((asked[i] == shipments_.running()) == of_running) apply_watermark(*asked[i], stored_reply.elements[i]);
    }
  };
  take_watermarks(true);
  take_watermarks(false);
  for (std::size_t i = 0; i < topped.size(); ++i) {
    topped[i]->top_checked_us = now_us;
    apply_stream_top(*topped[i], (*replies)[1 + i]);
  }
  return true;
}

// What Redis has of an older incarnation: our own word, that it has ended, or that of an edge that writes it.
void Heartbeats::apply_heartbeat(Shipment& shipment, const redis::Reply& reply) {
  const auto heartbeat = reply.is_nil() ? std::nullopt : wire::decode_heartbeat(reply.text);
  const bool is_written = heartbeat && !heartbeat->ended;
  const bool was_written = shipment.decision.is_written_elsewhere();
  shipment.decision.on_heartbeat(is_written ? std::optional(heartbeat->now_us) : std::nullopt, clock_.steady_us());
  if (was_written || !shipment.decision.is_written_elsewhere()) return;
  log_warn("shipper.incarnation_alive", {{"stream", shipment.stream}, {"edge", heartbeat->edge}});
}

// Core has heard of clicks that our log, which came back from a power cut, does not hold.
void Heartbeats::look_for_lost_tail(Shipment& shipment, std::uint64_t heard) {
  ShipDecision& decision = shipment.decision;
  const std::int64_t now_us = clock_.steady_us();
  if (!decision.log().ended || decision.log().is_copy || heard <= decision.log().head) return;
  if (!decision.is_ours(now_us)) return;
  log_.lose_tail(decision.log().id, heard);
  shipments_.refresh(log_, options_.edge_name, now_us);
}

void Heartbeats::apply_watermark(Shipment& shipment, const redis::Reply& reply) {
  if (reply.is_nil()) return;
  ShipDecision& decision = shipment.decision;
  const auto watermark = wire::decode_watermark(reply.text);
  if (!watermark || watermark->incarnation != decision.log().id) {
    probe_.watermarks_ignored.add();
    log_warn_limited("shipper.watermark_malformed", {{"stream", shipment.stream}});
    return;
  }
  const WatermarkSeen seen{.position = watermark->position,
                           .database = watermark->database,
                           .epoch = watermark->epoch,
                           .resend_nonce = watermark->resend_nonce};
  if (&shipment == shipments_.running()) {
    note_database(seen);
  } else if (!is_of_current_database(seen)) {
    return;
  }
  if (&shipment != shipments_.running()) look_for_lost_tail(shipment, watermark->heard);
  decision.set_retired(watermark->retired);
  const std::uint64_t before = decision.position();
  const WatermarkEffect effect = decision.on_watermark(seen, clock_.steady_us());
  switch (effect) {
    case WatermarkEffect::accepted:
      break;
    case WatermarkEffect::rewound:
      probe_.rewinds_asked.add();
      log_warn("shipper.rewind",
               {{"stream", shipment.stream}, {"reason", "asked"}, {"position", seen.position}, {"epoch", seen.epoch}});
      break;
    case WatermarkEffect::went_back:
      probe_.rewinds_went_back.add();
      log_error("shipper.database_went_back",
                {{"stream", shipment.stream},
                 {"position", seen.position},
                 {"known_position", before},
                 {"epoch", seen.epoch},
                 {"remedy", "what is missing is shipped again; after a restore, raise the recovery epoch (RUNBOOK)"}});
      if (&shipment == shipments_.running()) announce_older_again();
      break;
    default:
      probe_.watermarks_ignored.add();
      log_warn_limited("shipper.watermark_ignored", {{"stream", shipment.stream},
                                                     {"position", seen.position},
                                                     {"known_position", before},
                                                     {"head", decision.log().shippable},
                                                     {"epoch", seen.epoch}});
      return;
  }
  if (decision.position() != before) log_.stored(decision.log().id, decision.position());
}

// The watermark of an older incarnation may have been left in Redis before a restore, and core may not have renewed it
// yet. That of the running incarnation is always core's own word.
bool Heartbeats::is_of_current_database(const WatermarkSeen& seen) const {
  return core_known_ && seen.database == core_database_ && seen.epoch >= core_epoch_;
}

void Heartbeats::note_database(const WatermarkSeen& seen) {
  const bool other_database = seen.database != core_database_;
  if (core_known_ && !other_database && seen.epoch <= core_epoch_) return;
  const bool restored = core_known_;
  core_known_ = true;
  core_database_ = seen.database;
  core_epoch_ = seen.epoch;
  if (!restored) return;
  log_warn("shipper.database_restored", {{"epoch", seen.epoch}, {"other_database", other_database}});
  announce_older_again();
}

// A restored database may have lost what was finished long ago: it is announced again, and core says what it has of it.
void Heartbeats::announce_older_again() {
  for (auto& [id, shipment] : shipments_.all()) shipment.decision.announce_again(clock_.steady_us());
}

void Heartbeats::apply_stream_top(Shipment& shipment, const redis::Reply& reply) {
  const auto state = stream_state_of(reply);
  if (!state || !shipment.decision.on_checked(state->top, state->empty)) return;
  probe_.rewinds_lost.add();
  log_warn("shipper.rewind", {{"stream", shipment.stream},
                              {"reason", "lost"},
                              {"top", state->top ? state->top->text() : std::string("none")}});
}

bool Heartbeats::publish_heads(std::uint64_t tick) {
  std::vector<std::string> texts;
  redis::Arguments put{"HSET", wire::kIncarnationsKey};
  redis::Arguments gone{"HDEL", wire::kIncarnationsKey};
  texts.reserve(2 * shipments_.all().size());
  std::vector<Shipment*> done;
  for (auto& [id, shipment] : shipments_.all()) {
    const ShipDecision& decision = shipment.decision;
    if (decision.finished()) continue;
    if (!decision.is_ours(clock_.steady_us())) {
      // The heartbeat in Redis is that of an edge that may still write it. What we hold may be stored all the same.
      if (decision.is_written_elsewhere() && decision.done(clock_.steady_us())) done.push_back(&shipment);
      continue;
    }
    texts.push_back(id.hex());
    if (decision.done(clock_.steady_us())) {
      gone.push_back(texts.back());
      done.push_back(&shipment);
      continue;
    }
    const LogIncarnation& held = decision.log();
    put.push_back(texts.back());
    texts.push_back(wire::encode_heartbeat({.edge = options_.edge_name,
                                            .edge_number = options_.edge_number,
                                            .incarnation = id,
                                            .head = held.head,
                                            .tick = tick,
                                            .ended = held.ended,
                                            .generation = decision.generation(),
                                            .now_us = clock_.wall_us(),
                                            .unstored_bytes = decision.unstored_bytes(),
                                            .started_us = held.started_us}));
    put.push_back(texts.back());
  }
  std::vector<redis::Arguments> commands;
  if (put.size() > 2) commands.push_back(std::move(put));
  if (gone.size() > 2) commands.push_back(std::move(gone));
  const auto replies = redis_.pipeline(commands);
  if (!replies) {
    probe_.connection_errors.add();
    return false;
  }
  for (const redis::Reply& reply : *replies) {
    if (!reply.is_error()) continue;
    probe_.reply_errors.add();
    log_warn_limited("shipper.redis_refused", {{"error", reply.text}});
    return false;
  }
  for (Shipment* shipment : done) {
    shipment->decision.set_finished();
    log_.finished(shipment->decision.log().id);
    log_info(
        "shipper.finished",
        {{"stream", shipment->stream}, {"head", shipment->decision.log().head}, {"epoch", shipment->decision.epoch()}});
  }
  return true;
}

void Heartbeats::update_gauges() {
  const std::int64_t wall_us = clock_.wall_us();
  std::uint64_t backlog = 0;
  std::size_t unfinished = 0;
  std::int64_t oldest_unshipped_us = wall_us;
  std::int64_t oldest_unstored_us = wall_us;
  for (auto& [id, shipment] : shipments_.all()) {
    const ShipDecision& decision = shipment.decision;
    if (!decision.finished()) ++unfinished;
    backlog += decision.backlog();
    auto& heads = shipment.heads;
    const std::uint64_t head = decision.log().shippable;
    if (heads.size() < kHeadSamplesMax && (heads.empty() || heads.back().head < head)) {
      const std::int64_t started_us = decision.log().started_us;
      heads.push_back({head, shipments_.is_running(id) || started_us == 0 ? wall_us : started_us});
    }
    while (!heads.empty() && heads.front().head < decision.next()) heads.pop_front();
    if (!heads.empty()) oldest_unshipped_us = std::min(oldest_unshipped_us, heads.front().wall_us);
    if (decision.oldest_unstored_us() != 0) {
      oldest_unstored_us = std::min(oldest_unstored_us, decision.oldest_unstored_us());
    }
  }
  oldest_unstored_us = std::min(oldest_unstored_us, oldest_unshipped_us);
  const std::uint64_t unstored = shipments_.unstored_bytes();
  probe_.incarnations.set(static_cast<double>(unfinished));
  probe_.backlog_clicks.set(static_cast<double>(backlog));
  probe_.unstored_bytes.set(static_cast<double>(unstored));
  probe_.blocked.set(backlog != 0 && unstored >= options_.unstored_bytes_max ? 1 : 0);
  probe_.lag_seconds.set(static_cast<double>(wall_us - oldest_unshipped_us) * 1e-6);
  probe_.oldest_unstored_seconds.set(static_cast<double>(wall_us - oldest_unstored_us) * 1e-6);
}

}  // namespace footfall::edge
