// Decides how long ingest pauses after a commit. A commit syncs PostgreSQL's log, and an edge on the same disk, whose
// answers wait for its own syncs, then waits for that one as well. So the slower commits become, the fewer there are,
// and the more clicks each of them stores: commits take at most a twentieth of the time, as far as a pause of 250 ms
// can see to that. The pause is ingest's to leave out: it does while a conversion waits for its click, and while a
// stream holds more than a transaction takes. Pure; not thread-safe.
#pragma once

#include <cstdint>

namespace footfall::core {

class CommitPace {
 public:
  static constexpr std::int64_t kPauseMaxUs = 250'000;

  // `pause_min_us`: the pause after quick commits; it holds where it is longer than kPauseMaxUs, too.
  explicit CommitPace(std::int64_t pause_min_us) : pause_min_us_(pause_min_us) {}

  // A commit took so long. Several slow ones count at once, a single one by half; quick ones are believed slowly.
  void on_commit(std::int64_t took_us);
  std::int64_t pause_us() const;

 private:
  std::int64_t pause_min_us_;
  std::int64_t usual_us_ = 0;  // what a commit takes
};

}  // namespace footfall::core
