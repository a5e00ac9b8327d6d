#include "core/storage/copy_payload.h"

#include <bit>
#include <cstring>

#include "proto/base/result.h"

namespace footfall::core {
namespace {

// Signature, flags, length of the header's extension: PostgreSQL's "COPY", "Binary Format".
constexpr std::string_view kHeader("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
constexpr std::int64_t kEpochShiftUs = 946'684'800'000'000;  // PostgreSQL counts from 2000-01-01

template <typename T>
T to_big_endian(T value) {
  static_assert(std::endian::native == std::endian::little);
  if constexpr (sizeof(T) == 2) return static_cast<T>(__builtin_bswap16(static_cast<std::uint16_t>(value)));
  if constexpr (sizeof(T) == 4) return static_cast<T>(__builtin_bswap32(static_cast<std::uint32_t>(value)));
  if constexpr (sizeof(T) == 8) return static_cast<T>(__builtin_bswap64(static_cast<std::uint64_t>(value)));
}

}  // namespace

CopyPayload::CopyPayload() { clear(); }

void CopyPayload::clear() {
  data_.assign(kHeader);
  ended_ = false;
}

template <typename T>
void CopyPayload::big_endian(T value) {
  const T swapped = to_big_endian(value);
  data_.append(reinterpret_cast<const char*>(&swapped), sizeof swapped);
}

void CopyPayload::row(int columns) {
  FOOTFALL_CHECK(!ended_);
  big_endian(static_cast<std::int16_t>(columns));
}

void CopyPayload::null() { big_endian(std::int32_t{-1}); }

void CopyPayload::flag(bool value) {
  big_endian(std::int32_t{1});
  data_.push_back(value ? 1 : 0);
}

void CopyPayload::int2(std::int16_t value) {
  big_endian(std::int32_t{2});
  big_endian(value);
}

void CopyPayload::int4(std::int32_t value) {
  big_endian(std::int32_t{4});
  big_endian(value);
}

void CopyPayload::int8(std::int64_t value) {
  big_endian(std::int32_t{8});
  big_endian(value);
}

void CopyPayload::bytes(std::string_view value) {
  big_endian(static_cast<std::int32_t>(value.size()));
  data_.append(value);
}

void CopyPayload::json(std::string_view value) {
  big_endian(static_cast<std::int32_t>(value.size() + 1));
  data_.push_back(1);  // version of jsonb's wire form
  data_.append(value);
}

void CopyPayload::time(std::int64_t wall_us) { int8(wall_us - kEpochShiftUs); }

std::string_view CopyPayload::payload() {
  if (!ended_) big_endian(std::int16_t{-1});
  ended_ = true;
  return data_;
}

}  // namespace footfall::core
