#include "core/domain/rejudgement.h"

#include "proto/base/bytes.h"
#include "proto/wire/click.h"

namespace footfall::core {
namespace {

constexpr std::size_t kVersionDigits = 12;

Correction correction_of_convicted(const JudgedConversion& conversion) {
  using enum ConversionStatus;
  if (!conversion.attributed) return Correction::none;
  switch (conversion.status) {
    case rejected:
    case reversed:
      return Correction::none;
    case paid:
      return Correction::paid;
    case approved:
      return conversion.code_given ? Correction::by_hand : Correction::reject;
    case pending:
      if (!conversion.code_given) return Correction::reject;
      return conversion.waits_for_a_person ? Correction::by_hand : Correction::hold;
  }
  return Correction::none;
}

Correction correction_of_acquitted(const JudgedConversion& conversion) {
  using enum ConversionStatus;
  if (conversion.attributed) return Correction::none;
  if (conversion.status == rejected) {
    return conversion.rejected_for_click ? Correction::restore : Correction::none;
  }
  if (conversion.status != pending) return Correction::none;  // a person has decided
  return conversion.has_commission ? Correction::restore : Correction::attribute;
}

}  // namespace

std::uint32_t judge_again(std::uint32_t verdict, bool is_revoked, const Ruling& ruling) {
  const std::uint32_t decided = ruling.decided | wire::kVerdictRevoked;
  const std::uint32_t found = ruling.verdict | (is_revoked ? wire::kVerdictRevoked : 0u);
  return (verdict & ~decided) | (found & decided);
}

std::string rules_version(std::string_view digest) { return to_hex(digest).substr(0, kVersionDigits); }

Correction correction_of(const JudgedConversion& conversion, bool is_human) {
  if (!conversion.by_click) return Correction::none;
  return is_human ? correction_of_acquitted(conversion) : correction_of_convicted(conversion);
}

}  // namespace footfall::core
