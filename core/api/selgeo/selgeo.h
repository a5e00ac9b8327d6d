// Selgeo's tongue (selgeo-api-reference; SEL-01…55 and SELX-01…05). The tracking endpoint, POST /v1/clicks, is the
// edge's; here is what lives under /api/v1.
//
// Order of checks on POST /api/v1/conversions (SE-13): transport 403, key 401/403, limit 429, body 400/415, duplicate
// 409, signal and mode 422, then 201.
#pragma once

#include "core/api/desk.h"

namespace footfall::core::selgeo {

class Selgeo final : public Tongue {
 public:
  wire::Dialect dialect() const override { return wire::Dialect::selgeo; }
  Answer answer(const Call& call, Desk& desk) const override;
};

}  // namespace footfall::core::selgeo
