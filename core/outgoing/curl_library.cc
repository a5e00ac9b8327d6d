#include "core/outgoing/curl_library.h"

#include <curl/curl.h>

#include "proto/base/result.h"

namespace footfall::core {

void start_curl_library() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  FOOTFALL_CHECK(started == CURLE_OK);
}

}  // namespace footfall::core
