#include "proto/base/json_text.h"

#include "proto/base/logging.h"

namespace footfall {

JsonText& JsonText::raw(std::string_view name, std::string_view value) {
  if (!members_.empty()) members_ += ',';
  append_json_string(members_, name);
  members_.append(":").append(value);
  return *this;
}

JsonText& JsonText::text(std::string_view name, std::string_view value) {
  std::string quoted;
  append_json_string(quoted, value);
  return raw(name, quoted);
}

JsonText& JsonText::text_or_null(std::string_view name, const std::optional<std::string>& value) {
  return value ? text(name, *value) : raw(name, "null");
}

JsonText& JsonText::text_unless_empty(std::string_view name, std::string_view value) {
  return value.empty() ? raw(name, "null") : text(name, value);
}

}  // namespace footfall
