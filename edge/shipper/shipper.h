// Sends what the log holds to Redis and tells the log what is stored. Nobody waits for it, except with ack = redis.
//
// One thread, run(). Each incarnation that the log holds is shipped. Its head is announced, and its watermark read,
// every 100 ms, or every 300 ms once nothing has moved for a second. What to do next is decided in ship_decision.h,
// which does no I/O; here it is carried out. Redis may be away, restart, fail over or be flushed at any moment
// (PROTOCOL.md 2, 9, 10).
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

#include "edge/log/log_reader.h"
#include "proto/base/clock.h"
#include "proto/base/metrics.h"
#include "proto/redis/client.h"

namespace footfall::edge {

struct ShipperOptions {
  std::string edge_name;             // label in stream keys, [A-Za-z0-9._-], at most 64
  std::uint32_t edge_number = 0;     // the 12 bits in click ids
  bool acknowledge = false;          // ack = redis: answers wait for the XADD
  std::int64_t wait_replicas = 0;    // ack = redis: WAIT for so many replicas as well
  std::int64_t wait_ms = 200;        //   … at most so long
  std::int64_t linger_us = 5'000;    // a click waits so long for company; 0 with ack = redis
  std::uint64_t entry_clicks = 256;  // of one stream entry
  std::uint64_t entry_bytes = 128 * 1024;
  std::uint64_t backlog_entry_clicks = 1024;        // the same while a backlog is shipped
  std::uint64_t pipeline_bytes = 1024 * 1024;       // of entries sent in one write
  std::uint64_t unstored_bytes_max = 256ull << 20;  // in Redis, of this edge (PROTOCOL.md 10)
};

// ack = redis: whether Redis keeps what it acknowledges (appendonly yes, appendfsync always, noeviction). An error of
// kind invalid means that it does not: refuse to start. Kind unavailable: could not ask; the shipper asks again.
Result<void> check_redis_durability(redis::Redis& redis);

class Shipper {
 public:
  // All references outlive the shipper; `redis` is used by its thread alone.
  Shipper(const ShipperOptions& options, LogReader& log, redis::Redis& redis, const Clock& clock, Metrics& metrics);
  ~Shipper();
  Shipper(const Shipper&) = delete;
  Shipper& operator=(const Shipper&) = delete;

  void run(std::stop_token stop);
  // One round of run() without its wait: a beat if one is due, then a pipeline of each incarnation. True if something
  // was shipped, so that there may be more. For whoever owns the time (the simulator).
  bool step();
  // After run() has returned and the log is closed: ships what is left until the deadline (Clock::steady_us), with the
  // end mark of the running incarnation. True when everything is in Redis.
  bool flush(std::int64_t deadline_us);

  // Thread-safe: the next heartbeat is written at once instead of when it is due, and what is logged is shipped. Asked
  // again within kHurriedBeatUs of a heartbeat, it waits until then.
  void beat_soon();
  static constexpr std::int64_t kHurriedBeatUs = 5'000;

  // Thread-safe: whether Redis answered the last heartbeat.
  bool redis_works() const;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace footfall::edge
