// BaClique's API (baclique-quickstart, baclique-affiliates; BAC-01…57, BACX-01…26): campaigns, conversions and
// affiliates below /v1. Its links and clicks are the edge's.
#pragma once

#include "core/api/dialect_api.h"

namespace footfall::core::baclique {

class BaClique final : public DialectApi {
 public:
  wire::Dialect dialect() const override { return wire::Dialect::baclique; }
  std::span<const Route> routes() const override;
  bool shows_limits() const override { return true; }  // BACX-01
  ApiResponse deny(Denial denial, const Route& route) const override;
  std::optional<ApiResponse> refuse_caller(const Caller& caller) const override;  // BAC-07
};

}  // namespace footfall::core::baclique
