// Affily's API (affily-api-reference; AFY-01…33). Its links and clicks are the edge's; none of its routes is served
// yet: every path is answered 404, in its own form.
#pragma once

#include "core/api/dialect_api.h"

namespace footfall::core::affily {

class Affily final : public DialectApi {
 public:
  wire::Dialect dialect() const override { return wire::Dialect::affily; }
  std::span<const Route> routes() const override { return {}; }
  ApiResponse deny(Denial denial, const Route& route) const override;
};

}  // namespace footfall::core::affily
