// What becomes of a stored click, and of a conversion that it was credited for, when the rules of verdicts have
// changed. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/domain/conversion_status.h"

namespace footfall::core {

// What the rules make of what is known of a click. Bits of proto/wire/click.h: kVerdictBot and kVerdictNetwork.
struct Ruling {
  std::uint32_t verdict = 0;
  // Of these, which could be decided: not where the user agent or the address is missing, or where the address is
  // truncated and a network holds a part of what it may have been.
  std::uint32_t decided = 0;
};
// The verdict of a click that had `verdict` so far. `is_revoked`: it was received after its key was revoked. What the
// edge alone saw stays, and so does a bit that the ruling could not decide.
std::uint32_t judge_again(std::uint32_t verdict, bool is_revoked, const Ruling& ruling);

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
