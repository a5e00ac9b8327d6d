// Decodes a chunked body in place, strictly: sizes of 1 to 8 hexadecimal digits, CRLF, data, CRLF, and at the end "0",
// CRLF, CRLF. Extensions and trailers are refused; GUARD.md G-4 says why.
#pragma once

#include <cstddef>
#include <cstdint>

#include "proto/http/guard.h"

namespace footfall::http {

class ChunkedBody {
 public:
  enum class State { more, complete, refused };
  explicit ChunkedBody(std::size_t body_bytes_max) : body_bytes_max_(body_bytes_max) {}

  // Reads raw bytes from `bytes + read`, writes the decoded ones to `bytes + written` (never ahead of reading) and
  // moves both. Stops behind the last chunk.
  State advance(char* bytes, std::size_t size, std::size_t& read, std::size_t& written);
  std::size_t body_bytes() const { return body_bytes_; }
  const Refusal& refusal() const { return refusal_; }

 private:
  enum class Expect : std::uint8_t { digit, digit_or_cr, size_lf, data, data_cr, data_lf, last_cr, last_lf };
  State refuse(int status, std::string_view reason);

  std::size_t body_bytes_max_;
  std::size_t body_bytes_ = 0;
  std::size_t chunk_left_ = 0;
  std::uint8_t digits_ = 0;
  Expect expect_ = Expect::digit;
  Refusal refusal_;
};

}  // namespace footfall::http
