#include "core/api/baclique/responses.h"

namespace footfall::core::baclique {

ApiResponse invalid_response(std::string_view message) { return error_response(kBaClique, 400, message); }
ApiResponse invalid_response(const std::vector<FieldProblem>& problems) {
  return invalid_response(problems.front().message);
}
ApiResponse not_found_response(std::string_view message) { return error_response(kBaClique, 404, message); }
ApiResponse forbidden_response(std::string_view message) { return error_response(kBaClique, 403, message); }

ApiResponse action_response(const Error& error, std::string_view missing, const ApiRequest& request) {
  switch (error.kind) {
    case ErrorKind::not_found:
      return not_found_response(missing);
    case ErrorKind::invalid:
    case ErrorKind::conflict:
      return invalid_response(error.message);
    case ErrorKind::forbidden:
      return forbidden_response(error.message);
    case ErrorKind::unavailable:
    case ErrorKind::internal:
      break;
  }
  return failure_response(kBaClique, error, request);
}

}  // namespace footfall::core::baclique
