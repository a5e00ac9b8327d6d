#include "core/domain/conversion_life.h"

namespace footfall::core {
namespace {

constexpr std::string_view kMerchantBook = "merchant:commissions";

std::string book_of(wire::AffiliateId affiliate, std::string_view shelf) {
  return "affiliate:" + std::to_string(affiliate.value) + ":" + std::string(shelf);
}

std::string_view shelf_of(ConversionStatus status) {
  switch (status) {
    case ConversionStatus::pending:
      return "pending";
    case ConversionStatus::approved:
      return "payable";
    case ConversionStatus::paid:
      return "payable";  // what was paid out is owed back from the next payout
    case ConversionStatus::rejected:
    case ConversionStatus::reversed:
      return {};
  }
  return {};
}

std::vector<Posting> move(std::int64_t amount, std::string from, std::string to) {
  if (amount == 0) return {};
  return {{std::move(from), -amount}, {std::move(to), amount}};
}

Failure refused(const ConversionStanding& standing, ConversionVerb verb) {
  return conflict("a conversion that is " + std::string(status_name(standing.status)) + " cannot be changed by " +
                  std::string(verb_name(verb)));
}

Result<Transition> reverse(const ConversionStanding& standing, std::optional<std::int64_t> part_minor) {
  using enum ConversionStatus;
  const std::int64_t remaining = standing.commission_minor - standing.reversed_minor;
  if (standing.status == reversed) return Transition{reversed, standing.reversed_minor, {}, false};
  if (standing.status != approved && standing.status != paid && standing.status != pending) {
    return refused(standing, ConversionVerb::reverse);
  }
  const std::int64_t part = part_minor.value_or(remaining);
  if (part < 0 || part > remaining || (part_minor && part == 0)) {
    return invalid("the part to reverse must be above zero and at most what remains, " + std::to_string(remaining) +
                   " minor units");
  }
  Transition result;
  result.reversed_minor = standing.reversed_minor + part;
  result.to = part == remaining ? reversed : standing.status;
  if (standing.affiliate) {
    result.postings = move(part, book_of(standing.affiliate, shelf_of(standing.status)), std::string(kMerchantBook));
  }
  return result;
}

}  // namespace

std::string_view status_name(ConversionStatus status) {
  switch (status) {
    case ConversionStatus::pending:
      return "pending";
    case ConversionStatus::approved:
      return "approved";
    case ConversionStatus::paid:
      return "paid";
    case ConversionStatus::rejected:
      return "rejected";
    case ConversionStatus::reversed:
      return "reversed";
  }
  return "";
}

std::optional<ConversionStatus> parse_status(std::string_view name) {
  for (auto status : {ConversionStatus::pending, ConversionStatus::approved, ConversionStatus::paid,
                      ConversionStatus::rejected, ConversionStatus::reversed}) {
    if (status_name(status) == name) return status;
  }
  return std::nullopt;
}

std::string_view verb_name(ConversionVerb verb) {
  switch (verb) {
    case ConversionVerb::approve:
      return "approve";
    case ConversionVerb::reject:
      return "reject";
    case ConversionVerb::restore:
      return "restore";
    case ConversionVerb::reverse:
      return "reverse";
    case ConversionVerb::pay:
      return "pay";
  }
  return "";
}

std::vector<Posting> booking(std::int64_t commission_minor, wire::AffiliateId affiliate) {
  if (!affiliate) return {};
  return move(commission_minor, std::string(kMerchantBook), book_of(affiliate, "pending"));
}

Result<Transition> step(const ConversionStanding& standing, ConversionVerb verb,
                        std::optional<std::int64_t> part_minor) {
  using enum ConversionStatus;
  const std::int64_t remaining = standing.commission_minor - standing.reversed_minor;
  const auto stays = [&] { return Transition{standing.status, standing.reversed_minor, {}, false}; };
  const auto goes = [&](ConversionStatus to, std::string_view from_shelf, std::string_view to_shelf) {
    Transition result{to, standing.reversed_minor, {}, true};
    if (!standing.affiliate) return result;
    const auto name = [&](std::string_view shelf) {
      return shelf.empty() ? std::string(kMerchantBook) : book_of(standing.affiliate, shelf);
    };
    result.postings = move(remaining, name(from_shelf), name(to_shelf));
    return result;
  };

  switch (verb) {
    case ConversionVerb::approve:
      if (standing.status == approved) return stays();
      if (standing.status == pending) return goes(approved, "pending", "payable");
      return refused(standing, verb);
    case ConversionVerb::reject:
      if (standing.status == rejected) return stays();
      if (standing.status == pending) return goes(rejected, "pending", "");
      if (standing.status == approved) return goes(rejected, "payable", "");
      return refused(standing, verb);
    case ConversionVerb::restore:
      if (standing.status == pending) return stays();
      if (standing.status == rejected) return goes(pending, "", "pending");
      return refused(standing, verb);
    case ConversionVerb::pay:
      if (standing.status == paid) return stays();
      if (standing.status == approved) return goes(paid, "payable", "paid");
      return refused(standing, verb);
    case ConversionVerb::reverse:
      return reverse(standing, part_minor);
  }
  return refused(standing, verb);
}

}  // namespace footfall::core
