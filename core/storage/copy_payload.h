// Builds the payload of a COPY … (FORMAT binary): a row is a column count, then its fields in order. Not thread-safe.
// The caller writes as many fields as it announced for the row; `payload()` ends the payload.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace footfall::core {

class CopyPayload {
 public:
  CopyPayload();
  void clear();  // keeps the memory
  void row(int columns);
  void null();
  void flag(bool value);
  void int2(std::int16_t value);
  void int4(std::int32_t value);
  void int8(std::int64_t value);
  void bytes(std::string_view value);  // bytea, uuid (16 bytes), text (valid UTF-8 without NUL)
  void json(std::string_view value);   // jsonb
  void time(std::int64_t wall_us);     // timestamptz
  void bytes_or_null(std::string_view value) { value.empty() ? null() : bytes(value); }
  void json_or_null(std::string_view value) { value.empty() ? null() : json(value); }
  void int8_or_null(std::uint64_t value) { value == 0 ? null() : int8(static_cast<std::int64_t>(value)); }
  std::string_view payload();  // valid until the next call; clear() starts anew
  // To send it in pieces: send so_far(), call go_on(), write more rows, and so on; the last piece is payload().
  std::string_view so_far() const { return data_; }
  void go_on() { data_.clear(); }

 private:
  std::string data_;
  bool ended_ = false;
  template <typename T>
  void big_endian(T value);
};

}  // namespace footfall::core
