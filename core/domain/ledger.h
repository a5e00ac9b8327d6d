// The double-entry ledger: its books, what each step of a conversion or a deposit moves between them, and the rules
// that they keep. Pure: core/storage/ledger.h stores the postings, and nothing else writes them.
//
// A book is an account of the ledger ("account" alone is a customer of ours). Each customer has, per mode and currency:
//
//   outside                  the world beyond: what was paid in, less what was paid back; never positive
//   merchant:deposit         what was paid in and is free to spend; never negative
//   merchant:reserved        held for pending conversions; never negative
//   merchant:commissions     what the merchant owes for commissions and no deposit has covered; never positive
//   affiliate:{id}:pending   earned, and not yet approved; never negative
//   affiliate:{id}:payable   approved; negative while a reversed commission had been paid out already
//   affiliate:{id}:paid      paid out; never negative
//
// A commission lies in one book of its affiliate, and if a deposit covers it, the same amount lies in one book of the
// merchant:
//
//   state        of the affiliate   of the deposit
//   pending      pending            merchant:reserved     (reserved when the conversion is created)
//   approved     payable            merchant:commissions  (captured)
//   paid         paid               merchant:commissions
//   rejected     none               merchant:deposit      (released)
//   reversed     none               merchant:deposit      (given back)
//
// A step moves what is left of the commission from the books of one state to those of the next. The postings of a step
// sum to zero, and a book is named once in them. Test-mode conversions move nothing (SELX-05).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/conversion_status.h"
#include "proto/wire/ids.h"

namespace footfall::core {

struct Posting {
  std::string book;
  std::int64_t amount_minor = 0;
  bool operator==(const Posting&) const = default;
};

inline constexpr std::string_view kOutsideBook = "outside";
inline constexpr std::string_view kDepositBook = "merchant:deposit";
inline constexpr std::string_view kReservedBook = "merchant:reserved";
inline constexpr std::string_view kCommissionsBook = "merchant:commissions";

// Whose commission it is, and what covers it.
struct CommissionOwner {
  wire::AffiliateId affiliate;  // none: nobody earns, nothing moves
  bool from_deposit = false;
};

std::vector<Posting> postings_of_creation(const CommissionOwner& owner, std::int64_t commission_minor);
// Of a conversion that was created without a commission and gets one now, whatever has become of it meanwhile.
std::vector<Posting> postings_of_late_commission(const CommissionOwner& owner, ConversionStatus status,
                                                 std::int64_t commission_minor);
// `amount_minor`: what is left of the commission.
std::vector<Posting> postings_of_step(const CommissionOwner& owner, ConversionStatus from, ConversionStatus to,
                                      std::int64_t amount_minor);
// Takes back a part or all of what is left while the conversion is pending, approved or paid. What was paid out stays
// paid: it is owed back from the next payout.
std::vector<Posting> postings_of_reversal(const CommissionOwner& owner, ConversionStatus at, std::int64_t part_minor);

// Of a payout that is smaller because what was paid out before has been reversed since.
std::vector<Posting> postings_of_deduction(wire::AffiliateId affiliate, std::int64_t amount_minor);

std::vector<Posting> postings_of_deposit(std::int64_t amount_minor);  // received
std::vector<Posting> postings_of_refund(std::int64_t amount_minor);   // of what is free to spend

// Whether the rules above allow that balance. A book that this ledger does not know is allowed nothing.
bool balance_allowed(std::string_view book, std::int64_t balance_minor);

// What a conversion says of itself, and the sums of its entries by book.
struct ConversionClaim {
  ConversionStatus status = ConversionStatus::pending;
  std::int64_t commission_minor = 0;
  std::int64_t reversed_minor = 0;
  CommissionOwner owner;
  bool moves_money = true;  // false: a test-mode conversion, or one without a commission's currency
};
// None: they agree. Else a sentence that says in what they differ. `sums` names a book at most once.
std::optional<std::string> disagreement(const ConversionClaim& claim, const std::vector<Posting>& sums);

}  // namespace footfall::core
