#include "core/api/affspace/reported_status.h"

#include <algorithm>
#include <string>

#include "core/api/affspace/fields.h"
#include "proto/base/bytes.h"
#include "proto/wire/placeholder.h"

namespace footfall::core::affspace {
namespace {

// Words of Affise (numbers 1, 2, 3, 5), Keitaro, Binom, TUNE, Voluum and RedTrack for the same few things.
constexpr std::string_view kBooked[] = {
    "1",       "2",    "5",       "approved", "approve", "accepted",  "confirmed", "confirm",  "pending", "hold",
    "on_hold", "wait", "waiting", "new",      "open",    "lead",      "sale",      "purchase", "rebill",  "upsell",
    "deposit", "paid", "success", "valid",    "ok",      "completed", "complete",  "converted"};
constexpr std::string_view kDeclined[] = {
    "3",        "declined", "decline", "rejected",  "reject",     "refused",     "cancelled",   "canceled",
    "cancel",   "trash",    "invalid", "fraud",     "refund",     "refunded",    "returned",    "return",
    "reversed", "reversal", "reverse", "void",      "voided",     "chargeback",  "charge_back", "failed",
    "fail",     "deleted",  "spam",    "duplicate", "unapproved", "disapproved", "expired"};
constexpr std::string_view kTest[] = {"test", "sandbox", "dry_run"};

bool is_one_of(std::string_view word, auto& words) { return std::ranges::find(words, word) != std::end(words); }

// Trackers' macros are often pasted with capitals ("Status=declined"), and a field that takes money back must not be
// overlooked for that. So these names, unlike all others, are compared without case.
bool has_name(const RequestInput::Value& value, std::span<const std::string_view> names) {
  return std::ranges::find(names, to_lower_ascii(value.name)) != names.end();
}

enum class Flag : std::uint8_t { absent, yes, no };

// What a value says as a flag. Yes is "1", "true", an amount, …: whatever does not say no.
Flag read_flag(const RequestInput::Value& value) {
  static constexpr std::string_view kNo[] = {"0", "false", "no", "off", "n", "0.00", "0.0"};
  const std::string word = to_lower_ascii(trim(value.text));
  if (word.empty() || wire::is_placeholder(word)) return Flag::absent;
  return is_one_of(word, kNo) ? Flag::no : Flag::yes;
}

}  // namespace

std::optional<ReportedStatus> classify_status(std::string_view text) {
  std::string word = to_lower_ascii(trim(text));
  std::ranges::replace_if(word, [](char c) { return c == '-' || c == ' '; }, '_');
  if (is_one_of(word, kBooked)) return ReportedStatus::booked;
  if (is_one_of(word, kDeclined)) return ReportedStatus::declined;
  if (is_one_of(word, kTest)) return ReportedStatus::test;
  return std::nullopt;
}

ReportedStatus read_status(FieldReader& read, RequestInput& input) {
  bool is_declined = false;
  bool is_test = false;
  for (const RequestInput::Value& value : input.values()) {
    const auto status = classify_status(value.text);
    if (has_name(value, kDeclineFlags)) is_declined |= read_flag(value) == Flag::yes;
    if (has_name(value, kApprovalFlags)) is_declined |= read_flag(value) == Flag::no;
    if (has_name(value, kTestFlags)) is_test |= read_flag(value) == Flag::yes;
    if (has_name(value, kActionNames)) is_declined |= status == ReportedStatus::declined;
    if (!has_name(value, kStatusNames) || trim(value.text).empty() || wire::is_placeholder(value.text)) continue;
    if (!status) {
      read.add_problem(value.name, "Unknown " + value.name + ": approved, pending, hold, declined or test is known");
    }
    is_declined |= status == ReportedStatus::declined;
    is_test |= status == ReportedStatus::test;
  }
  if (is_declined) return ReportedStatus::declined;
  return is_test ? ReportedStatus::test : ReportedStatus::booked;
}

}  // namespace footfall::core::affspace
