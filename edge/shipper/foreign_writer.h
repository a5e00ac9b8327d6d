// Decides whether another edge is still writing an older incarnation whose log we hold. A log may be copied while it is
// written, as when a machine is cloned. As long as an edge says that it writes the incarnation, the incarnation is not
// ours to ship or to end (PROTOCOL.md 1). Pure.
#pragma once

#include <cstdint>
#include <optional>

namespace footfall::edge {

// For how long nobody must have said so. An edge says it every 300 ms at least.
inline constexpr std::int64_t kQuietUs = 1'000'000;

class ForeignWriter {
 public:
  // What Redis holds as the incarnation's heartbeat: the wall time in it if it says that the incarnation is still being
  // written; none if it says that the incarnation has ended, or if there is no heartbeat. `now_us` is steady time.
  void on_heartbeat(const std::optional<std::int64_t>& written_at_us, std::int64_t now_us);
  void on_connection_lost() { quiet_since_us_.reset(); }  // nobody could say anything meanwhile

  // Nobody seems to write it. False until heartbeats have been looked at for kQuietUs.
  bool is_quiet(std::int64_t now_us) const { return quiet_since_us_ && now_us - *quiet_since_us_ >= kQuietUs; }
  // Somebody was seen to write it, and is not known to have stopped.
  bool was_seen() const { return seen_; }

 private:
  std::optional<std::int64_t> quiet_since_us_;
  std::optional<std::int64_t> written_at_us_;  // in the last heartbeat of somebody who writes it
  bool seen_ = false;
};

}  // namespace footfall::edge
