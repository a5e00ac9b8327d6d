#include "core/api/affily/affily.h"

namespace footfall::core::affily {

ApiResponse Affily::deny(Denial denial, const Route&) const {
  return error_response(dialect(), denial == Denial::wrong_caller_kind ? 403 : 401);
}

}  // namespace footfall::core::affily
