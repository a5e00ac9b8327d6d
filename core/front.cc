#include "core/front.h"

namespace footfall::core {
namespace {

wire::Dialect dialect_of(const wire::HostMap& hosts, const http::Request& request) {
  return wire::tell_dialect(hosts, {request.host, request.path, request.field("Authorization"),
                                    request.has_field("X-API-Key")});
}

}  // namespace

void Front::handle(const http::Request& request, http::Responder& responder) {
  if (InternalPages::is_internal(request.path)) return internal_.handle(request, responder);
  const auto body = wire::error_body(dialect_of(hosts_, request), 404);
  responder.send({.status = 404, .content_type = "application/json", .extra_fields = {}, .body = body});
}

void Front::refusal(const http::Request& request, int status, std::string_view reason, std::string& content_type,
                    std::string&, std::string& body) {
  content_type = "application/json";
  body = wire::error_body(dialect_of(hosts_, request), status, reason);
}

}  // namespace footfall::core
