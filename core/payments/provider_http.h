// One call to a provider: bounded, tried once more where nothing was lost by the first attempt, and never logged with
// what it sent. For sources of this folder.
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

// Any answer below 500. The request must carry an Idempotency-Key, for it is sent a second time after a lost connection
// or a status from 500 on. unavailable: no answer came twice, or not in time.
Result<PostAnswer> call_provider(const ProviderEndpoint& endpoint, PostRequest request);

// The provider answered `status` and means that we did something wrong. `kind` and `code` are words of its protocol;
// its message is left out, for it may repeat a part of the key.
Failure provider_refusal(std::string_view provider, int status, std::string_view kind, std::string_view code);

// A session's page as the provider names it, which is put into our answers and pages.
bool is_session_url(std::string_view url);

}  // namespace footfall::core
