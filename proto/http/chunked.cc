#include "proto/http/chunked.h"

#include <algorithm>
#include <cstring>

namespace footfall::http {
namespace {

constexpr std::uint8_t kSizeDigitsMax = 8;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

ChunkedBody::State ChunkedBody::refuse(int status, std::string_view reason) {
  refusal_ = {status, reason};
  return State::refused;
}

ChunkedBody::State ChunkedBody::advance(char* bytes, std::size_t size, std::size_t& read, std::size_t& written) {
  while (read < size) {
    if (expect_ == Expect::data) {
      const std::size_t run = std::min(chunk_left_, size - read);
      if (read != written) std::memmove(bytes + written, bytes + read, run);
      read += run;
      written += run;
      chunk_left_ -= run;
      if (chunk_left_ == 0) expect_ = Expect::data_cr;
      continue;
    }
    const char c = bytes[read++];
    if (expect_ == Expect::digit || expect_ == Expect::digit_or_cr) {
      const int value = hex_value(c);
      if (value >= 0) {
        if (++digits_ > kSizeDigitsMax) return refuse(400, "chunk size");
        chunk_left_ = chunk_left_ * 16 + static_cast<std::size_t>(value);
        expect_ = Expect::digit_or_cr;
        continue;
      }
      if (c != '\r' || expect_ == Expect::digit) return refuse(400, "chunk size");
      expect_ = Expect::size_lf;
      continue;
    }
    const bool wants_cr = expect_ == Expect::data_cr || expect_ == Expect::last_cr;
    if (c != (wants_cr ? '\r' : '\n')) return refuse(400, "chunk");
    switch (expect_) {
      case Expect::size_lf:
        body_bytes_ += chunk_left_;
        if (body_bytes_ > body_bytes_max_) return refuse(413, "body too large");
        expect_ = chunk_left_ == 0 ? Expect::last_cr : Expect::data;
        break;
      case Expect::data_cr:
        expect_ = Expect::data_lf;
        break;
      case Expect::data_lf:
        digits_ = 0;
        expect_ = Expect::digit;
        break;
      case Expect::last_cr:
        expect_ = Expect::last_lf;
        break;
      default:
        return State::complete;
    }
  }
  return State::more;
}

}  // namespace footfall::http
