// Counts what became of every click that reached the edge (promise 4):
//   received = safe + refused{reason} + unrecorded + in flight
// Each term is counted where it happens, none is computed from the others, so the equation can fail and is worth
// watching. Handles are resolved once; one probe serves all workers. Thread-safe.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "proto/base/metrics.h"
#include "proto/wire/click.h"

namespace footfall::edge {

// Why a click was not taken. Visitors of paused, archived, expired and early links are sent on, only not recorded.
enum class Refusal : std::uint8_t {
  unknown_code,  // no such short link, or its campaign is a draft or gone
  paused,
  archived,
  expired,                // or has had all its clicks
  early,                  // before the link's start
  preview,                // a code with "+": the visitor asked where the link leads
  method,                 // 405
  http_guard,             // refused before a handler saw it: framing, size, time
  plain_http,             // 403, SEL-03
  content_type,           // 415
  invalid_key,            // 401
  key_limit,              // 429
  address_limit,          // 429: unknown keys from one address
  invalid_body,           // 400
  invalid_click_id,       // 400
  unknown_ref,            // 404
  inactive_ref,           // 404: known, but not active
  log_unavailable,        // 503
  directory_unavailable,  // 503: nothing loaded yet
};
inline constexpr std::size_t kRefusals = 19;
std::string_view refusal_name(Refusal refusal);

class ClickProbe {
 public:
  explicit ClickProbe(Metrics& metrics);
  void refuse(Refusal refusal) const { refused_[static_cast<std::size_t>(refusal)]->add(); }
  void refuse(Refusal refusal, std::uint64_t clicks) const { refused_[static_cast<std::size_t>(refusal)]->add(clicks); }
  // Counts a click that is handed to the log once under each edge verdict that it has; `verdict` zero counts nothing.
  void judge(std::uint32_t verdict) const {
    for (std::size_t bit = 0; verdict != 0; ++bit, verdict >>= 1) {
      if ((verdict & 1u) != 0 && bit < kEdgeVerdictBits) judged_[bit]->add();
    }
  }

  Counter& received;
  Counter& safe;
  Counter& unrecorded;  // sent on without a click id, because the log could not take the click
  Counter& cut;         // clicks of which something was longer than its bound

 private:
  // Edge verdicts are the lowest bits of wire::Verdict.
  static constexpr std::size_t kEdgeVerdictBits = std::bit_width(static_cast<std::uint32_t>(wire::kEdgeVerdicts));
  static_assert(wire::kEdgeVerdicts == (1u << kEdgeVerdictBits) - 1);

  std::array<Counter*, kRefusals> refused_;
  std::array<Counter*, kEdgeVerdictBits> judged_;
};

}  // namespace footfall::edge
