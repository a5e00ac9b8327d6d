// How far a look-up by public id may reach. What lies outside is not found, exactly like what does not exist.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/domain/keys.h"
#include "core/storage/database.h"
#include "proto/wire/ids.h"

namespace footfall::core {

// A part that is absent does not restrict. Only an operator's and the upkeep's scope is without an account.
struct Scope {
  std::optional<wire::AccountId> account;
  std::optional<wire::Mode> mode;

  bool contains(wire::AccountId other_account, wire::Mode other_mode) const {
    return (!account || *account == other_account) && (!mode || *mode == other_mode);
  }
  // The two as parameters of a statement, in this order.
  Param account_parameter() const { return account ? Param(account->value) : Param(std::nullopt); }
  Param mode_parameter() const { return mode ? Param(mode_name(*mode)) : Param(std::nullopt); }
};

}  // namespace footfall::core
