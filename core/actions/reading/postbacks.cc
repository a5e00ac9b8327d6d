#include "core/actions/reading/postbacks.h"

namespace footfall::core {

Result<std::vector<PostbackEndpoint>> read_postbacks(Database& database, const Caller& caller, const OwnerIds& of) {
  const Scope scope = caller.scope();
  if (scope.affiliate || !scope.contains_mode(wire::Mode::live)) return std::vector<PostbackEndpoint>{};
  auto selection = select_owners(database, caller, of);
  if (!selection) return Failure(selection.error());
  return list_postback_endpoints(database, selection->account);
}

Result<std::vector<PostbackEntry>> read_postback_log(Database& database, const Caller& caller,
                                                     std::string_view endpoint, int limit) {
  auto found = load_postback_endpoint(database, caller.scope(), endpoint);
  if (!found) return Failure(found.error());
  return list_postback_log(database, found->id, limit);
}

}  // namespace footfall::core
