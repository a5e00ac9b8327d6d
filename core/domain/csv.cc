#include "core/domain/csv.h"

#include <algorithm>

namespace footfall::core {
namespace {

bool are_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// "-12.50" after its sign
bool is_unsigned_number(std::string_view text) {
  const std::size_t point = text.find('.');
  if (point == std::string_view::npos) return are_digits(text);
  return are_digits(text.substr(0, point)) && are_digits(text.substr(point + 1));
}

bool may_be_formula(std::string_view text) {
  constexpr std::string_view kOpeners = "=+-@\t\r";
  if (text.empty() || kOpeners.find(text.front()) == std::string_view::npos) return false;
  const bool is_signed = text.front() == '+' || text.front() == '-';
  return !is_signed || !is_unsigned_number(text.substr(1));
}

}  // namespace

std::string csv_cell(std::string_view text) {
  std::string cell = may_be_formula(text) ? "'" : "";
  cell += text;
  if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
  std::string quoted = "\"";
  for (const char c : cell) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + "\"";
}

}  // namespace footfall::core
