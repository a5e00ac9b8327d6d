// Invitations into a program: made, listed while they are open, and taken back. The link is shown once, where it is
// made.
#include <boost/json.hpp>

#include "core/actions/invitations.h"
#include "core/actions/reading/invitations.h"
#include "core/api/json_output.h"
#include "core/api/selgeo/handlers.h"
#include "core/api/selgeo/responses.h"
#include "proto/base/clock.h"

namespace footfall::core::selgeo {
namespace {

namespace json = boost::json;
constexpr std::string_view kProgram = "Program";

json::object invite_view(const std::string& id, const CampaignRow& program, const std::string& email,
                         std::int64_t expires_us) {
  return {{"id", id}, {"program_id", program.public_id}, {"email", email}, {"expires_at", iso8601_ms(expires_us)}};
}

}  // namespace

ApiResponse list_invites(AdmittedRequest& admitted, WorkerContext& context) {
  FieldReader read(admitted.input, FieldStyle::terse);
  const NumberedPage page = read_page(read);
  if (!read.problems().empty()) return validation_response(read.problems());
  auto found = read_open_invitations(context.database, admitted.caller(), admitted.parameters[0],
                                     static_cast<int>(page.limit), page.offset());
  if (!found) return refusal_response(found.error(), kProgram, admitted.request);
  json::array data;
  for (const InvitationRow& row : found->rows) {
    json::object view = invite_view(row.public_id, found->campaign, row.email, row.expires_us);
    view["created_at"] = iso8601_ms(row.created_us);
    data.push_back(std::move(view));
  }
  return json_response(numbered_list(std::move(data), page, found->total));
}

ApiResponse invite_partner(AdmittedRequest& admitted, WorkerContext& context) {
  FieldReader read(admitted.input, FieldStyle::terse);
  const auto email = read.email("email", true);
  if (!read.problems().empty()) return validation_response(read.problems());
  auto made =
      invite_affiliate(context.database, admitted.caller(), admitted.parameters[0], *email, Entered::are_invited);
  if (!made) return refusal_response(made.error(), kProgram, admitted.request);
  json::object view = invite_view(made->public_id, made->campaign, made->email, made->expires_us);
  view["invite_link"] = context.site.invitation_url(made->campaign.slug, made->token);
  return json_response(view, 201);
}

ApiResponse revoke_invite(AdmittedRequest& admitted, WorkerContext& context) {
  const std::string& id = admitted.parameters[1];
  auto revoked = revoke_invitation(context.database, admitted.caller(), admitted.parameters[0], id);
  if (!revoked) return refusal_response(revoked.error(), "Invitation", admitted.request);
  return json_response({{"id", id}, {"deleted", true}});
}

}  // namespace footfall::core::selgeo
