// Guard, parser and chunk decoder: no bytes may break them, no way of cutting bytes into reads may change what they
// say, and what they let pass has exactly one framing. And the client's parser of answers: the same cuts, the same
// answer.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "proto/http/chunked.h"
#include "proto/http/guard.h"
#include "proto/http/parser.h"
#include "proto/http/response_parser.h"

using namespace footfall;
using namespace footfall::http;

namespace {

constexpr HeadLimits kLimits{2'048, 512, 16};
constexpr std::size_t kBodyBytesMax = 1'024;

struct Scanned {
  HeadScan::State state = HeadScan::State::more;
  std::size_t head_bytes = 0;
  std::size_t good_bytes = 0;
  int status = 0;
  bool operator==(const Scanned&) const = default;
};

Scanned scan_by(std::string_view bytes, std::size_t step) {
  HeadScan scan;
  Scanned scanned;
  for (std::size_t end = std::min(step, bytes.size());; end = std::min(end + step, bytes.size())) {
    const std::string copy(bytes.substr(0, end));
    scanned.state = scan.advance(copy, kLimits);
    if (scanned.state != HeadScan::State::more || end == bytes.size()) break;
  }
  if (scanned.state == HeadScan::State::complete) scanned.head_bytes = scan.head_bytes();
  scanned.good_bytes = scan.good_bytes();
  scanned.status = scan.refusal().status;
  return scanned;
}

void check_request(const Head& head) {
  const Request& request = head.request;
  FOOTFALL_CHECK(request.target.starts_with(request.path) && !request.path.empty());
  FOOTFALL_CHECK(request.http_1_0 || !request.host.empty());
  FOOTFALL_CHECK(!(head.chunked && head.content_length > 0) && !(head.chunked && request.http_1_0));
  const auto count = [&request](std::string_view name) {
    return std::count_if(request.fields.begin(), request.fields.end(), [&](const Field& field) {
      const Field one[] = {field};
      Request probe;
      probe.fields = one;
      return probe.has_field(name);
    });
  };
  FOOTFALL_CHECK(count("Content-Length") <= 1 && count("Transfer-Encoding") <= 1 && count("Host") <= 1);
  FOOTFALL_CHECK(count("Content-Length") + count("Transfer-Encoding") <= 1);
  for (const Field& field : request.fields) {
    FOOTFALL_CHECK(field.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos);
  }
}

void check_head(std::string_view bytes, std::size_t step) {
  const Scanned whole = scan_by(bytes, bytes.size());
  FOOTFALL_CHECK(scan_by(bytes, step) == whole);
  Head head;
  guess_head(bytes, head);
  if (whole.state != HeadScan::State::complete) {
    return parse_partial_head(bytes.substr(0, whole.good_bytes), head);
  }
  const std::string copy(bytes.substr(0, whole.head_bytes));
  if (!parse_head(copy, head)) check_request(head);
}

std::string decode_by(std::string bytes, std::size_t step) {
  ChunkedBody chunked(kBodyBytesMax);
  std::size_t read = 0;
  std::size_t written = 0;
  auto state = ChunkedBody::State::more;
  for (std::size_t end = std::min(step, bytes.size());; end = std::min(end + step, bytes.size())) {
    state = chunked.advance(bytes.data(), end, read, written);
    FOOTFALL_CHECK(written <= read && read <= end && written <= kBodyBytesMax);
    if (state != ChunkedBody::State::more || end == bytes.size()) break;
  }
  return std::to_string(static_cast<int>(state)) + " " + bytes.substr(0, written) + " " + std::to_string(read);
}

// Nothing for what is not a whole answer.
std::string answer_by(std::string_view bytes, std::size_t step) {
  ResponseParser parser(Method::get, kLimits.header_bytes_max, kBodyBytesMax);
  std::string input;
  for (std::size_t at = 0; at < bytes.size() && !parser.is_done(); at += step) {
    input += bytes.substr(at, step);
    if (!parser.feed(input)) return {};
  }
  if (!parser.is_done() && !parser.feed_end()) return {};
  FOOTFALL_CHECK(parser.response().body.size() <= kBodyBytesMax);
  return std::to_string(parser.response().status) + parser.response().body;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t step = 1 + data[0] % 7;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  check_head(bytes, step);
  FOOTFALL_CHECK(decode_by(std::string(bytes), step) == decode_by(std::string(bytes), bytes.size()));
  const std::string answer = answer_by(bytes, step);
  // Beast draws its limits in slightly different places for different cuts.
  if (bytes.size() < 1'000) FOOTFALL_CHECK(answer == answer_by(bytes, bytes.size()));
  return 0;
}
