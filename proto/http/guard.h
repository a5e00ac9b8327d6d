// The guard checks the framing of requests on raw bytes, before and beside the parser. Beast 1.81 alone hides folded
// lines, takes several Hosts and lengths, and reads an unknown transfer coding as "no body", which turns the body into
// the next request. What passes here has one meaning.
//
// Pure: no I/O, no clock, no allocation. A verdict depends on the bytes alone, and not on how they were cut into reads:
// HeadScan refuses at the first byte that cannot be right.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "proto/http/message.h"

namespace footfall::http {

// Why a request is not handed to the handler. status 0: no reason.
struct Refusal {
  int status = 0;
  std::string_view reason;  // for people, a constant
  explicit operator bool() const { return status != 0; }
};

struct HeadLimits {
  std::size_t header_bytes_max;
  std::size_t target_bytes_max;
  std::size_t fields_max;
};

// Finds the end of a header block. One per request; give it all bytes of the request read so far, each time.
class HeadScan {
 public:
  enum class State { more, complete, refused };
  State advance(std::string_view bytes, const HeadLimits& limits);
  std::size_t head_bytes() const { return position_; }    // once complete, with the empty line
  std::size_t good_bytes() const { return good_bytes_; }  // of whole lines that nothing was wrong with
  const Refusal& refusal() const { return refusal_; }     // once refused

 private:
  State refuse(int status, std::string_view reason);
  State end_line(std::string_view line, const HeadLimits& limits);

  std::uint32_t position_ = 0;  // bytes checked
  std::uint32_t line_start_ = 0;
  std::uint32_t good_bytes_ = 0;
  std::uint32_t fields_ = 0;
  bool in_request_line_ = true;
  Refusal refusal_;
};

// Checks the request line without its CRLF: grammar, method, version and the characters of the target. Up to '?' those
// are RFC 3986's, where '%' must begin an escape and no escape may stand for a control character; behind it all are
// allowed but '#', blanks and control characters.
Refusal check_request_line(std::string_view line, std::size_t target_bytes_max);

// Whether the value of Host is a name, IPv4 or [IPv6], with an optional port: no userinfo, no path, no list, not empty.
bool host_is_well_formed(std::string_view value);
// "Example.COM:80" → "Example.COM".
std::string_view host_without_port(std::string_view value);

// Counts the bytes of empty lines (CRLF) in front of a request line, which some clients send after a body (RFC 9112
// 2.2). Takes at most `lines_left` of them and lowers it; a further one is then refused as a request line.
std::size_t skip_empty_lines(std::string_view bytes, int& lines_left);
inline constexpr int kEmptyLinesMax = 4;

enum class FieldKind : std::uint8_t {
  other,
  host,
  content_length,
  transfer_encoding,
  expect,
  content_type,
  content_encoding
};

// Looks at the fields that frame a message one after the other, and then at all of them together.
class Framing {
 public:
  // `raw` is what stands between the colon and CRLF (looked at for Content-Length and Transfer-Encoding only), `value`
  // the same without white space around it.
  Refusal field(FieldKind kind, std::string_view name, std::string_view raw, std::string_view value);
  Refusal finish(bool http_1_0);

  std::string_view host() const { return host_; }
  bool chunked() const { return has_coding_; }
  std::int64_t content_length() const { return content_length_; }  // -1: none given
  bool expects_continue() const { return expects_continue_; }
  bool has_content_coding() const { return has_content_coding_; }  // other than identity

 private:
  std::string_view host_;
  std::string_view coding_;
  std::int64_t content_length_ = -1;
  bool has_host_ = false;
  bool has_coding_ = false;
  bool has_type_ = false;
  bool expects_continue_ = false;
  bool has_content_coding_ = false;
};

}  // namespace footfall::http
