// /c/{slug}: the page of a public campaign, where a stranger asks by e-mail to join it. With ?invite= it is the page of
// an invitation (invitation_pages.cc). What the form is answered does not depend on the address: what there is to say
// of it stands in the mail.
#include "core/actions/ask_to_join.h"
#include "core/pages/page_routes.h"
#include "core/pages/words.h"

namespace footfall::core {
namespace {

constexpr std::string_view kFolder = "/c/";

// The same for a campaign that is private, paused, over or nobody's.
PageAnswer unknown_page(const PageContext& context) {
  return message_page(context, 404, "There is no such campaign here",
                      "The address may be misspelt, or the campaign takes nobody at the moment. Ask who gave it to "
                      "you.");
}

// None: unknown_page() answers.
Result<std::optional<PublicCampaign>> find_campaign(PageContext& context) {
  auto found = find_public_campaign(context.database, context.request.path.substr(kFolder.size()));
  if (!found || !*found) return found;
  if (!join_url(context.site, (*found)->campaign.row, context.registration.sends_mail)) return std::nullopt;
  return found;
}

bool knows_address(const PageContext& context, const PublicCampaign& found) {
  return context.user && found.campaign.row.mode == wire::Mode::live;
}

PageAnswer form_page(const PageContext& context, const PublicCampaign& found, std::string_view problem,
                     int status = 200) {
  const CampaignRow& campaign = found.campaign.row;
  View view;
  view.texts = {{"title", "Join " + campaign.name},
                {"campaign", campaign.name},
                {"account", found.account.name},
                {"commission", commission_text(found.campaign)},
                {"window", campaign.attribution_window_s ? days_text(*campaign.attribution_window_s) : "ever"},
                {"hold", days_text(campaign.hold_s)},
                {"action", context.request.path},
                {"email", std::string(context.request.sent("email"))},
                {"problem", std::string(problem)}};
  view.lists["earnings"] = earnings_view(found.campaign);
  view.flags = {{"has_problem", !problem.empty()},
                {"has_hold", campaign.hold_s > 0},
                {"is_reviewed", campaign.join_review},
                {"is_test", campaign.mode == wire::Mode::test},
                {"knows_address", knows_address(context, found)}};
  return page(context, "campaign", std::move(view), status);
}

std::string invitation_path(const JoinLink& made) {
  return std::string(kFolder) + made.campaign.campaign.row.slug + "?invite=" + made.token;
}

// For who is logged in; and in test mode, where it is a link whoever asks.
Result<PageAnswer> answer_here(PageContext& context, const PublicCampaign& found, std::string_view email) {
  auto made = make_join_link(context.database, found.campaign.row.id, email);
  if (!made && made.error().kind == ErrorKind::invalid) {
    return form_page(context, found, "This is not an e-mail address.", 400);
  }
  if (!made) return Failure(made.error());
  const std::string& account = found.account.name;
  switch (made->answer) {
    case JoinAnswer::link:
      if (knows_address(context, found)) return see_other(invitation_path(*made));
      return message_page(context, 200, "Your link",
                          "In test mode no mail is sent. This is the link that it would bring. It works once, and for "
                          "seven days.",
                          invitation_path(*made), "Open the link");
    case JoinAnswer::member:
      return see_other("/portal/link?campaign=" + found.campaign.row.public_id);
    case JoinAnswer::pending:
      return message_page(context, 200, "You have applied already",
                          account + " has not decided yet. You will be told by mail.", "/portal", "Your links");
    case JoinAnswer::suspended:
    case JoinAnswer::removed:
    case JoinAnswer::rejected:
      return message_page(context, 200, "You cannot join this campaign",
                          account + " has decided so. Please ask there if you think it is a mistake.", "/portal",
                          "Your links");
    case JoinAnswer::closed:
      break;
  }
  return unknown_page(context);
}

}  // namespace

Result<PageAnswer> show_campaign(PageContext& context) {
  if (context.request.query.contains("invite")) return show_invitation(context);
  auto found = find_campaign(context);
  if (!found) return Failure(found.error());
  return *found ? form_page(context, **found, {}) : unknown_page(context);
}

Result<PageAnswer> take_campaign(PageContext& context) {
  const PageRequest& request = context.request;
  if (request.form.contains("invite")) return take_invitation(context);
  auto found = find_campaign(context);
  if (!found) return Failure(found.error());
  if (!*found) return unknown_page(context);
  const CampaignRow& campaign = (*found)->campaign.row;
  auto allowed = may_ask_to_join(context.database, campaign, request.address);
  if (!allowed) return Failure(allowed.error());
  if (!*allowed) return form_page(context, **found, "Too many tries. Please wait a quarter of an hour.", 429);
  if (knows_address(context, **found)) return answer_here(context, **found, context.user->email);
  if (campaign.mode == wire::Mode::test) return answer_here(context, **found, request.sent("email"));
  auto asked = ask_to_join(context.database, campaign, request.sent("email"), request.address);
  if (!asked && asked.error().kind == ErrorKind::invalid) {
    return form_page(context, **found, "This is not an e-mail address.", 400);
  }
  if (!asked) return Failure(asked.error());
  return message_page(context, 200, "Check your mail",
                      "We have sent a mail to " + std::string(request.sent("email")) +
                          ". Open the link in it to go on; it is good for seven days. Nothing there after some "
                          "minutes? Look into your spam folder, too. If you have sent this form several times and no "
                          "new mail comes, the newest one that you have is good.");
}

}  // namespace footfall::core
