#include "core/actions/edges.h"

#include "core/storage/streams.h"

namespace footfall::core {

Result<std::vector<std::string>> retire_edge(Database& database, const Caller& caller, std::string_view edge) {
  if (auto allowed = caller.must_cross_accounts(); !allowed) return Failure(allowed.error());
  auto incarnations = retire_edge(database, edge, std::string_view(caller.name));
  if (incarnations && incarnations->empty()) {
    return not_found("no open incarnation of an edge \"" + std::string(edge) + "\"; see edge list");
  }
  return incarnations;
}

}  // namespace footfall::core
