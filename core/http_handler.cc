#include "core/http_handler.h"

namespace footfall::core {

void CoreHandler::handle(const http::Request& request, http::Responder& responder) {
  if (InternalPages::is_internal(request.path)) return internal_.handle(request, responder);
  dispatcher_.handle(request, responder);
}

void CoreHandler::refusal(const http::Request& request, int status, std::string_view reason, std::string& content_type,
                          std::string& extra_fields, std::string& body) {
  dispatcher_.refusal(request, status, reason, content_type, extra_fields, body);
}

}  // namespace footfall::core
