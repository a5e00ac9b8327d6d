// The body of POST /v1/clicks: any bytes are either a sound body or named problems, each field once, within bounds.
#include <cstdint>
#include <set>
#include <string_view>

#include "edge/handlers/click_body.h"
#include "edge/handlers/visitor.h"
#include "proto/base/bytes.h"
#include "proto/base/result.h"

using namespace footfall;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static edge::ClickBodyParser parser;
  const edge::ClickBody& body = parser.parse({reinterpret_cast<const char*>(data), size});
  std::set<std::string_view> fields;
  for (const edge::Problem& problem : body.problems) {
    FOOTFALL_CHECK(!problem.message.empty() && fields.insert(problem.field).second);
  }
  if (!body.problems.empty()) return 0;
  FOOTFALL_CHECK(!body.ref.empty() && body.ref.size() <= edge::kRefBytesMax);
  FOOTFALL_CHECK(body.visitor_token.size() <= wire::kVisitorTokenBytesMax);
  for (const std::string_view text : {body.ref, body.url, body.referrer, body.visitor_token, body.key}) {
    FOOTFALL_CHECK(is_valid_utf8(text) || text.find('\0') != std::string_view::npos);
  }
  return 0;
}
