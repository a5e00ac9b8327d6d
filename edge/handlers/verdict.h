// Marks a click by what only the edge sees of the visit: its method and headers (the table of D-17 in
// core/api/COMMON.md). Marks never change the answer, so that nobody can find out from it how a visit was judged. Pure.
//
//   HEAD                                                              head
//   a prefetch or preview, as proto/http/prefetch.h tells them        prefetch
//   User-Agent absent or empty                                        no_agent
//   Origin of another site than those of the public key               origin     origin_verdict()
//   more clicks of the address in this minute than people make        limit      edge/limits/click_rate.h
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

// `hosts`: of the key that reports the click, as in the directory; empty: any. Servers send no Origin.
std::uint32_t origin_verdict(const http::Request& request, std::string_view hosts);

}  // namespace footfall::edge
