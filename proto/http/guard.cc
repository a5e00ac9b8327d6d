// HeadScan looks at each byte once. It skips what is neither CR, LF nor another control character, sixteen bytes at a
// time (SSE2) or eight (elsewhere, and where FOOTFALL_PORTABLE_SCAN is defined), and checks a line when its LF has
// come. The limits cut the bytes before they are checked, so that a line that is both too long and wrong gets the same
// answer whether it came in one read or in a hundred.
#include "proto/http/guard.h"

#if defined(__SSE2__) && !defined(FOOTFALL_PORTABLE_SCAN)
#include <emmintrin.h>
#define FOOTFALL_SCAN_WITH_SSE2
#endif

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "proto/base/bytes.h"

namespace footfall::http {
namespace {

constexpr std::size_t kMethodBytesMax = 20;
constexpr std::size_t kVersionBytes = 8;  // HTTP/1.1
constexpr std::size_t kLengthDigitsMax = 10;
constexpr std::size_t kHostBytesMax = 255;

enum CharClass : std::uint8_t { kToken = 1, kTarget = 2, kQuery = 4, kHost = 8, kDigit = 16, kHex = 32 };

constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> classes{};
  auto mark = [&classes](std::string_view characters, unsigned kind) {
    for (char c : characters) classes[static_cast<unsigned char>(c)] |= static_cast<std::uint8_t>(kind);
  };
  mark("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", kToken | kTarget | kHost);
  mark("0123456789", kDigit);
  mark("0123456789abcdefABCDEF", kHex);
  mark("!#$%&'*+-.^_`|~", kToken);
  mark("-._~!$&'()*+,;=:@/?%", kTarget);
  mark("-._", kHost);
  // All that does not end a query: browsers leave brackets, braces, bars and more in it as they are (URL Standard), and
  // scripts leave still more. What uses a query decodes it, and encodes it again where it becomes a header.
  for (unsigned c = 0x21; c < 256; ++c) {
    if (c != '#' && c != 0x7f) classes[c] |= kQuery;
  }
  return classes;
}
constexpr std::array<std::uint8_t, 256> kClasses = make_classes();

bool is(char c, unsigned kind) { return (kClasses[static_cast<unsigned char>(c)] & kind) != 0; }
bool all_are(std::string_view text, unsigned kind) {
  return std::all_of(text.begin(), text.end(), [kind](char c) { return is(c, kind); });
}

bool same_text(std::string_view text, std::string_view lower_case) {
  return text.size() == lower_case.size() &&
         std::equal(text.begin(), text.end(), lower_case.begin(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a | 0x20 : a) == b; });
}

// ":80"; RFC 3986 lets the digits be absent.
bool is_port(std::string_view text) {
  constexpr unsigned kPortMax = 65'535;
  const std::string_view digits = text.substr(1);
  unsigned port = 0;
  if (text.front() != ':' || digits.size() > 5 || !all_are(digits, kDigit)) return false;
  std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return port <= kPortMax;
}

bool is_control(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; }

// The position of the first control character in [position, end), or end.
#ifdef FOOTFALL_SCAN_WITH_SSE2
std::size_t find_control(const char* bytes, std::size_t position, std::size_t end) {
  const __m128i last_control = _mm_set1_epi8(0x1f);
  const __m128i tab = _mm_set1_epi8('\t');
  const __m128i del = _mm_set1_epi8(0x7f);
  for (; position + 16 <= end; position += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + position));
    const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(block, last_control), block);  // unsigned block <= 0x1f
    const __m128i hit = _mm_or_si128(_mm_andnot_si128(_mm_cmpeq_epi8(block, tab), low), _mm_cmpeq_epi8(block, del));
    const int mask = _mm_movemask_epi8(hit);
    if (mask != 0) return position + static_cast<std::size_t>(__builtin_ctz(static_cast<unsigned>(mask)));
  }
  while (position < end && !is_control(bytes[position])) ++position;
  return position;
}
#else
// Whether one of the eight bytes is below 0x20, or is 0x7f ("Bit Twiddling Hacks", hasless and haszero). TAB is among
// them: the caller looks at each byte then.
bool may_have_control(std::uint64_t word) {
  constexpr std::uint64_t kOnes = ~std::uint64_t{0} / 255;
  const std::uint64_t below_space = (word - kOnes * 0x20) & ~word;
  const std::uint64_t del_as_zero = word ^ (kOnes * 0x7f);
  return ((below_space | ((del_as_zero - kOnes) & ~del_as_zero)) & (kOnes * 0x80)) != 0;
}

std::size_t find_control(const char* bytes, std::size_t position, std::size_t end) {
  while (position < end) {
    std::uint64_t word = 0;
    if (position + sizeof word <= end) {
      std::memcpy(&word, bytes + position, sizeof word);
      if (!may_have_control(word)) {
        position += sizeof word;
        continue;
      }
    }
    const std::size_t stop = std::min(position + sizeof word, end);
    for (; position < stop; ++position) {
      if (is_control(bytes[position])) return position;
    }
  }
  return end;
}
#endif

Refusal check_path_escapes(std::string_view path) {
  for (std::size_t at = path.find('%'); at != std::string_view::npos; at = path.find('%', at + 1)) {
    if (at + 2 >= path.size() || !is(path[at + 1], kHex) || !is(path[at + 2], kHex)) return {400, "escape in path"};
    const bool control =
        path[at + 1] == '0' || path[at + 1] == '1' || (path[at + 1] == '7' && (path[at + 2] | 0x20) == 'f');
    if (control) return {400, "escaped control character in path"};
  }
  return {};
}

Refusal check_target(std::string_view method, std::string_view target) {
  const std::size_t query_at = std::min(target.find('?'), target.size());
  if (!all_are(target.substr(0, query_at), kTarget)) return {400, "character in target"};
  if (!all_are(target.substr(query_at), kQuery)) return {400, "character in query"};
  if (target.front() == '/') return check_path_escapes(target.substr(0, target.find('?')));
  if (target == "*" && method == "OPTIONS") return {};
  if (method == "CONNECT") return {405, "method"};
  for (std::string_view scheme : {"http://", "https://"}) {
    if (!same_text(target.substr(0, scheme.size()), scheme)) continue;
    const std::string_view rest = target.substr(scheme.size());
    const std::size_t authority_end = std::min(rest.find_first_of("/?"), rest.size());
    if (!host_is_well_formed(rest.substr(0, authority_end))) return {400, "authority in target"};
    const std::string_view path = rest.substr(authority_end);
    return check_path_escapes(path.substr(0, path.find('?')));
  }
  return {400, "form of target"};
}

Refusal check_method(std::string_view method) {
  for (std::string_view known : {"GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"}) {
    if (method == known) return {};
  }
  if (method == "TRACE" || method == "CONNECT") return {405, "method"};
  return {501, "method"};
}

// Nothing but one optional space around the value: hops that trim differently would read different lengths.
bool is_tight(std::string_view raw, std::string_view value) {
  return raw.size() == value.size() || (raw.size() == value.size() + 1 && raw.front() == ' ');
}

}  // namespace

HeadScan::State HeadScan::refuse(int status, std::string_view reason) {
  refusal_ = {status, reason};
  return State::refused;
}

HeadScan::State HeadScan::advance(std::string_view bytes, const HeadLimits& limits) {
  if (refusal_) return State::refused;
  for (;;) {
    std::size_t cut = limits.header_bytes_max;
    if (in_request_line_) cut = std::min(cut, kMethodBytesMax + limits.target_bytes_max + kVersionBytes + 4);
    const std::size_t end = std::min(bytes.size(), cut);
    const std::size_t at = find_control(bytes.data(), position_, end);
    position_ = static_cast<std::uint32_t>(at);
    const bool pair_fits = at + 2 <= cut;
    if (at == end || !pair_fits) {
      if (end < cut) return State::more;
      if (!in_request_line_) return refuse(431, "header block too large");
      if (bytes.substr(0, kMethodBytesMax + 1).find(' ') == std::string_view::npos) return refuse(400, "method");
      return refuse(414, "target too long");
    }
    if (bytes[at] == '\n') return refuse(400, "bare LF");
    if (bytes[at] != '\r') return refuse(400, "control character");
    if (at + 1 == bytes.size()) return State::more;
    if (bytes[at + 1] != '\n') return refuse(400, "bare CR");
    const std::string_view line = bytes.substr(line_start_, at - line_start_);
    position_ = line_start_ = static_cast<std::uint32_t>(at + 2);
    const State state = end_line(line, limits);
    if (state != State::more) return state;
    good_bytes_ = line_start_;
  }
}

HeadScan::State HeadScan::end_line(std::string_view line, const HeadLimits& limits) {
  if (in_request_line_) {
    in_request_line_ = false;
    refusal_ = check_request_line(line, limits.target_bytes_max);
    return refusal_ ? State::refused : State::more;
  }
  if (line.empty()) return State::complete;
  if (line.front() == ' ' || line.front() == '\t') return refuse(400, "folded line");
  if (++fields_ > limits.fields_max) return refuse(431, "too many fields");
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return refuse(400, "field without name");
  if (!all_are(line.substr(0, colon), kToken)) return refuse(400, "character in field name");
  return State::more;
}

Refusal check_request_line(std::string_view line, std::size_t target_bytes_max) {
  const std::size_t method_end = line.find(' ');
  if (method_end == std::string_view::npos || method_end == 0 || method_end > kMethodBytesMax) return {400, "method"};
  const std::string_view method = line.substr(0, method_end);
  if (!all_are(method, kToken)) return {400, "method"};
  const std::size_t target_end = line.find(' ', method_end + 1);
  if (target_end == std::string_view::npos) return {400, "request line"};
  const std::string_view target = line.substr(method_end + 1, target_end - method_end - 1);
  const std::string_view version = line.substr(target_end + 1);
  if (target.empty()) return {400, "request line"};
  if (target.size() > target_bytes_max) return {414, "target too long"};
  const bool is_version = version.size() == kVersionBytes && version.starts_with("HTTP/") && is(version[5], kDigit) &&
                          version[6] == '.' && is(version[7], kDigit);
  if (!is_version) return {400, "version"};
  if (version[5] != '1' || version[7] > '1') return {505, "version"};
  if (Refusal refusal = check_target(method, target)) return refusal;
  return check_method(method);
}

std::string_view host_without_port(std::string_view value) {
  if (value.starts_with('[')) return value.substr(0, std::min(value.find(']'), value.size() - 1) + 1);
  return value.substr(0, value.find(':'));
}

std::size_t skip_empty_lines(std::string_view bytes, int& lines_left) {
  std::size_t skipped = 0;
  while (lines_left > 0 && bytes.substr(skipped).starts_with("\r\n")) {
    skipped += 2;
    --lines_left;
  }
  return skipped;
}

bool host_is_well_formed(std::string_view value) {
  if (value.empty() || value.size() > kHostBytesMax) return false;
  const std::string_view host = host_without_port(value);
  const std::string_view port = value.substr(host.size());
  if (!port.empty() && !is_port(port)) return false;
  if (!host.starts_with('[')) return !host.empty() && all_are(host, kHost);
  return host.size() > 2 && host.ends_with(']') && parse_address(host).size != 0;
}

Refusal Framing::field(FieldKind kind, std::string_view name, std::string_view raw, std::string_view value) {
  switch (kind) {
    case FieldKind::host:
      if (has_host_) return {400, "more than one Host"};
      if (!host_is_well_formed(value)) return {400, "Host"};
      has_host_ = true;
      host_ = value;
      return {};
    case FieldKind::content_length: {
      if (content_length_ >= 0) return {400, "more than one Content-Length"};
      const bool digits = !value.empty() && value.size() <= kLengthDigitsMax && all_are(value, kDigit);
      const bool canonical = digits && (value.size() == 1 || value.front() != '0') && is_tight(raw, value);
      if (!canonical) return {400, "Content-Length"};
      std::from_chars(value.data(), value.data() + value.size(), content_length_);
      return {};
    }
    case FieldKind::transfer_encoding:
      if (has_coding_ || !is_tight(raw, value)) return {400, "Transfer-Encoding"};
      has_coding_ = true;
      coding_ = value;
      return {};
    case FieldKind::expect:
      if (!same_text(value, "100-continue")) return {417, "Expect"};
      expects_continue_ = true;
      return {};
    case FieldKind::content_encoding:
      for (std::string_view rest = value; !rest.empty();) {
        const std::size_t comma = std::min(rest.find(','), rest.size());
        const std::string_view coding = trim(rest.substr(0, comma));
        has_content_coding_ |= !coding.empty() && !same_text(coding, "identity");
        rest.remove_prefix(std::min(comma + 1, rest.size()));
      }
      return {};
    case FieldKind::content_type:
      if (has_type_) return {400, "more than one Content-Type"};
      has_type_ = true;
      return {};
    case FieldKind::other:
      // Some programs read '_' as '-' in names; to them these would frame the message.
      if (name.size() == 14 && same_text(name, "content_length")) return {400, "Content_Length"};
      if (name.size() == 17 && same_text(name, "transfer_encoding")) return {400, "Transfer_Encoding"};
      return {};
  }
  return {};
}

Refusal Framing::finish(bool http_1_0) {
  if (!has_host_ && !http_1_0) return {400, "no Host"};
  if (expects_continue_ && http_1_0) return {417, "Expect"};
  if (!has_coding_) return {};
  if (http_1_0 || content_length_ >= 0) return {400, "Transfer-Encoding"};
  if (coding_ == "chunked") return {};
  const bool one_coding = !coding_.empty() && all_are(coding_, kToken) && !same_text(coding_, "chunked");
  return {one_coding ? 501 : 400, "Transfer-Encoding"};
}

}  // namespace footfall::http
