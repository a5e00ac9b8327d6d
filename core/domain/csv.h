// A cell of a CSV file (RFC 4180). Pure.
#pragma once

#include <string>
#include <string_view>

namespace footfall::core {

// Quoted where it must be. A text that a spreadsheet would take for a formula (OWASP, CSV injection) gets an apostrophe
// in front; a number, signed or not, stays as it is.
std::string csv_cell(std::string_view text);

}  // namespace footfall::core
