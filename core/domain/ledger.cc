// Each state names the book of the affiliate and the book of the deposit in which a commission lies; a step is a move
// between the books of two states, for the affiliate and, where a deposit covers the commission, for the merchant.
// Moves that meet in one book are merged there.
#include "core/domain/ledger.h"

#include <algorithm>

namespace footfall::core {
namespace {

std::string affiliate_book(wire::AffiliateId affiliate, std::string_view part) {
  return "affiliate:" + std::to_string(affiliate.value) + ":" + std::string(part);
}

// Where the affiliate's side of a commission lies: a book of the affiliate's, or the merchant's where nothing is owed.
std::string affiliate_side(wire::AffiliateId affiliate, ConversionStatus status) {
  switch (status) {
    case ConversionStatus::pending:
      return affiliate_book(affiliate, "pending");
    case ConversionStatus::approved:
      return affiliate_book(affiliate, "payable");
    case ConversionStatus::paid:
      return affiliate_book(affiliate, "paid");
    case ConversionStatus::rejected:
    case ConversionStatus::reversed:
      break;
  }
  return std::string(kCommissionsBook);
}

std::string deposit_side(ConversionStatus status) {
  switch (status) {
    case ConversionStatus::pending:
      return std::string(kReservedBook);
    case ConversionStatus::approved:
    case ConversionStatus::paid:
      return std::string(kCommissionsBook);
    case ConversionStatus::rejected:
    case ConversionStatus::reversed:
      break;
  }
  return std::string(kDepositBook);
}

void add(std::vector<Posting>& postings, const std::string& book, std::int64_t amount) {
  const auto known = std::ranges::find(postings, book, &Posting::book);
  if (known == postings.end()) {
    postings.push_back({book, amount});
  } else if ((known->amount_minor += amount) == 0) {
    postings.erase(known);
  }
}

void move(std::vector<Posting>& postings, const std::string& from, const std::string& to, std::int64_t amount) {
  if (from == to) return;
  add(postings, from, -amount);
  add(postings, to, amount);
}

struct Sides {
  std::string affiliate, deposit;
};

std::vector<Posting> move_both(const CommissionOwner& owner, const Sides& from, const Sides& to, std::int64_t amount) {
  std::vector<Posting> postings;
  if (!owner.affiliate || amount == 0) return postings;
  move(postings, from.affiliate, to.affiliate, amount);
  if (owner.from_deposit) move(postings, from.deposit, to.deposit, amount);
  return postings;
}

Sides sides(const CommissionOwner& owner, ConversionStatus status) {
  return {affiliate_side(owner.affiliate, status), deposit_side(status)};
}

std::int64_t sum_of(const std::vector<Posting>& sums, std::string_view book) {
  const auto found = std::ranges::find(sums, book, &Posting::book);
  return found == sums.end() ? 0 : found->amount_minor;
}

std::string differs(std::string_view book, std::int64_t expected, std::int64_t found) {
  return "the entries in " + std::string(book) + " sum to " + std::to_string(found) + " instead of " +
         std::to_string(expected);
}

}  // namespace

std::vector<Posting> postings_of_creation(const CommissionOwner& owner, std::int64_t commission_minor) {
  return postings_of_late_commission(owner, ConversionStatus::pending, commission_minor);
}

// It comes from the books in which nothing is owed, those of a rejected conversion.
std::vector<Posting> postings_of_late_commission(const CommissionOwner& owner, ConversionStatus status,
                                                 std::int64_t commission_minor) {
  return postings_of_step(owner, ConversionStatus::rejected, status, commission_minor);
}

std::vector<Posting> postings_of_step(const CommissionOwner& owner, ConversionStatus from, ConversionStatus to,
                                      std::int64_t amount_minor) {
  return move_both(owner, sides(owner, from), sides(owner, to), amount_minor);
}

std::vector<Posting> postings_of_reversal(const CommissionOwner& owner, ConversionStatus at, std::int64_t part_minor) {
  const ConversionStatus taken_from = at == ConversionStatus::paid ? ConversionStatus::approved : at;
  return move_both(owner, sides(owner, taken_from), sides(owner, ConversionStatus::reversed), part_minor);
}

std::vector<Posting> postings_of_deduction(wire::AffiliateId affiliate, std::int64_t amount_minor) {
  return {{affiliate_book(affiliate, "paid"), -amount_minor}, {affiliate_book(affiliate, "payable"), amount_minor}};
}

std::vector<Posting> postings_of_deposit(std::int64_t amount_minor) {
  std::vector<Posting> postings;
  if (amount_minor != 0) move(postings, std::string(kOutsideBook), std::string(kDepositBook), amount_minor);
  return postings;
}

std::vector<Posting> postings_of_refund(std::int64_t amount_minor) {
  std::vector<Posting> postings;
  if (amount_minor != 0) move(postings, std::string(kDepositBook), std::string(kOutsideBook), amount_minor);
  return postings;
}

bool balance_allowed(std::string_view book, std::int64_t balance_minor) {
  if (book == kOutsideBook || book == kCommissionsBook) return balance_minor <= 0;
  if (book == kDepositBook || book == kReservedBook) return balance_minor >= 0;
  if (!book.starts_with("affiliate:")) return false;
  if (book.ends_with(":payable")) return true;
  return (book.ends_with(":pending") || book.ends_with(":paid")) && balance_minor >= 0;
}

std::optional<std::string> disagreement(const ConversionClaim& claim, const std::vector<Posting>& sums) {
  if (!claim.moves_money || !claim.owner.affiliate) {
    if (sums.empty()) return std::nullopt;
    return "it moves no money, and has ledger entries";
  }
  using enum ConversionStatus;
  const bool owed = claim.status == pending || claim.status == approved || claim.status == paid;
  const std::int64_t left = owed ? claim.commission_minor - claim.reversed_minor : 0;
  const std::string pending_book = affiliate_book(claim.owner.affiliate, "pending");
  const std::string payable_book = affiliate_book(claim.owner.affiliate, "payable");
  const std::string paid_book = affiliate_book(claim.owner.affiliate, "paid");
  for (const Posting& sum : sums) {
    const bool known = sum.book == pending_book || sum.book == payable_book || sum.book == paid_book ||
                       sum.book == kCommissionsBook || sum.book == kReservedBook || sum.book == kDepositBook;
    if (!known) return "it has entries in " + sum.book;
  }

  const std::int64_t in_pending = sum_of(sums, pending_book);
  const std::int64_t in_payable = sum_of(sums, payable_book);
  const std::int64_t in_paid = sum_of(sums, paid_book);
  const std::int64_t pending_expected = claim.status == pending ? left : 0;
  if (in_pending != pending_expected) return differs(pending_book, pending_expected, in_pending);
  if (in_payable + in_paid != left - pending_expected) {
    return differs(payable_book + " and " + paid_book, left - pending_expected, in_payable + in_paid);
  }
  // What was paid out stays in the paid book, and what was reversed afterwards is a debt in the payable one.
  if (claim.status != paid && claim.status != reversed && in_paid != 0) return differs(paid_book, 0, in_paid);
  if (in_paid < 0) return "the entries in " + paid_book + " are negative";
  if (claim.status == paid && in_payable > 0) return differs(payable_book, 0, in_payable);

  const bool with_deposit = claim.owner.from_deposit;
  const std::int64_t reserved = with_deposit ? pending_expected : 0;
  if (const auto found = sum_of(sums, kReservedBook); found != reserved) return differs(kReservedBook, reserved, found);
  const std::int64_t deposit = with_deposit ? -left : 0;
  if (const auto found = sum_of(sums, kDepositBook); found != deposit) return differs(kDepositBook, deposit, found);
  return std::nullopt;
}

}  // namespace footfall::core
