// Reads a row's columns in their order, so that a list of columns and the struct it fills stand side by side.
#pragma once

#include <optional>
#include <string>

#include "core/domain/keys.h"
#include "core/storage/database.h"
#include "proto/wire/ids.h"

namespace footfall::core {

class RowReader {
 public:
  RowReader(const Rows& rows, int row) : rows_(rows), row_(row) {}

  std::string text() { return std::string(rows_.text(row_, column_++)); }
  std::optional<std::string> optional_text() { return rows_.optional_text(row_, column_++); }
  std::int64_t integer() { return rows_.integer(row_, column_++); }
  std::optional<std::int64_t> optional_integer() { return rows_.optional_integer(row_, column_++); }
  bool flag() { return rows_.flag(row_, column_++); }
  std::string bytes() { return rows_.bytes(row_, column_++); }
  wire::Mode mode() { return parse_mode(rows_.text(row_, column_++)).value_or(wire::Mode::live); }
  template <typename Id>
  Id id() {  // none for null
    return Id{static_cast<std::uint64_t>(integer())};
  }

 private:
  const Rows& rows_;
  int row_;
  int column_ = 0;
};

// All rows through `read(RowReader&) → T`.
template <typename T, typename Read>
Result<std::vector<T>> read_all(Result<Rows> rows, Read read) {
  if (!rows) return Failure(rows.error());
  std::vector<T> all;
  all.reserve(static_cast<std::size_t>(rows->size()));
  for (int row = 0; row < rows->size(); ++row) {
    RowReader reader(*rows, row);
    all.push_back(read(reader));
  }
  return all;
}

// The first row, or not_found with `message`.
template <typename T, typename Read>
Result<T> read_one(Result<Rows> rows, Read read, const std::string& message) {
  if (!rows) return Failure(rows.error());
  if (rows->empty()) return not_found(message);
  RowReader reader(*rows, 0);
  return read(reader);
}

// The first row, or none.
template <typename T, typename Read>
Result<std::optional<T>> read_optional(Result<Rows> rows, Read read) {
  if (!rows) return Failure(rows.error());
  if (rows->empty()) return std::nullopt;
  RowReader reader(*rows, 0);
  return read(reader);
}

// Of a `select count(*)`.
inline Result<std::int64_t> read_count(const Result<Rows>& rows) {
  if (!rows) return Failure(rows.error());
  return rows->integer(0, 0);
}

// For a statement of which only the failure matters.
inline Result<void> done(const Result<Rows>& rows) {
  if (!rows) return Failure(rows.error());
  return {};
}

// Null for an id of 0.
template <typename Tag>
Param id_or_null(const wire::Identifier<Tag>& id) {
  return id ? Param(id.value) : Param(std::nullopt);
}

inline Param mode_or_null(const std::optional<wire::Mode>& mode) {
  return mode ? Param(mode_name(*mode)) : Param(std::nullopt);
}
inline Param time_or_null(const std::optional<std::int64_t>& wall_us) {
  return wall_us ? timestamp_us(*wall_us) : Param(std::nullopt);
}

// True for a unique violation (23505) of that index or constraint.
inline bool violates(const Error& error, std::string_view constraint) {
  return error.code == "23505" && error.message.find(constraint) != std::string::npos;
}

}  // namespace footfall::core
