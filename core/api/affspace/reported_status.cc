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

// "1", "true", an amount, …: whatever does not say no.
bool is_set(RequestInput& input, std::span<const std::string_view> names) {
  static constexpr std::string_view kNo[] = {"0", "false", "no", "off", "n", "0.00", "0.0"};
  return std::ranges::any_of(input.values(), [names](const RequestInput::Value& value) {
    const std::string word = to_lower_ascii(trim(value.text));
    return std::ranges::find(names, value.name) != names.end() && !word.empty() && !is_one_of(word, kNo) &&
           !wire::is_placeholder(word);
  });
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
  bool is_declined = is_set(input, kDeclineFlags);
  bool is_test = is_set(input, kTestFlags);
  for (const std::string_view name : kStatusNames) {
    const auto text = read.text(name, kIdRule);
    if (!text) continue;
    const auto status = classify_status(*text);
    if (!status) {
      read.add_problem(name, "Unknown " + std::string(name) + ": approved, pending, hold, declined or test is known");
    }
    is_declined |= status == ReportedStatus::declined;
    is_test |= status == ReportedStatus::test;
  }
  for (const RequestInput::Value& value : input.values()) {
    const bool names_action = is_one_of(value.name, kActionNames);
    if (names_action && classify_status(value.text) == ReportedStatus::declined) is_declined = true;
  }
  if (is_declined) return ReportedStatus::declined;
  return is_test ? ReportedStatus::test : ReportedStatus::booked;
}

}  // namespace footfall::core::affspace
