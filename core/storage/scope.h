// How far a look-up by public id may reach. What lies outside is not found, exactly like what does not exist.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/keys.h"
#include "core/storage/database.h"
#include "proto/wire/ids.h"

namespace footfall::core {

// A part that is absent does not restrict. Only an operator's and the upkeep's scope is without an account. A scope
// with an affiliate contains that affiliate's own things and nothing of what belongs to the account as a whole.
struct Scope {
  std::optional<wire::AccountId> account = {};
  std::optional<wire::Mode> mode = {};
  std::optional<wire::AffiliateId> affiliate = {};

  bool contains(wire::AccountId of_account, wire::Mode of_mode, wire::AffiliateId of_affiliate = {}) const {
    return (!account || *account == of_account) && (!mode || *mode == of_mode) &&
           (!affiliate || *affiliate == of_affiliate);
  }
  // Whether a new thing in that mode lies inside.
  bool contains_mode(wire::Mode of_mode) const { return !mode || *mode == of_mode; }
};

// " and …": what a statement by public id adds to its condition. The names are SQL expressions of the row's owner; a
// row that has no affiliate is outside of every affiliate's scope.
std::string scope_condition(std::string_view account, std::string_view mode, std::string_view affiliate = "null");
// The parameters of such a statement: the public id as $1, without the blanks that came along with it, then those of
// the condition, $2 to $4.
std::vector<Param> scope_parameters(std::string_view public_id, const Scope& scope);

}  // namespace footfall::core
