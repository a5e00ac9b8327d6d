// An account's policy: its dialect's, with the account's own overrides.
#pragma once

#include "core/domain/policy.h"
#include "core/storage/accounts.h"

namespace footfall::core {

Policy account_policy(const AccountRow& account);

}  // namespace footfall::core
