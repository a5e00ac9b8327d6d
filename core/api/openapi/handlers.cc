#include "core/api/openapi/handlers.h"

#include "core/api/docs/files.h"
#include "core/api/openapi/document.h"
#include "proto/base/bytes.h"
#include "proto/base/crypto.h"

namespace footfall::core {
namespace {

constexpr std::size_t kTagBytes = 12;
constexpr std::string_view kForMinutes = "public, max-age=300";
constexpr std::string_view kForEver = "public, max-age=31536000, immutable";

// Swagger UI sets styles by the DOM, which needs no permission, and its style sheet holds its pictures.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; frame-ancestors "
    "'none'; base-uri 'none'; form-action 'none'";

// Public, and the same for all who ask under this host, until the program is another one.
ApiResponse public_response(const ApiRequest& request, std::string_view tag, std::string_view body,
                            std::string_view cached = kForMinutes) {
  const std::string quoted = '"' + std::string(tag) + '"';
  ApiResponse response;
  add_field(response, "Cache-Control", cached);
  add_field(response, "X-Content-Type-Options", "nosniff");
  add_field(response, "ETag", quoted);
  if (request.if_none_match == quoted) {
    response.status = 304;
  } else {
    response.body = body;
  }
  return response;
}

ApiResponse part_of_page(const ApiRequest& request, const DocsFile& file, std::string_view content_type) {
  const bool names_version = request.query == "v=" + std::string(file.version);
  ApiResponse response = public_response(request, file.version, file.content, names_version ? kForEver : kForMinutes);
  if (!response.body.empty()) add_field(response, "Content-Encoding", "gzip");
  response.content_type = content_type;
  return response;
}

}  // namespace

ApiResponse show_openapi(AdmittedRequest& admitted, WorkerContext& context) {
  const ApiRequest& request = admitted.request;
  const std::string server = context.site.scheme + "://" + request.host + context.site.port;
  const std::string text = admitted.api.openapi().document(server);
  ApiResponse response = public_response(request, to_hex(as_view(sha256(text)).substr(0, kTagBytes)), text);
  add_field(response, "Access-Control-Allow-Origin", "*");  // tools that run in browsers read it, too
  return response;
}

ApiResponse show_docs(AdmittedRequest& admitted, WorkerContext&) {
  ApiResponse response = public_response(admitted.request, docs_page().version, docs_page().content);
  response.content_type = "text/html; charset=utf-8";
  add_field(response, "Content-Security-Policy", kPolicy);
  add_field(response, "Referrer-Policy", "no-referrer");
  return response;
}

ApiResponse show_docs_script(AdmittedRequest& admitted, WorkerContext&) {
  return part_of_page(admitted.request, docs_script(), "text/javascript; charset=utf-8");
}

ApiResponse show_docs_style(AdmittedRequest& admitted, WorkerContext&) {
  return part_of_page(admitted.request, docs_style(), "text/css; charset=utf-8");
}

}  // namespace footfall::core
