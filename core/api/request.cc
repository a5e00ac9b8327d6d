#include "core/api/request.h"

namespace footfall::core {

void add_field(ApiResponse& response, std::string_view name, std::string_view value) {
  response.extra_fields.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace footfall::core
