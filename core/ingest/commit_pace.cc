#include "core/ingest/commit_pace.h"

#include <algorithm>

namespace footfall::core {
namespace {

constexpr std::int64_t kPausePerCommit = 20;
constexpr std::int64_t kSlower = 2, kQuicker = 8;  // the share of a difference that one commit makes up for

}  // namespace

void CommitPace::on_commit(std::int64_t took_us) {
  const std::int64_t difference_us = took_us - usual_us_;
  usual_us_ += difference_us / (difference_us > 0 ? kSlower : kQuicker);
}

std::int64_t CommitPace::pause_us() const {
  return std::max(pause_min_us_, std::min(usual_us_ * kPausePerCommit, kPauseMaxUs));
}

}  // namespace footfall::core
