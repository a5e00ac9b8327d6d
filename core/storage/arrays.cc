#include "core/storage/arrays.h"

#include "proto/base/bytes.h"

namespace footfall::core {

std::string boolean_array(const std::vector<bool>& values) {
  std::string text = "{";
  for (const bool value : values) {
    if (text.size() > 1) text += ',';
    text += value ? 't' : 'f';
  }
  return text + "}";
}

std::string bytea_array(const std::vector<std::string_view>& values) {
  std::string text = "{";
  for (const auto value : values) {
    if (text.size() > 1) text += ',';
    text += "\"\\\\x" + to_hex(value) + '"';
  }
  return text + "}";
}

std::string uuid_array(const std::vector<std::string_view>& values) {
  std::string text = "{";
  text.reserve(values.size() * 33 + 2);
  for (const auto value : values) {
    if (text.size() > 1) text += ',';
    text += to_hex(value);
  }
  return text + "}";
}

std::string text_array(const std::vector<std::string>& values) {
  std::string text = "{";
  for (const auto& value : values) {
    if (text.size() > 1) text += ',';
    text += '"';
    for (const char character : value) {
      if (character == '"' || character == '\\') text += '\\';
      text += character;
    }
    text += '"';
  }
  return text + "}";
}

}  // namespace footfall::core
