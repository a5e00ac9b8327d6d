// When a delivery is tried again, when it is given up, and how long an endpoint that fails is left in peace. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace footfall::core {

// What came of one attempt. Only a status of 200 to 299 is a success: a redirect is not followed.
struct AttemptOutcome {
  int status = 0;                             // of HTTP; 0: no answer came
  std::string_view error;                     // of the connection, a stable word, when no answer came
  std::optional<std::int64_t> retry_after_s;  // as the receiver asked
  bool succeeded() const { return status >= 200 && status < 300; }
};

// The pauses after the first to the ninth attempt, in seconds: 5 s, 5 m, 30 m, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h.
inline constexpr std::array<std::int64_t, 9> kRetryPausesS = {5,      300,    1'800,  7'200, 18'000,
                                                              36'000, 50'400, 72'000, 86'400};
inline constexpr int kAttemptsMax = static_cast<int>(kRetryPausesS.size()) + 1;
inline constexpr std::int64_t kRetryAfterMaxS = 86'400;  // a longer wait is shortened to this

enum class Verdict : std::uint8_t { delivered, retry, given_up };
struct NextStep {
  Verdict verdict = Verdict::delivered;
  std::int64_t delay_us = 0;  // of a retry
  bool is_gone = false;       // 410: the endpoint is disabled at once
};
// `attempt` counts from 1. `random` makes the pause up to a tenth longer, so that what failed together does not come
// back together.
NextStep next_step(int attempt, const AttemptOutcome& outcome, std::uint64_t random);

// What the receiver asked for, as far as it is granted; 0: nothing.
std::int64_t granted_retry_after_us(const AttemptOutcome& outcome);

// How long an endpoint gets no attempt at all after so many failures in a row: nothing for the first two, then 5 s,
// doubling to an hour. A receiver that is down therefore gets few attempts, until kFailuresInRowMax of them disable it.
std::int64_t endpoint_pause_us(std::int64_t failures_in_row);

// A stable word for people, none for a success: "redirect", "refused" (another status), or, when no answer
// came, the connection's error as in AttemptOutcome.
std::optional<std::string_view> error_word(const AttemptOutcome& outcome);

}  // namespace footfall::core
