#include "core/api/dialect_api.h"

#include "core/actions/authenticate.h"
#include "proto/wire/credentials.h"

namespace footfall::core {

std::string DialectApi::presented_credential(const ApiRequest& request, RequestInput&) const {
  return std::string(wire::bearer_token(request.authorization));
}

Result<std::optional<Caller>> DialectApi::find_caller(std::string_view credential, WorkerContext& context) const {
  return authenticate(context.database, dialect(), credential);
}

}  // namespace footfall::core
