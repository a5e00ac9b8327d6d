// Affily's API (affily-api-reference; AFY-01…33): conversions, account, offers and deposits of an advertiser. Its links
// and clicks are the edge's. What the reference leaves open is decided in CONTRACT.md here.
#pragma once

#include "core/api/dialect_api.h"

namespace footfall::core::affily {

class Affily final : public DialectApi {
 public:
  wire::Dialect dialect() const override { return wire::Dialect::affily; }
  std::span<const Route> routes() const override;
  std::span<const AddressLimit> address_limits() const override;
  ApiResponse deny(Denial denial, const Route& route) const override;
};

}  // namespace footfall::core::affily
