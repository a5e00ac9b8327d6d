#include "core/http_handler.h"

#include "proto/wire/page_paths.h"

namespace footfall::core {

void CoreHandler::handle(const http::Request& request, http::Responder& responder) {
  if (InternalPages::is_internal(request.path)) return internal_.handle(request, responder);
  if (wire::is_page_path(request.path)) return pages_.handle(request, responder);
  dispatcher_.handle(request, responder);
}

http::RefusalText CoreHandler::refusal(const http::Request& request, int status, std::string_view reason) {
  if (wire::is_page_path(request.path)) return PageServer::refusal(status);
  return dispatcher_.refusal(request, status, reason);
}

}  // namespace footfall::core
