// What a tracker's own status says of the conversion that it reports (FC-3). Affise and its kin call the same URL for a
// sale, for its approval and for its refusal, and tell them apart by a number or a word.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/api/field_reader.h"

namespace footfall::core::affspace {

enum class ReportedStatus : std::uint8_t {
  booked,    // 1, 2, 5, "approved", "pending", "hold", "sale", "rebill", …: a conversion like any other
  declined,  // 3, "rejected", "refund", "trash", …: nothing is owed for it
  test,      // "test": judged, and nothing is left behind
};

// None: a word that is not known, so that nobody can say whether money is owed. Case and blanks around do not matter.
std::optional<ReportedStatus> classify_status(std::string_view text);

// What all fields of the request together say: declined if one of them does, else test, else booked. An unknown word is
// a problem of the reader. A goal that is such a word ("refund") declines as well.
ReportedStatus read_status(FieldReader& read, RequestInput& input);

}  // namespace footfall::core::affspace
