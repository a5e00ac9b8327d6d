#include "core/payments/provider_http.h"

#include <algorithm>

#include "proto/base/logging.h"

namespace footfall::core {
namespace {

constexpr std::size_t kUrlBytesMax = 4'096;

}  // namespace

Result<PostAnswer> call_provider(const ProviderEndpoint& endpoint, PostRequest request) {
  PosterOptions options;
  options.timeout_ms = endpoint.timeout_ms;
  options.connect_ms = std::min(options.connect_ms, endpoint.timeout_ms);
  options.allow_private_receivers = true;  // the operator has chosen where it goes
  options.ca_file = endpoint.ca_file;
  request.keep_answer = true;
  PostAnswer answer = post_and_wait(options, request);
  const bool is_lost = answer.error == "closed" || answer.error == "connect" || answer.status >= 500;
  const std::int64_t left_ms = endpoint.timeout_ms - answer.duration_us / 1'000;
  if (is_lost && left_ms > 0) {
    options.timeout_ms = left_ms;
    options.connect_ms = std::min(options.connect_ms, left_ms);
    answer = post_and_wait(options, std::move(request));
  }
  if (answer.status > 0 && answer.status < 500) return answer;
  log_warn("payments.provider.away", {{"url", endpoint.url}, {"status", answer.status}, {"error", answer.error}});
  return unavailable(ErrorSource::partner, "the payment provider does not answer");
}

Failure provider_refusal(std::string_view provider, int status, std::string_view kind, std::string_view code) {
  log_error("payments.provider.refused", {{"provider", provider}, {"status", status}, {"kind", kind}, {"code", code}});
  return Failure(Error{ErrorKind::internal, ErrorSource::partner, false, "the payment provider refuses our request"});
}

bool is_session_url(std::string_view url) {
  const bool is_web = url.starts_with("https://") || url.starts_with("http://");
  return is_web && url.size() <= kUrlBytesMax && std::ranges::all_of(url, [](char c) {
           return c > ' ' && c < 0x7f && c != '"' && c != '<' && c != '>' && c != '\\';
         });
}

}  // namespace footfall::core
