#include "core/actions/reading/invitations.h"

namespace footfall::core {

Result<InvitationPage> read_open_invitations(Database& database, const Caller& caller, std::string_view campaign,
                                             int limit, std::int64_t offset) {
  auto of = load_campaign(database, caller.scope(), campaign);
  if (!of) return Failure(of.error());
  if (of->status == "deleted") return not_found("the campaign is deleted");
  auto rows = list_open_invitations(database, of->id, limit, offset);
  if (!rows) return Failure(rows.error());
  auto total = count_open_invitations(database, of->id);
  if (!total) return Failure(total.error());
  return InvitationPage{std::move(*of), std::move(*rows), *total};
}

}  // namespace footfall::core
