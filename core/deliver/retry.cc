#include "core/deliver/retry.h"

#include <algorithm>

namespace footfall::core {
namespace {

constexpr std::int64_t kSecondUs = 1'000'000;
constexpr std::int64_t kPauseFromFailures = 3;
constexpr std::int64_t kPauseFirstS = 5;
constexpr std::int64_t kPauseMaxS = 3'600;
constexpr int kGone = 410;

}  // namespace

NextStep next_step(int attempt, const AttemptOutcome& outcome, std::uint64_t random) {
  if (outcome.succeeded()) return {};
  if (outcome.status == kGone) return {Verdict::given_up, 0, true};
  if (attempt >= kAttemptsMax) return {Verdict::given_up};
  const std::int64_t planned_us = kRetryPausesS[static_cast<std::size_t>(std::max(attempt, 1) - 1)] * kSecondUs;
  const std::int64_t pause_us = std::max(planned_us, granted_retry_after_us(outcome));
  const auto jitter_us = static_cast<std::int64_t>(random % static_cast<std::uint64_t>(pause_us / 10 + 1));
  return {Verdict::retry, pause_us + jitter_us};
}

std::int64_t granted_retry_after_us(const AttemptOutcome& outcome) {
  return std::clamp<std::int64_t>(outcome.retry_after_s.value_or(0), 0, kRetryAfterMaxS) * kSecondUs;
}

std::int64_t endpoint_pause_us(std::int64_t failures_in_row) {
  if (failures_in_row < kPauseFromFailures) return 0;
  const std::int64_t doublings = std::min<std::int64_t>(failures_in_row - kPauseFromFailures, 30);
  return std::min(kPauseFirstS << doublings, kPauseMaxS) * kSecondUs;
}

std::optional<std::string_view> error_word(const AttemptOutcome& outcome) {
  if (outcome.succeeded()) return std::nullopt;
  if (outcome.status == 0) return outcome.error;
  if (outcome.status >= 300 && outcome.status < 400) return "redirect";
  return "refused";
}

}  // namespace footfall::core
