// The names that AffSpace's fields have, and the two kinds of values that only AffSpace has.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/actions/caller.h"
#include "core/api/field_reader.h"

namespace footfall::core::affspace {

// Aliases, the canonical name first (AFS-18…24, AFS-43).
inline constexpr std::string_view kClickNames[] = {"clickid", "click_id", "cid"};
inline constexpr std::string_view kAmountNames[] = {"sum", "amount", "revenue"};
inline constexpr std::string_view kTransactionNames[] = {"action_id", "txid", "order_id"};
inline constexpr std::string_view kCustomerNames[] = {"user_id", "customer_id"};
inline constexpr std::string_view kGoalNames[] = {"goal", "event", "event_type"};
inline constexpr std::string_view kEventTypeNames[] = {"event_type", "event", "goal"};

// Where trackers say what became of the sale (FC-3): a status, or a flag. These names are compared without case.
inline constexpr std::string_view kStatusNames[] = {"status",      "cnv_status",   "conversion_status",
                                                    "conv_status", "order_status", "lead_status"};
// Fields that may say anything, but decline when they hold such a word.
inline constexpr std::string_view kActionNames[] = {"goal", "event", "event_type", "type", "action", "state"};
inline constexpr std::string_view kTestFlags[] = {"test", "is_test", "test_mode"};
inline constexpr std::string_view kDeclineFlags[] = {"refund",    "is_refund",   "chargeback", "is_chargeback",
                                                     "reversal",  "is_reversal", "declined",   "rejected",
                                                     "cancelled", "canceled"};
// Flags that decline when they say no.
inline constexpr std::string_view kApprovalFlags[] = {"approved", "is_approved", "valid", "is_valid", "success"};

// An id, which many senders write as a JSON number.
inline constexpr TextRule kIdRule = {.accepts_numbers = true};

// Unix milliseconds, unix seconds (up to 11 digits) or ISO 8601 (AF-24) → wall us. None: none of these.
std::optional<std::int64_t> read_time(std::string_view text);

// start_date and end_date of a list's query: a moment, or a day of the account's time zone. The end is inside, up to
// its millisecond, or the whole day. Absent ones stay as they are. A failure is the database's; what cannot be read is
// a problem of the field.
Result<void> read_range(FieldReader& read, Database& database, const Caller& caller,
                        std::optional<std::int64_t>& from_us, std::optional<std::int64_t>& to_us);

}  // namespace footfall::core::affspace
