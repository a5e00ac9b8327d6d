#include "core/storage/connection_string.h"

#include <libpq-fe.h>

namespace footfall::core {

Result<void> check_connection_string(const std::string& url) {
  char* problem = nullptr;
  PQconninfoOption* const options = PQconninfoParse(url.c_str(), &problem);
  PQfreemem(problem);
  if (options == nullptr) return invalid("this is neither a libpq connection string nor a postgresql:// URI");
  PQconninfoFree(options);
  return {};
}

}  // namespace footfall::core
