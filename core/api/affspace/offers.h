// Offers and the advertiser's profile (AFS-62…66).
#pragma once

#include <string_view>

#include "core/api/desk.h"

namespace footfall::core::affspace {

Answer list_offers(const Call& call, Desk& desk);
Answer show_offer(const Call& call, Desk& desk, std::string_view code);
Answer show_profile(const Call& call, Desk& desk);

}  // namespace footfall::core::affspace
