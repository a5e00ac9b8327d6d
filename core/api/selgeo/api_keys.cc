// API keys of the mode that the log-in is for. A value stands in the answers of create and rotate alone.
#include "core/actions/keys.h"

#include <boost/json.hpp>

#include "core/actions/reading/accounts.h"
#include "core/actions/reading/audit.h"
#include "core/api/json_output.h"
#include "core/api/selgeo/handlers.h"
#include "core/api/selgeo/responses.h"
#include "proto/base/clock.h"

namespace footfall::core::selgeo {
namespace {

namespace json = boost::json;
constexpr std::string_view kNoun = "API key";
constexpr std::size_t kNameCharactersMax = 200;
constexpr std::size_t kActionCharactersMax = 100;
constexpr std::string_view kKinds[] = {"secret", "public"};

json::object key_view(const ApiKeyRow& row) {
  return {{"id", row.public_id},
          {"kind", key_kind_name(row.kind)},
          {"mode", mode_name(row.mode)},
          {"name", row.name},
          {"shown", row.shown},
          {"created_at", iso8601_ms(row.created_us)},
          {"revoked_at", nullable_time(row.revoked_us)}};
}

ApiResponse with_value(const Result<CreatedKey>& created, const ApiRequest& request) {
  if (!created) return refusal_response(created.error(), kNoun, request);
  json::object view = key_view(created->row);
  view["value"] = created->value;
  return json_response(view, 201);
}

json::value parsed(const std::string& text) {
  boost::system::error_code error;
  auto value = json::parse(text, error);
  return error ? json::value(nullptr) : value;
}

}  // namespace

ApiResponse list_keys(AdmittedRequest& admitted, WorkerContext& context) {
  FieldReader read(admitted.input, FieldStyle::terse);
  const NumberedPage page = read_page(read);
  if (!read.problems().empty()) return validation_response(read.problems());
  auto rows = read_keys(context.database, admitted.caller(), {}, static_cast<int>(page.limit), page.offset());
  if (!rows) return failure_response(kSelgeo, rows.error(), admitted.request);
  auto total = count_keys(context.database, admitted.caller());
  if (!total) return failure_response(kSelgeo, total.error(), admitted.request);
  json::array data;
  for (const ApiKeyRow& row : *rows) data.push_back(key_view(row));
  return json_response(numbered_list(std::move(data), page, *total));
}

ApiResponse new_key(AdmittedRequest& admitted, WorkerContext& context) {
  const Caller& caller = admitted.caller();
  FieldReader read(admitted.input, FieldStyle::terse);
  NewKey key;
  key.account = caller.account.public_id;
  key.mode = caller.acting_mode();
  key.kind = parse_key_kind(read.choice("kind", kKinds, true).value_or("")).value_or(KeyKind::secret_key);
  key.name = read.text("name", {.characters_max = kNameCharactersMax, .is_free = true}).value_or("");
  if (!read.problems().empty()) return validation_response(read.problems());
  auto created = create_key(context.database, caller, key);
  if (!created && created.error().code == "key_limit") {
    return error_response(kSelgeo, 422, created.error().message, "API_KEY_LIMIT_EXCEEDED");
  }
  return with_value(created, admitted.request);
}

ApiResponse show_key(AdmittedRequest& admitted, WorkerContext& context) {
  auto row = read_key(context.database, admitted.caller(), admitted.parameters[0]);
  return row ? json_response(key_view(*row)) : refusal_response(row.error(), kNoun, admitted.request);
}

ApiResponse rotate_api_key(AdmittedRequest& admitted, WorkerContext& context) {
  return with_value(rotate_key(context.database, admitted.caller(), admitted.parameters[0]), admitted.request);
}

ApiResponse revoke_api_key(AdmittedRequest& admitted, WorkerContext& context) {
  auto row = revoke_key(context.database, admitted.caller(), admitted.parameters[0]);
  return row ? json_response(key_view(*row)) : refusal_response(row.error(), kNoun, admitted.request);
}

ApiResponse list_audit_trail(AdmittedRequest& admitted, WorkerContext& context) {
  FieldReader read(admitted.input, FieldStyle::terse);
  const NumberedPage page = read_page(read);
  AuditFilter filter;
  filter.subject = read.text("subject");
  filter.action = read.text("action", {.characters_max = kActionCharactersMax});
  filter.limit = static_cast<int>(page.limit);
  filter.offset = page.offset();
  if (!read.problems().empty()) return validation_response(read.problems());
  auto rows = read_audit(context.database, admitted.caller(), filter);
  if (!rows) return failure_response(kSelgeo, rows.error(), admitted.request);
  auto total = count_audit(context.database, admitted.caller(), filter);
  if (!total) return failure_response(kSelgeo, total.error(), admitted.request);
  json::array data;
  for (const AuditRow& row : *rows) {
    data.push_back({{"at", iso8601_ms(row.at_us)},
                    {"actor", row.actor},
                    {"action", row.action},
                    {"subject", row.subject},
                    {"reason", nullable_text(row.reason)},
                    {"details", parsed(row.details)}});
  }
  return json_response(numbered_list(std::move(data), page, *total));
}

}  // namespace footfall::core::selgeo
