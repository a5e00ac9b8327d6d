#include "core/payments/call_signature.h"

#include <charconv>

#include "proto/base/bytes.h"
#include "proto/base/crypto.h"

namespace footfall::core {
namespace {

constexpr std::size_t kHeaderBytesMax = 1'024;

Failure refused(const char* why) { return Failure(Error{ErrorKind::forbidden, ErrorSource::partner, false, why}); }

// Calls `use(name, value)` for each "name=value" of a list with commas.
template <typename Use>
void for_each_pair(std::string_view list, Use use) {
  while (!list.empty()) {
    const std::string_view pair = trim(list.substr(0, list.find(',')));
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos) use(pair.substr(0, equals), pair.substr(equals + 1));
    list.remove_prefix(std::min(list.find(','), list.size() - 1) + 1);
  }
}

}  // namespace

Result<void> check_call_signature(std::string_view header, std::string_view secret, std::string_view body,
                                  std::int64_t now_s) {
  if (header.empty() || header.size() > kHeaderBytesMax) return refused("the call is not signed");
  std::string_view time;
  for_each_pair(header, [&time](std::string_view name, std::string_view value) {
    if (name == "t") time = value;
  });
  std::int64_t signed_s = 0;
  const auto read = std::from_chars(time.data(), time.data() + time.size(), signed_s);
  if (time.empty() || read.ec != std::errc{} || read.ptr != time.data() + time.size() || signed_s < 0) {
    return refused("the signature names no time");
  }
  const std::string expected = to_hex(as_view(hmac_sha256(secret, std::string(time) + "." + std::string(body))));
  bool is_genuine = false;
  for_each_pair(header, [&](std::string_view name, std::string_view value) {
    if (name == "v1" && equal_in_constant_time(value, expected)) is_genuine = true;
  });
  if (!is_genuine) return refused("the signature is wrong");
  if (signed_s < now_s - kCallAgeMax_s || signed_s > now_s + kCallAgeMax_s) {
    return refused("the signature is too old, or a clock is wrong");
  }
  return {};
}

}  // namespace footfall::core
