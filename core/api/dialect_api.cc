#include "core/api/dialect_api.h"

#include "core/actions/authenticate.h"
#include "core/api/openapi/document.h"
#include "proto/wire/credentials.h"

namespace footfall::core {

DialectApi::DialectApi() = default;
DialectApi::~DialectApi() = default;

const OpenApi& DialectApi::openapi() const {
  std::call_once(openapi_made_, [this] { openapi_ = std::make_unique<const OpenApi>(dialect(), routes()); });
  return *openapi_;
}

std::string DialectApi::presented_credential(const ApiRequest& request, RequestInput&) const {
  return std::string(wire::bearer_token(request.authorization));
}

Result<std::optional<Caller>> DialectApi::find_caller(std::string_view credential, WorkerContext& context) const {
  return authenticate(context.database, dialect(), credential);
}

}  // namespace footfall::core
