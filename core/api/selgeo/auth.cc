// Logging in and out (SEL-13). A session is for one mode, like a key, and so are all its tokens: log-in takes `mode`,
// live unless given.
#include <boost/json.hpp>

#include "core/actions/access_token.h"
#include "core/actions/dashboard_login.h"
#include "core/actions/users.h"
#include "core/api/json_output.h"
#include "core/api/selgeo/handlers.h"
#include "core/api/selgeo/responses.h"

namespace footfall::core::selgeo {
namespace {

namespace json = boost::json;
constexpr std::size_t kPasswordCharactersMax = 256;
constexpr TextRule kPasswordRule{.required = true, .characters_max = kPasswordCharactersMax, .is_free = true};

ApiResponse no_tokens_response(const WorkerContext& context) {
  if (context.webhooks.secrets_keys) return error_response(kSelgeo, 401, "Invalid credentials", "INVALID_CREDENTIALS");
  return not_set_up_response("The dashboard is not set up: secrets_key is missing");
}

ApiResponse tokens_response(const Result<std::optional<DashboardTokens>>& tokens, const ApiRequest& request,
                            const WorkerContext& context) {
  if (!tokens && tokens.error().code == "other_mode") {
    return validation_response({{"mode", "Must be the session's; log in for the other one"}});
  }
  if (!tokens) return failure_response(kSelgeo, tokens.error(), request);
  if (!*tokens) return no_tokens_response(context);
  const DashboardTokens& given = **tokens;
  return json_response({{"access_token", given.access_token},
                        {"token_type", "Bearer"},
                        {"expires_in", kAccessTokenValid_s},
                        {"refresh_token", given.refresh_token},
                        {"mode", mode_name(given.mode)},
                        {"user",
                         {{"id", given.user.public_id},
                          {"email", given.user.email},
                          {"name", given.user.name},
                          {"merchant_id", given.user.account_public_id}}}});
}

}  // namespace

ApiResponse begin_session(AdmittedRequest& admitted, WorkerContext& context) {
  FieldReader read(admitted.input, FieldStyle::terse);
  const auto email = read.email("email", true);
  const auto password = read.text("password", kPasswordRule);
  const wire::Mode mode = read_mode(read);
  if (!read.problems().empty()) return validation_response(read.problems());
  if (!context.webhooks.secrets_keys) return no_tokens_response(context);
  auto tokens = log_in(context.database, access_token_keys(*context.webhooks.secrets_keys), *email, *password, mode,
                       context.clock.wall_us());
  if (!tokens && tokens.error().code == "too_often") {
    return too_often_response(log_in_wait_s(context.database, *email), kLogInsPerEmail, admitted.request,
                              context.clock);
  }
  return tokens_response(tokens, admitted.request, context);
}

ApiResponse renew_session(AdmittedRequest& admitted, WorkerContext& context) {
  FieldReader read(admitted.input, FieldStyle::terse);
  const auto token = read.text("refresh_token", {.required = true});
  const auto mode = read_mode_if_given(read);
  if (!read.problems().empty()) return validation_response(read.problems());
  if (!context.webhooks.secrets_keys) return no_tokens_response(context);
  return tokens_response(refresh_session(context.database, access_token_keys(*context.webhooks.secrets_keys), *token,
                                         mode, context.clock.wall_us()),
                         admitted.request, context);
}

// The same for a token that is nobody's: who has none is logged out.
ApiResponse end_session(AdmittedRequest& admitted, WorkerContext& context) {
  FieldReader read(admitted.input, FieldStyle::terse);
  const auto token = read.text("refresh_token", {.required = true});
  if (!read.problems().empty()) return validation_response(read.problems());
  if (auto ended = log_out(context.database, *token); !ended) {
    return failure_response(kSelgeo, ended.error(), admitted.request);
  }
  return json_response({{"success", true}});
}

}  // namespace footfall::core::selgeo
