// What becomes of a stored click, and of a conversion that it was credited for, when the rules of verdicts have
// changed. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/domain/conversion_status.h"

namespace footfall::core {

// What is left of the evidence by which a click was judged.
struct VerdictEvidence {
  std::uint32_t verdict = 0;   // as it stands, bits of proto/wire/click.h
  bool agent_known = false;    // false: it had none, or it was erased
  bool address_known = false;  // false: it is not kept, or it was erased
  bool is_revoked = false;     // received after its key was revoked
};
// `ruling`: kVerdictBot and kVerdictNetwork as the present rules have them. What the edge alone saw stays, and so does
// a bit whose evidence is gone.
std::uint32_t judge_again(const VerdictEvidence& evidence, std::uint32_t ruling);

// How people name a version of the rules: the first twelve hexadecimal digits of its digest; "" for none.
std::string rules_version(std::string_view digest);

// The reason under which a conversion is rejected when its click turns out not to be human. Only a rejection for this
// reason is taken back when the click turns out to be human after all.
inline constexpr std::string_view kClickNotHuman = "click_not_human";

struct JudgedConversion {
  ConversionStatus status = ConversionStatus::pending;
  bool attributed = false;
  bool by_click = false;            // credited by the click, or credited to nobody because the click is not human
  bool code_given = false;          // a promo code or an affiliate's code was reported beside the click
  bool rejected_for_click = false;  // rejected for kClickNotHuman
  bool has_commission = false;      // one was computed, whatever became of it
  bool waits_for_a_person = false;  // under review
};
enum class Correction : std::uint8_t {
  none,
  reject,     // the commission is taken back, the conversion credits nobody
  restore,    // the rejection, if it still stands, is taken back, and the click is credited again
  attribute,  // it was booked without a commission, and is credited now
  hold,       // held until a person decides: the code may earn instead
  by_hand,    // reported: a person decides, it cannot be held any more
  paid,       // reported: money that was paid out is not touched
};
Correction correction_of(const JudgedConversion& conversion, bool is_human);

}  // namespace footfall::core
