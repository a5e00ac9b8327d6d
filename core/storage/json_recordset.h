// Rows as one JSON parameter, for json_to_recordset($1). It has two advantages over one array a column: columns are
// matched by name, and the planner assumes a hundred rows for any document, so that it keeps one plan, while it looks
// at the length of an array and plans each statement anew.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/storage/database.h"
#include "proto/wire/ids.h"

namespace footfall::core {

// Call row(), then write the members of that row, then the next row(). A member that is not written is null. Text is
// UTF-8 without NUL.
class JsonRecordset {
 public:
  void row();
  void raw(std::string_view name, std::string_view json);
  void text(std::string_view name, std::string_view value);
  void text_or_null(std::string_view name, const std::optional<std::string>& value);
  void integer(std::string_view name, std::int64_t value) { raw(name, std::to_string(value)); }
  void integer_or_null(std::string_view name, const std::optional<std::int64_t>& value);
  void flag(std::string_view name, bool value) { raw(name, value ? "true" : "false"); }
  void time_or_null(std::string_view name, const std::optional<std::int64_t>& wall_us);
  template <typename Tag>
  void id_or_null(std::string_view name, const wire::Identifier<Tag>& id) {
    if (id) raw(name, std::to_string(id.value));
  }
  std::string array() const { return rows_.empty() ? "[]" : rows_ + "}]"; }

 private:
  std::string rows_;
};

}  // namespace footfall::core
