// AffSpace's tongue (affspace-advertiser-api; AFS-01…72, AFSX-01…03). GET /health is the edge's. Every answer is
// {"success": …}; the choices for what the reference leaves open are in CONTRACT.md here.
#pragma once

#include "core/api/desk.h"

namespace footfall::core::affspace {

class AffSpace final : public Tongue {
 public:
  wire::Dialect dialect() const override { return wire::Dialect::affspace; }
  Answer answer(const Call& call, Desk& desk) const override;
  bool recognises(const Call& call) const override;
};

}  // namespace footfall::core::affspace
