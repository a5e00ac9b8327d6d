// A request of ours to a provider. It is bounded in time, sent again once after a connection that failed or broke and
// after a status of 500 or more, and never logged with what it sent. For sources of this folder.
#pragma once

#include <string>

#include "core/outgoing/http_poster.h"
#include "proto/base/result.h"

namespace footfall::core {

struct ProviderEndpoint {
  std::string url;                   // without a slash at its end
  std::int64_t timeout_ms = 10'000;  // of both attempts together
  std::string ca_file;               // empty: the system's certificates
};

// Returns any answer with a status below 500. The request must carry an Idempotency-Key, which makes its repetition
// harmless. unavailable: no answer came, or only of 500 and more, within timeout_ms; a timeout or a TLS error is not
// repeated.
Result<PostAnswer> call_provider(const ProviderEndpoint& endpoint, PostRequest request);

// The provider answered `status` and means that we did something wrong. `kind` and `code` are words of its protocol;
// its message is left out, for it may repeat a part of the key.
Failure provider_refusal(std::string_view provider, int status, std::string_view kind, std::string_view code);

// Whether a provider's URL may be shown in our answers and pages: http:// or https://, at most 4,096 bytes, visible
// ASCII without quotation marks, angle brackets and backslashes.
bool is_session_url(std::string_view url);

}  // namespace footfall::core
