// AffSpace's API (affspace-advertiser-api; AFS-01…72, AFSX-01…03). GET /health is the edge's. Every response is
// {"success": …}; what the reference leaves open is decided in CONTRACT.md here.
#pragma once

#include "core/api/dialect_api.h"

namespace footfall::core::affspace {

class AffSpace final : public DialectApi {
 public:
  wire::Dialect dialect() const override { return wire::Dialect::affspace; }
  std::span<const Route> routes() const override;
  // X-API-Key, then Bearer, then `secure` of body or query (AFS-02…04, AF-2).
  std::string presented_credential(const ApiRequest& request, RequestInput& input) const override;
  ApiResponse deny(Denial denial, const Route& route) const override;
  std::string_view callback_zone(const PostbackEndpoint& endpoint) const override;
  void log_callback(const AdmittedRequest& admitted, const ApiResponse& response,
                    WorkerContext& context) const override;
  bool names_own_field(const ApiRequest& request) const override;
};

}  // namespace footfall::core::affspace
