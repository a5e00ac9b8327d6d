#include "core/api/baclique/baclique.h"

namespace footfall::core::baclique {

ApiResponse BaClique::deny(Denial denial, const Route&) const {
  return error_response(dialect(), denial == Denial::wrong_caller_kind ? 403 : 401);
}

}  // namespace footfall::core::baclique
