#include "core/actions/postbacks.h"

#include "core/api/affspace/handlers.h"
#include "core/api/affspace/responses.h"
#include "proto/base/logging.h"

namespace footfall::core::affspace {
namespace {

// Which fields had no value because the tracker did not fill them in.
std::string placeholder_note(const RequestInput& input) {
  std::string note;
  for (const std::string& field : input.placeholders()) note += (note.empty() ? "" : ", ") + field;
  return note.empty() ? note : " (left unexpanded, so counted as absent: " + note + ")";
}

}  // namespace

ApiResponse named_postback(AdmittedRequest& admitted, WorkerContext& context) {
  const PostbackEndpoint& endpoint = admitted.endpoint.value();
  return endpoint.primary ? take_conversion(admitted, context, endpoint.goal.value_or("purchase"))
                          : take_event(admitted, context, endpoint.goal.value_or(""));
}

void log_postback(const AdmittedRequest& admitted, const ApiResponse& response, WorkerContext& context) {
  const ApiRequest& request = admitted.request;
  PostbackEntry entry;
  entry.endpoint_id = admitted.endpoint.value().id;
  entry.method = http::method_name(request.method);
  entry.parameters = admitted.input.loggable();
  entry.client = request.client.text();
  entry.status = response.status;
  entry.outcome = response.outcome.code;
  entry.message = response.outcome.message + placeholder_note(admitted.input);
  entry.conversion_id = response.outcome.id;
  entry.request_id = request.request_id;
  // The response stands whether or not its entry could be kept.
  if (auto kept = log_postback(context.database, entry); !kept) {
    log_warn_limited("postback.note.failed", {{"request_id", request.request_id}, {"error", kept.error().message}});
  }
}

}  // namespace footfall::core::affspace
