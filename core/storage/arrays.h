// Array parameters in PostgreSQL's text form, for unnest() and = any().
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace footfall::core {

template <typename Integer>
std::string integer_array(const std::vector<Integer>& values) {
  std::string text = "{";
  for (const auto& value : values) {
    if (text.size() > 1) text += ',';
    text += std::to_string(value);
  }
  return text + "}";
}
std::string boolean_array(const std::vector<bool>& values);
std::string bytea_array(const std::vector<std::string_view>& values);
std::string uuid_array(const std::vector<std::string_view>& values);  // 16 bytes each
std::string text_array(const std::vector<std::string>& values);

}  // namespace footfall::core
