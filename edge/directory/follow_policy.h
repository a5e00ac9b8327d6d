// Decides what the follower does next, from what it knows and what has arrived: pure functions (PROTOCOL.md 15, 16).
//
// Core's database is the truth; Redis only carries it. So Redis may say that there is more to read, or that a new epoch
// began, but a Redis that knows less than we do (empty, partial, an old dump) is distrusted: what we have stays, and
// core is asked until Redis has been put right. Core itself is believed, whatever it says.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proto/wire/streams.h"

namespace footfall::edge {

struct DirectoryPosition {
  std::uint64_t epoch = 0;
  std::uint64_t version = 0;
  auto operator<=>(const DirectoryPosition&) const = default;
};

// footfall:directory:head.
struct DirectoryHead {
  DirectoryPosition position;
  std::uint64_t snapshot_version = 0;
  std::uint64_t snapshot_chunks = 0;
  std::string checked;  // opaque; changes each time the publisher has checked Redis. Empty: it does not say
};
// None: absent, or a field is missing or not a number, or the epoch is 0.
std::optional<DirectoryHead> parse_head(const std::vector<std::pair<std::string, std::string>>& fields);

enum class HeadAction : std::uint8_t {
  current,   // we have all there is
  behind,    // there are changes to read
  reload,    // a new epoch, or nothing is loaded yet
  distrust,  // ask core
};
// `ours`: none while nothing is loaded.
HeadAction classify_head(const std::optional<DirectoryPosition>& ours, const std::optional<DirectoryHead>& head);

enum class ChangeAction : std::uint8_t { apply, skip, gap, new_epoch };
// A change with `version` that came as part of `epoch`.
ChangeAction classify_change(DirectoryPosition ours, std::uint64_t epoch, std::uint64_t version);

enum class PageAction : std::uint8_t { current, changes, reload, distrust };
// Core's answer to "what came after ours?".
PageAction classify_page(const std::optional<DirectoryPosition>& ours, DirectoryPosition page, bool complete);

// Whether a full load may be served: it has reached what was promised when it began, it does not go back within the
// epoch being served (`ours`: none if it may, for it came from core), and it has the secrets, without which it cannot
// be the whole.
bool may_serve(const std::optional<DirectoryPosition>& ours, DirectoryPosition reached, DirectoryPosition promised,
               bool has_secrets);

// A change met during a full load may be applied to what is being served meanwhile: only if it is newer than that.
bool may_apply_while_loading(const std::optional<DirectoryPosition>& ours, DirectoryPosition change);

// Whether the publisher keeps writing to Redis. It renews DirectoryHead::checked every 200 ms; a Redis that answers
// reads but refuses writes (out of memory, a replica, a write pause) is noticed by a mark that stands still.
class PublisherWatch {
 public:
  static constexpr std::int64_t kSilenceUs = 500'000;

  void on_head(std::string_view checked, std::int64_t now_us);
  // False while no head has named a mark: a publisher of an older version does not write it.
  bool is_silent(std::int64_t now_us) const { return !checked_.empty() && now_us - changed_us_ >= kSilenceUs; }

 private:
  std::string checked_;
  std::int64_t changed_us_ = 0;
};

// Since when we are not known to be up to date.
class Freshness {
 public:
  explicit Freshness(std::int64_t now_us) : known_us_(now_us) {}
  // At `now_us` the source said that its newest position is `newest`. `checked`: see DirectoryHead::checked. If it is
  // the same as last time, the publisher stands still, and nothing new is known.
  void source_reported(DirectoryPosition newest, std::string_view checked, std::int64_t now_us);
  // We are at `ours` now.
  void applied_up_to(DirectoryPosition ours);
  std::int64_t known_us() const { return known_us_; }

 private:
  std::int64_t known_us_;
  std::int64_t reported_us_ = 0;
  DirectoryPosition newest_;
  std::string checked_;
  bool waiting_ = false;
};

// Whether to save a snapshot: something changed, the interval has passed, and saving takes at most a tenth of the time.
bool is_save_due(bool changed, std::int64_t since_last_us, std::int64_t last_took_us, std::int64_t interval_us);

}  // namespace footfall::edge
