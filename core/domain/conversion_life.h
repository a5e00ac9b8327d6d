// The life of a conversion: which step is allowed from which state, and what it leads to. Pure.
//
//   pending ──approve──▶ approved ──pay──▶ paid
//      │  ▲                 │                │
//   reject restore       reject, reverse   reverse (in part or whole: a claw-back)
//      ▼  │                 ▼                ▼
//   rejected             rejected, reversed / approved, paid with a smaller remainder
//
// What a step moves in the ledger is core/domain/ledger.h's to say.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/domain/conversion_status.h"
#include "core/domain/ledger.h"
#include "proto/base/result.h"

namespace footfall::core {

enum class ConversionVerb : std::uint8_t { approve, reject, restore, reverse, pay };

std::string_view verb_name(ConversionVerb verb);

struct ConversionState {
  ConversionStatus status = ConversionStatus::pending;
  std::int64_t commission_minor = 0;  // as first computed
  std::int64_t reversed_minor = 0;    // taken back so far, 0 … commission
  CommissionOwner owner;
};

struct Transition {
  ConversionStatus to = ConversionStatus::pending;
  std::int64_t reversed_minor = 0;  // in total, after the step
  std::vector<Posting> postings;
  bool changes = true;  // false: it is there already; nothing to do (BA-22, AY-10)
};

// `part_minor`: only for reverse; none takes back all that remains. A step that is not allowed is a conflict.
Result<Transition> step(const ConversionState& standing, ConversionVerb verb,
                        std::optional<std::int64_t> part_minor = std::nullopt);

}  // namespace footfall::core
