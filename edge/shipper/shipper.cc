// The loop: a heartbeat round every 100 ms (tick, watermarks, heads), or every 300 ms while it is calm, and between the
// rounds pipelines of entries, the running incarnation's before those of the older ones, one of each in turn. Whatever
// fails waits for the next round.
#include "edge/shipper/shipper.h"

#include <algorithm>
#include <atomic>
#include <set>
#include <utility>
#include <vector>

#include "edge/shipper/adoption.h"
#include "edge/shipper/entries.h"
#include "edge/shipper/heartbeats.h"
#include "edge/shipper/ship_decision.h"
#include "edge/shipper/shipments.h"
#include "edge/shipper/shipper_probe.h"
#include "proto/base/logging.h"
#include "proto/wire/streams.h"

namespace footfall::edge {
namespace {

constexpr std::int64_t kAdoptionUs = 1'000'000;
constexpr std::int64_t kStandAsideMaxUs = 200'000;  // for another writer of the same stream
constexpr std::uint64_t kNever = ~std::uint64_t{0};

}  // namespace

struct Shipper::Implementation {
  Implementation(const ShipperOptions& given, LogReader& log_reader, redis::Redis& redis_client, const Clock& the_clock,
                 Metrics& metrics)
      : options(given),
        log(log_reader),
        redis(redis_client),
        clock(the_clock),
        probe(metrics),
        pipeline(options, log, redis, probe),
        limits{options.entry_clicks, options.backlog_entry_clicks, options.unstored_bytes_max},
        heartbeats(options, log, redis, clock, probe, shipments) {
    probe.unstored_bytes_max.set(static_cast<double>(options.unstored_bytes_max));
  }

  void run(const std::stop_token& stop);
  bool step();
  bool flush(std::int64_t deadline_us);

  // --- a heartbeat round
  bool heartbeat_round();
  std::int64_t next_heartbeat_us() const;
  bool read_and_publish();
  bool redis_is_durable();
  void adopt_earlier_incarnations();

  // --- shipping
  bool ship_all();
  bool ship_one(Shipment& shipment);
  bool confirm();
  void wait(std::int64_t until_us);
  void set_redis_up(bool now_up);

  const ShipperOptions options;
  LogReader& log;
  redis::Redis& redis;
  const Clock& clock;
  ShipperProbe probe;
  EntryPipeline pipeline;
  const ShipDecision::Limits limits;

  Shipments shipments;
  Heartbeats heartbeats;
  std::int64_t heartbeat_us = -kCalmHeartbeatIntervalUs;  // of the last one
  bool hurried = false;                                   // the next one shall not wait until it is due
  bool up = false;                                        // Redis answered, and nothing failed since
  bool progress = false;                                  // the last attempt shipped something
  bool durable = false;  // ack = redis: this connection's Redis keeps what it acknowledges
  bool adoption_done = false;
  std::int64_t next_adoption_us = 0;
  std::uint64_t acknowledged = 0;  // ack = redis: told to the log
  std::atomic<bool> works{false};
  std::atomic<bool> beat_wanted{false};
};

void Shipper::Implementation::run(const std::stop_token& stop) {
  const std::stop_callback interrupt(stop, [this] { log.interrupt(); });
  while (!stop.stop_requested()) {
    if (!step()) wait(next_heartbeat_us());
  }
}

bool Shipper::Implementation::step() {
  const std::int64_t now_us = clock.steady_us();
  if (beat_wanted.load(std::memory_order_relaxed) && beat_wanted.exchange(false)) hurried = true;
  if (now_us >= next_heartbeat_us()) {
    heartbeat_us = now_us;
    up = heartbeat_round();
    set_redis_up(up);
  }
  return up && ship_all();
}

std::int64_t Shipper::Implementation::next_heartbeat_us() const {
  if (hurried) return heartbeat_us + Shipper::kHurriedBeatUs;
  return heartbeat_us + (up && heartbeats.is_calm() ? kCalmHeartbeatIntervalUs : wire::kHeartbeatIntervalUs);
}

// Idle: until there is something. Then, and as long as clicks keep coming, a while for company, unless an answer waits.
// Stuck: until the next beat.
void Shipper::Implementation::wait(std::int64_t until_us) {
  const auto rest_us = [&] { return std::max<std::int64_t>(until_us - clock.steady_us(), 0); };
  const Shipment* own = shipments.running();
  const bool idle = own != nullptr && own->decision.backlog() == 0;
  const bool stuck = !idle && (!up || !progress);
  if (own == nullptr || stuck) {
    log.wait_beyond(kNever, rest_us());
    return;
  }
  const std::uint64_t sent = own->decision.next() - 1;
  const bool lingers = up && !options.acknowledge && options.linger_us > 0;
  if (!lingers || !progress) log.wait_beyond(sent, rest_us());
  if (lingers && !beat_wanted.load(std::memory_order_relaxed)) {
    log.wait_beyond(sent + options.entry_clicks - 1, std::min(options.linger_us, rest_us()));
  }
}

void Shipper::Implementation::set_redis_up(bool now_up) {
  if (works.exchange(now_up) != now_up) {
    now_up ? log_info("shipper.redis_up") : log_warn("shipper.redis_down");
  }
  probe.redis_up.set(now_up ? 1 : 0);
  log.set_shipping_up(now_up);
}

bool Shipper::Implementation::heartbeat_round() {
  shipments.refresh(log, options.edge_name, clock.steady_us());
  // Nobody has told of a new tick. Should the answer name one all the same, it is echoed by the next round, and soon.
  const bool in_one = !std::exchange(hurried, false) && up && heartbeats.is_calm();
  const bool announced =
      redis_is_durable() && (in_one ? heartbeats.publish_and_read() : read_and_publish()) && confirm();
  hurried = in_one && announced && !heartbeats.is_calm();
  if (announced) adopt_earlier_incarnations();
  heartbeats.update_gauges();
  return announced;
}

// The heads that are announced must be sampled after the tick was read (PROTOCOL.md 12).
bool Shipper::Implementation::read_and_publish() {
  const bool answered = heartbeats.read_core_state();
  shipments.refresh(log, options.edge_name, clock.steady_us());
  return answered && heartbeats.publish_heads();
}

// ack = redis: what is acknowledged must be durable, by whatever Redis we are connected to now.
bool Shipper::Implementation::redis_is_durable() {
  if (!options.acknowledge || (durable && redis.connected())) return true;
  const auto checked = check_redis_durability(redis);
  durable = checked.has_value();
  if (!durable) log_warn_limited("shipper.redis_unfit", {{"error", checked.error().message}});
  return durable;
}

void Shipper::Implementation::adopt_earlier_incarnations() {
  const std::int64_t now_us = clock.steady_us();
  if (adoption_done || now_us < next_adoption_us) return;
  next_adoption_us = now_us + kAdoptionUs;
  std::set<wire::Incarnation> known;
  for (const auto& [id, shipment] : shipments.all()) known.insert(id);
  adoption_done = adopt_earlier(redis, log, options, known, clock.wall_us());
}

// One pipeline of each incarnation that has something. True if there is more that need not wait for company: a whole
// entry, or what an older incarnation left.
bool Shipper::Implementation::ship_all() {
  shipments.refresh(log, options.edge_name, clock.steady_us());
  Shipment* own = shipments.running();
  const auto ship = [&](Shipment& shipment) {
    const std::uint64_t before = shipment.decision.next();
    up = up && ship_one(shipment);
    return up && shipment.decision.next() > before;
  };
  progress = ship(*own);
  if (options.acknowledge && up) up = confirm();
  const bool lingers = !options.acknowledge && options.linger_us > 0;
  bool more = progress && (!lingers || own->decision.backlog() >= options.entry_clicks);
  for (auto& [id, shipment] : shipments.all()) {
    if (&shipment != own) more |= ship(shipment);
  }
  if (!up) set_redis_up(false);
  return more;
}

bool Shipper::Implementation::ship_one(Shipment& shipment) {
  ShipDecision& decision = shipment.decision;
  const std::int64_t now_us = clock.steady_us();
  const auto plan = decision.plan_next(limits, shipments.unstored_bytes(), now_us);
  if (plan.action == ShipDecision::Action::nothing) return true;
  if (plan.action == ShipDecision::Action::ask_top) {
    const auto state = read_stream_state(redis, shipment.stream);
    if (!state) {
      probe.connection_errors.add();
      return false;
    }
    decision.choose_generation(state->top, random_number());
  }
  const std::int64_t aside_us = static_cast<std::int64_t>(random_number() % kStandAsideMaxUs);
  return pipeline.ship(decision, shipment.stream, limits, shipments.unstored_bytes(), now_us, now_us + aside_us);
}

// ack = redis: tells the log what is acknowledged, after as many replicas have it as were asked for. WAIT counts what
// this connection wrote before, and all that Redis wrote before that: so it always follows a write of ours.
bool Shipper::Implementation::confirm() {
  Shipment* own = shipments.running();
  if (!options.acknowledge || own == nullptr) return true;
  const std::uint64_t sent = own->decision.next() - 1;
  if (sent <= acknowledged) return true;
  if (options.wait_replicas > 0) {
    const std::string replicas = std::to_string(options.wait_replicas);
    const std::string wait_ms = std::to_string(options.wait_ms);
    const auto reply = redis.command({"WAIT", replicas, wait_ms}, options.wait_ms);
    if (!reply || reply->is_error() || reply->integer < options.wait_replicas) {
      log_warn_limited("shipper.replicas_missing", {{"wanted", options.wait_replicas}});
      return false;
    }
  }
  acknowledged = sent;
  log.acknowledged(sent);
  return true;
}

bool Shipper::Implementation::flush(std::int64_t deadline_us) {
  constexpr std::int64_t kPauseUs = 20'000;
  for (;;) {
    up = heartbeat_round();
    set_redis_up(up);
    while (up && clock.steady_us() < deadline_us && ship_all()) {
    }
    if (up && shipments.everything_shipped()) {
      up = heartbeat_round();  // the end mark, with the last head
      if (up) return true;
    }
    if (clock.steady_us() + kPauseUs >= deadline_us) return false;
    clock.sleep_us(kPauseUs);
  }
}

Shipper::Shipper(const ShipperOptions& options, LogReader& log, redis::Redis& redis, const Clock& clock,
                 Metrics& metrics)
    : implementation_(std::make_unique<Implementation>(options, log, redis, clock, metrics)) {}

Shipper::~Shipper() = default;

void Shipper::run(std::stop_token stop) { implementation_->run(stop); }

bool Shipper::step() { return implementation_->step(); }

bool Shipper::flush(std::int64_t deadline_us) { return implementation_->flush(deadline_us); }

void Shipper::beat_soon() {
  implementation_->beat_wanted.store(true);
  implementation_->log.interrupt();
}

bool Shipper::redis_works() const { return implementation_->works.load(); }

}  // namespace footfall::edge
