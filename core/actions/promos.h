// Promotion codes: they credit an affiliate without a click.
#pragma once

#include <string>
#include <string_view>

#include "core/actions/caller.h"
#include "core/storage/promos.h"

namespace footfall::core {

struct NewPromo {
  std::string campaign;
  std::string affiliate;
  std::string code;
};
// Code of the conflict: "code_taken", also when the code belongs to a disabled promotion of the account and mode.
Result<PromoRow> create_promo(Database& database, const Caller& caller, const NewPromo& promo);
// active or disabled.
Result<PromoRow> set_promo_status(Database& database, const Caller& caller, std::string_view public_id,
                                  std::string_view status);

}  // namespace footfall::core
