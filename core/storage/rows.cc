#include <libpq-fe.h>

#include <charconv>
#include <chrono>
#include <cstdio>

#include "core/storage/database.h"
#include "proto/base/bytes.h"

namespace footfall::core {
namespace {

const PGresult* of(const std::unique_ptr<void, Rows::Deleter>& result) {
  return static_cast<const PGresult*>(result.get());
}

}  // namespace

Param bytea(std::string_view bytes) { return Param("\\x" + to_hex(bytes)); }

Param timestamp_us(std::int64_t wall_us) {
  using namespace std::chrono;
  const sys_time<microseconds> time{microseconds{wall_us}};
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u %02d:%02d:%02d.%06d+00", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return Param(text);
}

void Rows::Deleter::operator()(void* result) const { PQclear(static_cast<PGresult*>(result)); }

int Rows::size() const { return result_ ? PQntuples(of(result_)) : 0; }

std::int64_t Rows::affected() const {
  if (!result_) return 0;
  const std::string_view text = PQcmdTuples(static_cast<PGresult*>(result_.get()));
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

bool Rows::is_null(int row, int column) const {
  FOOTFALL_CHECK(row >= 0 && row < size() && column >= 0 && column < PQnfields(of(result_)));
  return PQgetisnull(of(result_), row, column) != 0;
}

std::string_view Rows::text(int row, int column) const {
  FOOTFALL_CHECK(row >= 0 && row < size() && column >= 0 && column < PQnfields(of(result_)));
  return {PQgetvalue(of(result_), row, column), static_cast<std::size_t>(PQgetlength(of(result_), row, column))};
}

std::int64_t Rows::integer(int row, int column) const {
  const auto digits = text(row, column);
  if (digits.empty()) return 0;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  FOOTFALL_CHECK(error == std::errc{} && end == digits.data() + digits.size());
  return number;
}

bool Rows::flag(int row, int column) const { return text(row, column) == "t"; }

std::string Rows::bytes(int row, int column) const {
  auto hex = text(row, column);
  if (hex.empty()) return {};
  FOOTFALL_CHECK(hex.starts_with("\\x"));
  auto decoded = from_hex(hex.substr(2));
  FOOTFALL_CHECK(decoded.has_value());
  return *decoded;
}

std::int64_t Rows::time_us(int row, int column) const { return integer(row, column); }

std::optional<std::string> Rows::optional_text(int row, int column) const {
  if (is_null(row, column)) return std::nullopt;
  return std::string(text(row, column));
}

std::optional<std::int64_t> Rows::optional_integer(int row, int column) const {
  if (is_null(row, column)) return std::nullopt;
  return integer(row, column);
}

}  // namespace footfall::core
