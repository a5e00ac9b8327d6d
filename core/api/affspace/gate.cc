#include "core/api/affspace/gate.h"

#include <algorithm>
#include <charconv>

#include "proto/base/bytes.h"
#include "proto/base/clock.h"

namespace footfall::core::affspace {
namespace {

namespace json = boost::json;
constexpr wire::Dialect kAffSpace = wire::Dialect::affspace;
constexpr std::int64_t kStrangersPerMinute = 60;  // wrong keys, per address: the end of guessing

Answer of_json(const json::value& body) {
  Answer answer;
  answer.body = json::serialize(body);
  return answer;
}

template <typename Number>
std::optional<Number> whole_number(std::string_view text) {
  Number number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || rest != end) return std::nullopt;
  return number;
}

}  // namespace

std::string presented_key(const Call& call, Parameters* parameters) {
  if (!call.api_key_header.empty()) return call.api_key_header;
  if (const std::string_view token = bearer_token(call.authorization); !token.empty()) return std::string(token);
  if (parameters != nullptr) return parameters->text("secure").value_or("");
  return Parameters::of_query(call).text("secure").value_or("");
}

std::variant<Caller, Answer> admit(const Call& call, Desk& desk, std::string_view key, std::string_view zone) {
  if (key.empty()) return refuse(kAffSpace, 401, "API key required", "UNAUTHORIZED");
  auto caller = authenticate(desk.database, kAffSpace, key);
  if (!caller) return refuse_failure(kAffSpace, caller.error(), call);
  if (!*caller || (*caller)->key_kind != KeyKind::secret_key) {
    const LimitVerdict strangers = desk.limiter.take("strangers", call.client.text(), kStrangersPerMinute);
    if (!strangers.allowed) return refuse_limited(kAffSpace, strangers, desk.clock);
    return refuse(kAffSpace, 401, "API key is invalid", "INVALID_API_KEY");
  }
  if (call.click_wait == ClickWait::not_asked) {  // one that comes back from its wait was counted before
    const LimitVerdict verdict = desk.limiter.take(zone, (*caller)->public_id, (*caller)->limit(zone));
    if (!verdict.allowed) return refuse_limited(kAffSpace, verdict, desk.clock);
  }
  return std::move(**caller);
}

Answer success(json::value data) { return of_json({{"success", true}, {"data", std::move(data)}}); }

Answer success_page(json::array data, std::string_view next_cursor) {
  const bool more = !next_cursor.empty();
  return of_json({{"success", true},
                  {"data", std::move(data)},
                  {"meta",
                   {{"pagination",
                     {{"hasMore", more}, {"nextCursor", more ? json::value(next_cursor) : json::value(nullptr)}}}}}});
}

Answer refuse_validation(std::string_view message) { return refuse(kAffSpace, 400, message, "VALIDATION_ERROR"); }
Answer refuse_not_found(std::string_view message) { return refuse(kAffSpace, 404, message, "NOT_FOUND"); }

std::optional<int> read_limit(const Call& call, int fallback, int max) {
  const auto text = call.query_value("limit");
  if (!text || text->empty()) return fallback;
  const bool digits = std::all_of(text->begin() + (text->front() == '-' ? 1 : 0), text->end(),
                                  [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || *text == "-") return std::nullopt;
  return std::clamp(whole_number<int>(*text).value_or(text->front() == '-' ? 1 : max), 1, max);
}

std::optional<std::int64_t> read_time(std::string_view text) {
  constexpr std::size_t kSecondsDigitsMax = 11;
  constexpr std::int64_t kMillisecondsMax = 253'402'300'799'999;  // the end of the year 9999
  const std::string_view value = trim(text);
  if (const auto number = whole_number<std::int64_t>(value)) {
    if (*number < 0) return std::nullopt;
    const std::int64_t ms = value.size() >= 10 && value.size() <= kSecondsDigitsMax ? *number * 1000 : *number;
    if (ms > kMillisecondsMax) return std::nullopt;
    return ms * 1000;
  }
  auto time = parse_iso8601(value);
  if (!time) return std::nullopt;
  return *time;
}

std::optional<std::int64_t> read_end(std::string_view text) {
  constexpr std::size_t kDateBytes = 10;  // 2024-01-31
  const auto time = read_time(text);
  if (!time) return std::nullopt;
  const std::string_view value = trim(text);
  const bool whole_day = value.size() == kDateBytes && value.find('-') != std::string_view::npos;
  return *time + (whole_day ? 86'400'000'000 : 1000);
}

}  // namespace footfall::core::affspace
