#include "edge/shipper/tick_listener.h"

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace footfall::edge {
namespace {

// The stream of ticks in a Redis, of which at most one entry is kept. Each wait for entries is a step of the test, which
// says what happens in it; after the last one the listener is stopped.
class ScriptedTicks final : public redis::Redis {
 public:
  enum class Wait : std::uint8_t { in_vain, failed };
  using Step = std::function<Wait(ScriptedTicks&)>;

  int run(std::vector<Step> steps) {
    steps_ = std::move(steps);
    int ticks = 0;
    TickListener(*this, [&] { ++ticks; }).run(stop_.get_token());
    return ticks;
  }
  std::optional<int> last;  // id of the entry

  Result<redis::Reply> command(const redis::Arguments& arguments, std::int64_t) override {
    if (arguments[0] == "XREVRANGE") return last ? array_of({entry()}) : array_of({});
    EXPECT_EQ(arguments[0], "XREAD");
    const std::string after(arguments.back());
    const std::optional<int> before = last;
    const Wait wait = steps_[step_++](*this);
    if (step_ == steps_.size()) stop_.request_stop();
    if (wait == Wait::failed) return unavailable(ErrorSource::redis, "cut off");
    // A step in vain ends before what it makes known has come.
    const int known = after == "$" ? before.value_or(0) : std::stoi(after);
    const bool came = came_meanwhile_ ? last.value_or(0) > known : before.value_or(0) > known;
    came_meanwhile_ = false;
    if (!came) return redis::Reply{};
    return array_of({array_of({text("ticks"), array_of({entry()})})});
  }
  Result<std::vector<redis::Reply>> pipeline(std::span<const redis::Arguments>) override { return not_found("unused"); }
  bool connected() const override { return true; }

  Wait raise(int id) {  // while the listener waits
    last = id;
    came_meanwhile_ = true;
    return Wait::in_vain;
  }
  Wait raise_just_after(int id) {  // when its wait has ended
    last = id;
    return Wait::in_vain;
  }
  Wait nothing() { return Wait::in_vain; }

 private:
  static redis::Reply text(std::string value) { return {redis::Reply::Kind::text, 0, std::move(value), {}}; }
  static redis::Reply array_of(std::vector<redis::Reply> elements) {
    return {redis::Reply::Kind::array, 0, {}, std::move(elements)};
  }
  redis::Reply entry() const {
    return array_of({text(std::to_string(*last) + "-0"), array_of({text("up_to"), text("7")})});
  }

  std::vector<Step> steps_;
  std::size_t step_ = 0;
  bool came_meanwhile_ = false;
  std::stop_source stop_;
};

using Ticks = ScriptedTicks;
const Ticks::Step kNothing = [](Ticks& ticks) { return ticks.nothing(); };

TEST(TickListener, HearsWhatComesWhileItWaits) {
  Ticks ticks;
  ticks.last = 3;  // from before the start
  EXPECT_EQ(ticks.run({kNothing, [](Ticks& t) { return t.raise(4); }, kNothing, [](Ticks& t) { return t.raise(5); },
                       kNothing}),
            2);
}

TEST(TickListener, HearsWhatComesBetweenTwoWaits) {
  Ticks ticks;
  EXPECT_EQ(ticks.run({[](Ticks& t) { return t.raise_just_after(1); }, kNothing, kNothing}), 1);
}

TEST(TickListener, HearsWhatCameWhileRedisWasAway) {
  Ticks ticks;
  ticks.last = 3;
  const Ticks::Step fails = [](Ticks& t) {
    t.last = 4;
    return Ticks::Wait::failed;
  };
  EXPECT_EQ(ticks.run({kNothing, fails, kNothing}), 1);
}

TEST(TickListener, HearsARedisThatCountsAnew) {
  Ticks ticks;
  ticks.last = 900;
  const Ticks::Step flushed = [](Ticks& t) {
    t.last = std::nullopt;
    return Ticks::Wait::in_vain;
  };
  // One for the flush, of which nobody knows what it took along.
  EXPECT_EQ(ticks.run({flushed, [](Ticks& t) { return t.raise(1); }, kNothing}), 2);
}

}  // namespace
}  // namespace footfall::edge
