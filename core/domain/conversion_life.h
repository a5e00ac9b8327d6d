// The life of a conversion, and what each step moves in the ledger. Pure.
//
//   pending ──approve──▶ approved ──pay──▶ paid
//      │  ▲                 │                │
//   reject restore       reject, reverse   reverse (in part or whole: a claw-back)
//      ▼  │                 ▼                ▼
//   rejected             rejected, reversed / approved, paid with a smaller remainder
//
// Books of the double-entry ledger: merchant:commissions (what the programs have cost, negative), and per affiliate
// affiliate:{id}:pending, :payable and :paid. Every step's postings sum to zero. A reversal of what was paid makes
// :payable negative: the next payout is smaller by it. Test-mode conversions move nothing (SELX-05).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/result.h"
#include "proto/wire/ids.h"

namespace footfall::core {

enum class ConversionStatus : std::uint8_t { pending, approved, paid, rejected, reversed };
enum class ConversionVerb : std::uint8_t { approve, reject, restore, reverse, pay };

std::string_view status_name(ConversionStatus status);
std::optional<ConversionStatus> parse_status(std::string_view name);
std::string_view verb_name(ConversionVerb verb);

struct Posting {
  std::string book;
  std::int64_t amount_minor = 0;
  bool operator==(const Posting&) const = default;
};

struct ConversionStanding {
  ConversionStatus status = ConversionStatus::pending;
  std::int64_t commission_minor = 0;  // as first computed
  std::int64_t reversed_minor = 0;    // taken back so far, 0 … commission
  wire::AffiliateId affiliate;        // none: unattributed, moves nothing
};

struct Transition {
  ConversionStatus to = ConversionStatus::pending;
  std::int64_t reversed_minor = 0;  // in total, after the step
  std::vector<Posting> postings;
  bool changes = true;  // false: it is there already; nothing to do (BA-22, AY-10)
};

// What booking a new, pending conversion moves.
std::vector<Posting> booking(std::int64_t commission_minor, wire::AffiliateId affiliate);

// `part_minor`: only for reverse; none takes back all that remains. A step that is not allowed is a conflict.
Result<Transition> step(const ConversionStanding& standing, ConversionVerb verb,
                        std::optional<std::int64_t> part_minor = std::nullopt);

}  // namespace footfall::core
