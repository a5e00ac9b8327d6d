// BaClique's API (baclique-quickstart, baclique-affiliates; BAC-01…57). Its links and clicks are the edge's; none of
// its routes is served yet: every path is answered 404, in its own form.
#pragma once

#include "core/api/dialect_api.h"

namespace footfall::core::baclique {

class BaClique final : public DialectApi {
 public:
  wire::Dialect dialect() const override { return wire::Dialect::baclique; }
  std::span<const Route> routes() const override { return {}; }
  bool shows_limits() const override { return true; }  // BACX-01
  ApiResponse deny(Denial denial, const Route& route) const override;
};

}  // namespace footfall::core::baclique
