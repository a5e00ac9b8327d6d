// The record with which core says how much of one incarnation it has stored (streams.h, kStoredKey). Ingest encodes it,
// edges decode it (PROTOCOL.md 9).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proto/wire/ids.h"

namespace footfall::wire {

struct Watermark {
  Incarnation incarnation;
  std::uint64_t position = 0;      // all clicks up to it are stored, known already, dead letters or void
  std::string database;            // identity of the database, 16 bytes
  std::uint64_t epoch = 0;         // raised when a database was restored: a lower position may follow then
  std::uint64_t resend_nonce = 0;  // when it grows, the edge ships again from position + 1 under a new generation
  bool retired = false;            // by the operator, or for its silence: nobody waits for it, until it is heard again
  std::uint64_t heard = 0;         // the highest head that any heartbeat of this incarnation has named
};

std::string encode_watermark(const Watermark& watermark);
// None if the bytes are malformed.
std::optional<Watermark> decode_watermark(std::string_view bytes);

}  // namespace footfall::wire
