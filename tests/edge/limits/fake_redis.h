// A Redis that knows the one script of LimitSync, on a clock of the test's.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "proto/base/clock.h"
#include "proto/redis/client.h"

namespace footfall::edge {

class HeldClock : public Clock {
 public:
  std::int64_t wall_us() const override { return now_ms * 1000; }
  std::int64_t steady_us() const override { return now_ms * 1000; }
  void sleep_us(std::int64_t) const override {}
  std::int64_t now_ms = 1'000'000;
};

class FakeRedis : public redis::Redis {
 public:
  explicit FakeRedis(const HeldClock& clock) : clock_(clock) {}

  Result<redis::Reply> command(const redis::Arguments& arguments, std::int64_t) override {
    auto replies = pipeline({&arguments, 1});
    if (!replies) return Failure(replies.error());
    return replies->front();
  }
  Result<std::vector<redis::Reply>> pipeline(std::span<const redis::Arguments> commands) override {
    std::vector<redis::Reply> replies;
    if (away) return unavailable(ErrorSource::redis, "away");
    for (const redis::Arguments& command : commands) replies.push_back(evaluate(command));
    if (loses_reply) return unavailable(ErrorSource::redis, "reply lost");
    return replies;
  }
  bool connected() const override { return !away; }

  std::int64_t count(const std::string& key) { return live(key) ? windows_[key].count : 0; }
  void flush() { windows_.clear(); }

  bool away = false;
  bool loses_reply = false;
  bool full = false;

 private:
  struct Shared {
    std::int64_t count = 0;
    std::int64_t end_ms = 0;
  };
  bool live(const std::string& key) {
    const auto found = windows_.find(key);
    return found != windows_.end() && found->second.end_ms > clock_.now_ms;
  }
  redis::Reply evaluate(const redis::Arguments& command) {  // EVAL script 1 key added life
    redis::Reply reply;
    if (full) {
      reply.kind = redis::Reply::Kind::error;
      reply.text = "OOM command not allowed";
      return reply;
    }
    const std::string key(command.at(3));
    const bool fresh = !live(key);
    if (fresh) windows_[key] = {0, clock_.now_ms + std::stoll(std::string(command.at(5)))};
    Shared& window = windows_[key];
    window.count += std::stoll(std::string(command.at(4)));
    reply.kind = redis::Reply::Kind::array;
    for (const std::int64_t value : {window.count, window.end_ms - clock_.now_ms, std::int64_t{fresh}}) {
      redis::Reply element;
      element.kind = redis::Reply::Kind::integer;
      element.integer = value;
      reply.elements.push_back(element);
    }
    return reply;
  }

  const HeldClock& clock_;
  std::map<std::string, Shared> windows_;
};

}  // namespace footfall::edge
