#include "core/api/affspace/affspace.h"

#include <algorithm>
#include <initializer_list>

#include "core/api/affspace/conversions.h"
#include "core/api/affspace/events.h"
#include "core/api/affspace/offers.h"
#include "core/api/affspace/parameters.h"
#include "core/api/affspace/postbacks.h"
#include "core/api/affspace/statistics.h"
#include "core/api/affspace/test_sessions.h"

namespace footfall::core::affspace {
namespace {

constexpr wire::Dialect kAffSpace = wire::Dialect::affspace;

Answer not_allowed(std::string_view allowed) {
  Answer answer = refuse(kAffSpace, 405);
  add_field(answer, "Allow", allowed);
  return answer;
}

// The rest of `path` after `prefix`, if that is one non-empty segment.
std::string_view segment_after(std::string_view path, std::string_view prefix) {
  if (!path.starts_with(prefix)) return {};
  const std::string_view rest = path.substr(prefix.size());
  return rest.find('/') == std::string_view::npos ? rest : std::string_view();
}

}  // namespace

Answer AffSpace::answer(const Call& call, Desk& desk) const {
  const bool get = call.method == http::Method::get || call.method == http::Method::head;
  const bool post = call.method == http::Method::post;
  const std::string_view path = call.path;

  if (path == "/api/v1/conversions") {
    if (post) return report_conversion(call, desk);
    return get ? list_conversions(call, desk) : not_allowed("GET, HEAD, POST");
  }
  if (const std::string_view id = segment_after(path, "/api/v1/conversions/"); !id.empty()) {
    return get ? show_conversion(call, desk, id) : not_allowed("GET, HEAD");
  }
  if (path == "/api/v1/events") return post ? report_event(call, desk) : not_allowed("POST");
  if (path == "/api/v1/stats") return get ? show_statistics(call, desk) : not_allowed("GET, HEAD");
  if (path == "/api/v1/offers") return get ? list_offers(call, desk) : not_allowed("GET, HEAD");
  if (const std::string_view code = segment_after(path, "/api/v1/offers/"); !code.empty()) {
    return get ? show_offer(call, desk, code) : not_allowed("GET, HEAD");
  }
  if (path == "/api/v1/profile") return get ? show_profile(call, desk) : not_allowed("GET, HEAD");
  if (path == "/api/v1/test-sessions") return post ? start_test_session(call, desk) : not_allowed("POST");
  if (const std::string_view token = segment_after(path, "/api/v1/test-sessions/"); !token.empty()) {
    return get ? show_test_session(call, desk, token) : not_allowed("GET, HEAD");
  }
  // A callback books: HEAD, with which link checkers and previews have a look, is none.
  const bool callback = call.method == http::Method::get || post;
  if (path == "/pb") return callback ? legacy_postback(call, desk) : not_allowed("GET, POST");
  if (const std::string_view id = segment_after(path, "/pb/"); !id.empty()) {
    return callback ? named_postback(call, desk, id) : not_allowed("GET, POST");
  }
  return refuse(kAffSpace, 404);
}

// Of the paths that only a body tells apart there is one (COMMON.md C-2). `secure` is a key, so it decides;
// without one the fields' names choose the form of the 401. Reads below it have their query.
bool AffSpace::recognises(const Call& call) const {
  constexpr std::string_view kPath = "/api/v1/conversions";
  if (call.method == http::Method::get || call.method == http::Method::head) {
    return (call.path == kPath || !segment_after(call.path, "/api/v1/conversions/").empty()) &&
           !call.query_value("secure").value_or("").empty();
  }
  if (call.path != kPath || call.method != http::Method::post) return false;
  const Parameters said(call);
  const auto has_any = [&said](std::initializer_list<std::string_view> names) {
    return std::ranges::any_of(names, [&said](std::string_view name) { return said.has(name); });
  };
  if (said.has("secure")) return true;
  if (has_any({"external_transaction_id", "amount_cents", "promo_code"})) return false;  // Selgeo's
  return has_any({"clickid", "cid", "sum", "action_id", "txid", "goal"});
}

}  // namespace footfall::core::affspace
