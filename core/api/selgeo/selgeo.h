// Selgeo's API (selgeo-api-reference; SEL-01…55 and SELX-01…05): what lives under /api/v1. The tracking endpoint,
// POST /v1/clicks, is the edge's.
#pragma once

#include "core/api/dialect_api.h"

namespace footfall::core::selgeo {

class Selgeo final : public DialectApi {
 public:
  wire::Dialect dialect() const override { return wire::Dialect::selgeo; }
  std::span<const Route> routes() const override;
  std::span<const AddressLimit> address_limits() const override;
  bool requires_https() const override { return true; }
  Result<std::optional<Caller>> find_caller(std::string_view credential, WorkerContext& context) const override;
  ApiResponse deny(Denial denial, const Route& route) const override;
};

}  // namespace footfall::core::selgeo
