// Marks a click by what only the edge sees of the visit: its method and headers (COMMON.md D-17). Marks never change
// the answer, so that nobody can find out from it how a visit was judged. Pure.
//
//   HEAD                                                          head
//   a prefetch or preview, as proto/http/prefetch.h tells them    prefetch
//   User-Agent absent or empty                                    no_agent
//
// What the visitor asks for with Sec-GPC and DNT is marked, too; core knows what the account makes of it.
#pragma once

#include <cstdint>
#include <string_view>

#include "proto/http/message.h"

namespace footfall::edge {

struct Visit {
  std::uint32_t verdict = 0;    // bits of wire::Verdict
  std::uint32_t privacy = 0;    // bits of wire::PrivacySignal
  std::string_view user_agent;  // views into the request
  std::string_view referrer;
};
Visit classify_visit(const http::Request& request);

}  // namespace footfall::edge
