#include "core/front.h"

namespace footfall::core {

void Front::handle(const http::Request& request, http::Responder& responder) {
  if (InternalPages::is_internal(request.path)) return internal_.handle(request, responder);
  mount_.handle(request, responder);
}

void Front::refusal(const http::Request& request, int status, std::string_view reason, std::string& content_type,
                    std::string& extra_fields, std::string& body) {
  mount_.refusal(request, status, reason, content_type, extra_fields, body);
}

}  // namespace footfall::core
