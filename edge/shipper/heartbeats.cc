// A round is one pipeline that reads and one that writes. read_core_state() asks for core's tick, for the watermark of
// every incarnation that is not finished, for other edges' heartbeats of the older ones, and now and then for the top
// of a stream; each reply goes to the decision of its incarnation. publish_heads() then writes how far each incarnation
// has been written, and removes the heartbeats of those that are done. While it is calm both go in one pipeline.
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

std::optional<std::vector<redis::Reply>> Heartbeats::send(std::span<const redis::Arguments> commands) {
  auto replies = redis_.pipeline(commands);
  if (replies) return std::move(*replies);
  probe_.connection_errors.add();
  log_warn_limited("shipper.redis_failed", {{"error", replies.error().message}});
  for (auto& [id, shipment] : shipments_.all()) shipment.decision.on_connection_lost();
  return std::nullopt;
}

bool Heartbeats::read_core_state() {
  Questions questions;
  ask(questions);
  const auto replies = send(questions.commands);
  return replies && take_answers(questions, *replies);
}

bool Heartbeats::publish_heads() {
  Heads heads;
  say(heads);
  const auto replies = send(heads.commands);
  const bool published = replies && take_receipts(heads, *replies);
  note_movement();
  return published;
}

bool Heartbeats::publish_and_read() {
  Heads heads;
  say(heads);
  Questions questions;
  ask(questions);
  std::vector<redis::Arguments> commands = heads.commands;
  commands.insert(commands.end(), questions.commands.begin(), questions.commands.end());
  const auto replies = send(commands);
  if (!replies) return false;
  const auto receipts = std::span(*replies).first(heads.commands.size());
  const bool answered = take_answers(questions, std::span(*replies).subspan(receipts.size()));
  const bool published = take_receipts(heads, receipts);
  note_movement();
  return answered && published;
}

void Heartbeats::ask(Questions& questions) {
  const std::int64_t now_us = clock_.steady_us();
  redis::Arguments heartbeats{"HMGET", wire::kIncarnationsKey};
  redis::Arguments stored{"HMGET", wire::kStoredKey};
  questions.commands = {{"GET", wire::kTickKey}};
  questions.fields.reserve(shipments_.all().size());
  for (auto& [id, shipment] : shipments_.all()) {
    if (shipment.decision.finished()) continue;
    const std::string& field = questions.fields.emplace_back(id.hex());
    stored.push_back(field);
    questions.asked.push_back(&shipment);
    if (&shipment != shipments_.running()) {
      questions.older.push_back(&shipment);
      heartbeats.push_back(field);
    }
    const bool due = now_us - shipment.top_checked_us >= kTopCheckUs && shipment.decision.wants_top_sometimes();
    if (due || shipment.decision.wants_top_soon()) questions.topped.push_back(&shipment);
  }
  // Streams before watermarks: whatever ingest had trimmed by then it has published as well, so it is not taken for
  // lost.
  for (Shipment* shipment : questions.topped) questions.commands.push_back({"XINFO", "STREAM", shipment->stream});
  if (!questions.older.empty()) questions.commands.push_back(std::move(heartbeats));
  if (!questions.asked.empty()) questions.commands.push_back(std::move(stored));
}

bool Heartbeats::take_answers(const Questions& questions, std::span<const redis::Reply> replies) {
  const auto& [fields, asked, topped, older, commands] = questions;
  const redis::Reply& tick_reply = replies.front();
  const redis::Reply& stored_reply = replies.back();
  if (tick_reply.is_error() || stored_reply.is_error()) {
    probe_.reply_errors.add();
    log_warn_limited("shipper.redis_refused", {{"error", tick_reply.is_error() ? tick_reply.text : stored_reply.text}});
    return false;
  }
  tick_ = std::strtoull(tick_reply.text.c_str(), nullptr, 10);
  if (!older.empty()) {
    const redis::Reply& heartbeats_reply = replies[1 + topped.size()];
    for (std::size_t i = 0; i < older.size() && i < heartbeats_reply.elements.size(); ++i) {
      apply_heartbeat(*older[i], heartbeats_reply.elements[i]);
    }
  }
  // The running incarnation's watermark comes first: it shows which database and epoch the others must name.
  for (const bool of_running : {true, false}) {
    for (std::size_t i = 0; i < asked.size() && i < stored_reply.elements.size(); ++i) {
      if ((asked[i] == shipments_.running()) == of_running) apply_watermark(*asked[i], stored_reply.elements[i]);
    }
  }
  const std::int64_t now_us = clock_.steady_us();
  for (std::size_t i = 0; i < topped.size(); ++i) {
    topped[i]->top_checked_us = now_us;
    apply_stream_top(*topped[i], replies[1 + i]);
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

void Heartbeats::say(Heads& heads) {
  auto& texts = heads.texts;
  redis::Arguments put{"HSET", wire::kIncarnationsKey};
  redis::Arguments gone{"HDEL", wire::kIncarnationsKey};
  texts.reserve(2 * shipments_.all().size());
  const std::int64_t now_us = clock_.steady_us();
  for (auto& [id, shipment] : shipments_.all()) {
    const ShipDecision& decision = shipment.decision;
    if (decision.finished()) continue;
    if (!decision.is_ours(now_us)) {
      // The heartbeat in Redis is that of an edge that may still write it. What we hold may be stored all the same.
      if (decision.is_written_elsewhere() && decision.done(now_us)) heads.done.push_back(&shipment);
      continue;
    }
    texts.push_back(id.hex());
    if (decision.done(now_us)) {
      gone.push_back(texts.back());
      heads.done.push_back(&shipment);
      continue;
    }
    const LogIncarnation& held = decision.log();
    if (shipments_.is_running(id)) heads.of_running = held.head;
    put.push_back(texts.back());
    texts.push_back(wire::encode_heartbeat({.edge = options_.edge_name,
                                            .edge_number = options_.edge_number,
                                            .incarnation = id,
                                            .head = held.head,
                                            .tick = tick_,
                                            .ended = held.ended,
                                            .generation = decision.generation(),
                                            .now_us = clock_.wall_us(),
                                            .unstored_bytes = decision.unstored_bytes(),
                                            .started_us = held.started_us}));
    put.push_back(texts.back());
  }
  heads.tick = tick_;
  if (put.size() > 2) heads.commands.push_back(std::move(put));
  if (gone.size() > 2) heads.commands.push_back(std::move(gone));
}

bool Heartbeats::take_receipts(const Heads& heads, std::span<const redis::Reply> replies) {
  for (const redis::Reply& reply : replies) {
    if (!reply.is_error()) continue;
    probe_.reply_errors.add();
    log_warn_limited("shipper.redis_refused", {{"error", reply.text}});
    return false;
  }
  announced_head_ = heads.of_running;
  announced_tick_ = heads.tick;
  for (Shipment* shipment : heads.done) {
    shipment->decision.set_finished();
    log_.finished(shipment->decision.log().id);
    log_info(
        "shipper.finished",
        {{"stream", shipment->stream}, {"head", shipment->decision.log().head}, {"epoch", shipment->decision.epoch()}});
  }
  return true;
}

bool Heartbeats::is_still() const {
  const Shipment* own = shipments_.running();
  if (own == nullptr || announced_head_ != own->decision.log().head || announced_tick_ != tick_) return false;
  return std::all_of(shipments_.all().begin(), shipments_.all().end(), [&](const auto& entry) {
    const ShipDecision& decision = entry.second.decision;
    if (&entry.second != own) return decision.finished();
    return decision.backlog() == 0 && decision.oldest_unstored_us() == 0;
  });
}

void Heartbeats::note_movement() {
  if (!is_still()) {
    was_still_ = false;
  } else if (!std::exchange(was_still_, true)) {
    still_since_us_ = clock_.steady_us();
  }
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
