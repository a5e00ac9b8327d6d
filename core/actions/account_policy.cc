#include "core/actions/account_policy.h"

#include <boost/json.hpp>

namespace footfall::core {

Policy account_policy(const AccountRow& account) {
  Policy policy = policy_of(account.dialect);
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse(account.policy, error);
  if (error || !value.is_object()) return policy;
  for (const auto& member : value.get_object()) {
    if (!member.value().is_string()) continue;
    // Values were checked when the account was set; one that this version does not know changes nothing.
    (void)override_policy(policy, member.key(), std::string_view(member.value().get_string()));
  }
  return policy;
}

}  // namespace footfall::core
