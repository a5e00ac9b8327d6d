#include "core/storage/json_recordset.h"

#include <boost/json/serialize.hpp>

namespace footfall::core {

void JsonRecordset::row() { rows_ += rows_.empty() ? "[{" : "},{"; }

void JsonRecordset::raw(std::string_view name, std::string_view json) {
  if (rows_.back() != '{') rows_ += ',';
  rows_.append("\"").append(name).append("\":").append(json);
}

void JsonRecordset::text(std::string_view name, std::string_view value) {
  raw(name, boost::json::serialize(boost::json::string_view(value.data(), value.size())));
}

void JsonRecordset::text_or_null(std::string_view name, const std::optional<std::string>& value) {
  if (value) text(name, *value);
}

void JsonRecordset::integer_or_null(std::string_view name, const std::optional<std::int64_t>& value) {
  if (value) integer(name, *value);
}

void JsonRecordset::time_or_null(std::string_view name, const std::optional<std::int64_t>& wall_us) {
  if (wall_us) text(name, timestamp_us(*wall_us).c_str());
}

}  // namespace footfall::core
