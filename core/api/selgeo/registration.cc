// Registering, and passwords that were forgotten (SEL-13). The answers are the same whoever has the address: what is to
// be said stands in the mail. In test mode no mail is sent (SELX-16), so that nothing is kept either.
#include <boost/json.hpp>

#include "core/actions/dashboard_reset.h"
#include "core/actions/register_merchant.h"
#include "core/api/json_output.h"
#include "core/api/selgeo/handlers.h"
#include "core/api/selgeo/responses.h"
#include "core/domain/passwords.h"

namespace footfall::core::selgeo {
namespace {

constexpr TextRule kPassword{.required = true, .characters_max = kPasswordBytesMax, .is_free = true};
constexpr TextRule kToken{.required = true, .characters_max = 128};

ApiResponse mail_is_on_its_way() {
  return json_response({{"status", "accepted"}, {"message", "If the address can be used, a mail is on its way to it"}},
                       202);
}

ApiResponse bad_token() { return validation_response({{"token", "Invalid or expired token"}}); }

}  // namespace

ApiResponse register_person(AdmittedRequest& admitted, WorkerContext& context) {
  FieldReader read(admitted.input, FieldStyle::terse);
  Registration registration;
  registration.email = read.email("email", true).value_or("");
  registration.password = read.text("password", kPassword).value_or("");
  registration.name = read.text("name", {.characters_max = 200, .is_free = true}).value_or("");
  registration.company = read.text("company", {.required = true, .characters_max = 200, .is_free = true}).value_or("");
  registration.client = admitted.request.client.text();
  const wire::Mode mode = read_mode(read);
  if (!read.problems().empty()) return validation_response(read.problems());
  if (!context.registration.is_open) {
    return error_response(kSelgeo, 403, "Whoever runs this installation makes the accounts", "FORBIDDEN");
  }
  if (mode == wire::Mode::test) return mail_is_on_its_way();
  auto asked = request_registration(context.database, registration);
  if (!asked && asked.error().kind == ErrorKind::invalid) {
    return validation_response({{asked.error().code, asked.error().message}});
  }
  if (!asked) return failure_response(kSelgeo, asked.error(), admitted.request);
  return mail_is_on_its_way();
}

ApiResponse confirm_person(AdmittedRequest& admitted, WorkerContext& context) {
  FieldReader read(admitted.input, FieldStyle::terse);
  const auto token = read.text("token", kToken);
  const auto password = read.text("password", kPassword);
  if (!read.problems().empty()) return validation_response(read.problems());
  auto user = confirm_registration(context.database, context.registration, *token, *password);
  if (!user && user.error().kind == ErrorKind::not_found) return bad_token();
  if (!user && user.error().code == "wrong_password") {
    return error_response(kSelgeo, 401, "Invalid credentials", "INVALID_CREDENTIALS");
  }
  if (!user && user.error().code == "too_often") {
    return too_often_response(confirmation_wait_s(context.database, *token), kConfirmationsPerLink, admitted.request,
                              context.clock);
  }
  if (!user) return failure_response(kSelgeo, user.error(), admitted.request);
  return json_response(
      {{"id", user->public_id}, {"email", user->email}, {"name", user->name}, {"merchant_id", user->account_public_id}},
      201);
}

ApiResponse forget_password(AdmittedRequest& admitted, WorkerContext& context) {
  FieldReader read(admitted.input, FieldStyle::terse);
  const auto email = read.email("email", true);
  const wire::Mode mode = read_mode(read);
  if (!read.problems().empty()) return validation_response(read.problems());
  if (!context.registration.sends_mail) return not_set_up_response("This installation sends no mails");
  if (mode == wire::Mode::test) return mail_is_on_its_way();
  auto asked = request_dashboard_reset(context.database, *email, admitted.request.client.text());
  if (!asked && asked.error().kind == ErrorKind::invalid) return validation_response({{"email", "Invalid email"}});
  if (!asked) return failure_response(kSelgeo, asked.error(), admitted.request);
  return mail_is_on_its_way();
}

ApiResponse set_password(AdmittedRequest& admitted, WorkerContext& context) {
  FieldReader read(admitted.input, FieldStyle::terse);
  const auto token = read.text("token", kToken);
  const auto password = read.text("password", kPassword);
  if (!read.problems().empty()) return validation_response(read.problems());
  auto user = finish_dashboard_reset(context.database, *token, *password);
  if (!user && user.error().kind == ErrorKind::not_found) return bad_token();
  if (!user && user.error().kind == ErrorKind::invalid) {
    return validation_response({{"password", user.error().message}});
  }
  if (!user) return failure_response(kSelgeo, user.error(), admitted.request);
  return json_response({{"status", "password_changed"}});
}

}  // namespace footfall::core::selgeo
