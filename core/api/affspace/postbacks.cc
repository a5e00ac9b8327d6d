#include "core/api/affspace/postbacks.h"

#include "core/actions/postbacks.h"
#include "core/api/affspace/conversions.h"
#include "core/api/affspace/events.h"
#include "core/api/affspace/gate.h"
#include "proto/base/bytes.h"
#include "proto/base/logging.h"

namespace footfall::core::affspace {
namespace {

namespace json = boost::json;
constexpr wire::Dialect kAffSpace = wire::Dialect::affspace;

// A GET carries nothing but its query; a POST of the same callback may carry a form or JSON.
Parameters read(const Call& call) {
  return call.method == http::Method::post ? Parameters(call) : Parameters::of_query(call);
}

// What the answer says, for the log: a code or reason, a message, the conversion's id.
struct Told {
  std::string outcome = "tracked", message;
  std::optional<std::string> id;
};
Told told_by(const Answer& answer) {
  Told told;
  boost::system::error_code broken;
  const json::value body = json::parse(answer.body, broken);
  if (broken || !body.is_object()) return told;
  const auto text_at = [](const json::value& where, std::string_view name) -> std::optional<std::string> {
    const json::value* const member = where.is_object() ? where.get_object().if_contains(name) : nullptr;
    if (member == nullptr || !member->is_string()) return std::nullopt;
    return std::string(member->get_string());
  };
  if (const json::value* const error = body.get_object().if_contains("error")) {
    told.outcome = text_at(*error, "code").value_or("");
    told.message = text_at(*error, "message").value_or("");
  }
  if (const auto reason = text_at(body, "reason")) {
    told.outcome = *reason;
    told.message = text_at(body, "message").value_or("");
  }
  if (const json::value* const data = body.get_object().if_contains("data")) {
    told.id = text_at(*data, "conversionId");
    if (!told.id) told.id = text_at(*data, "event_id");
  }
  return told;
}

void note(const Call& call, Desk& desk, const PostbackEndpoint& endpoint, const Parameters& parameters,
          const Answer& answer) {
  if (answer.wait_for) return;  // noted when it has waited
  const Told told = told_by(answer);
  PostbackEntry entry;
  entry.endpoint_id = endpoint.id;
  entry.method = http::method_name(call.method);
  entry.parameters = parameters.loggable();
  entry.client = call.client.text();
  entry.status = answer.status;
  entry.outcome = told.outcome;
  entry.message = told.message;
  entry.conversion_id = told.id;
  entry.request_id = call.request_id;
  // The answer stands whether or not its note could be kept.
  if (auto kept = note_postback(desk.database, entry); !kept) {
    log_warn_limited("postback.note.failed", {{"request_id", call.request_id}, {"error", kept.error().message}});
  }
}

Answer take(const Call& call, Desk& desk, const PostbackEndpoint& endpoint, Parameters& parameters) {
  const std::string_view zone = endpoint.primary ? "conversions" : "read";
  std::optional<Caller> caller;
  const std::string key = presented_key(call, &parameters);
  if (endpoint.key_less && key.empty()) {
    auto owner = owner_of(desk.database, endpoint);
    if (!owner) return refuse_failure(kAffSpace, owner.error(), call);
    if (!*owner) return refuse(kAffSpace, 404);
    caller = std::move(**owner);
    if (call.click_wait == ClickWait::not_asked) {
      const LimitVerdict verdict = desk.limiter.take(zone, "endpoint:" + endpoint.public_id, caller->limit(zone));
      if (!verdict.allowed) return refuse_limited(kAffSpace, verdict, desk.clock);
    }
  } else {
    auto admitted = admit(call, desk, key, zone);
    if (auto* refused = std::get_if<Answer>(&admitted)) return std::move(*refused);
    caller = std::move(std::get<Caller>(admitted));
    if (caller->account.id != endpoint.account) return refuse(kAffSpace, 404);
  }
  return endpoint.primary ? take_conversion(call, desk, *caller, parameters, endpoint.goal.value_or("purchase"))
                          : take_event(call, desk, *caller, parameters, endpoint.goal.value_or(""));
}

}  // namespace

Answer named_postback(const Call& call, Desk& desk, std::string_view endpoint_id) {
  const std::string decoded = percent_decode(endpoint_id, false);
  if (!is_valid_utf8(decoded)) return refuse(kAffSpace, 404);
  auto endpoint = find_postback(desk.database, decoded);
  if (!endpoint) return refuse_failure(kAffSpace, endpoint.error(), call);
  if (!*endpoint) return refuse(kAffSpace, 404);
  Parameters parameters = read(call);
  const Answer answer = take(call, desk, **endpoint, parameters);
  note(call, desk, **endpoint, parameters, answer);
  return answer;
}

Answer legacy_postback(const Call& call, Desk& desk) {
  Parameters parameters = read(call);
  auto admitted = admit(call, desk, presented_key(call, &parameters), "conversions");
  if (auto* refused = std::get_if<Answer>(&admitted)) return std::move(*refused);
  return take_conversion(call, desk, std::get<Caller>(admitted), parameters, "purchase");
}

}  // namespace footfall::core::affspace
