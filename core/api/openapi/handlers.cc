#include "core/api/openapi/handlers.h"

#include "core/api/openapi/document.h"
#include "proto/base/bytes.h"
#include "proto/base/crypto.h"

namespace footfall::core {
namespace {

constexpr std::size_t kTagBytes = 12;

// Public, and the same for all who ask under this host, until the program is another one.
ApiResponse public_response(const ApiRequest& request, std::string body) {
  const std::string tag = '"' + to_hex(as_view(sha256(body)).substr(0, kTagBytes)) + '"';
  ApiResponse response;
  add_field(response, "Cache-Control", "public, max-age=300");
  add_field(response, "X-Content-Type-Options", "nosniff");
  add_field(response, "ETag", tag);
  if (request.if_none_match == tag) {
    response.status = 304;
  } else {
    response.body = std::move(body);
  }
  return response;
}

}  // namespace

ApiResponse show_openapi(AdmittedRequest& admitted, WorkerContext& context) {
  const ApiRequest& request = admitted.request;
  const std::string server = context.site.scheme + "://" + request.host + context.site.port;
  ApiResponse response = public_response(request, admitted.api.openapi().document(server));
  add_field(response, "Access-Control-Allow-Origin", "*");  // tools that run in browsers read it, too
  return response;
}

ApiResponse show_api_page(AdmittedRequest& admitted, WorkerContext&) {
  ApiResponse response = public_response(admitted.request, admitted.api.openapi().page());
  response.content_type = "text/html; charset=utf-8";
  add_field(response, "Content-Security-Policy",
            "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; base-uri 'none'; "
            "form-action 'none'");
  add_field(response, "Referrer-Policy", "no-referrer");
  return response;
}

}  // namespace footfall::core
