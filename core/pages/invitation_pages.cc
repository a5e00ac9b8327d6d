// /c/{campaign}?invite={token}: what the campaign pays, and a form that joins it. The token alone decides; the
// campaign's name in the path is for people, and for the page of the campaign itself (campaign_pages.cc). Whether the
// address has an account is not said: one form serves both.
// /portal/join?token={token}: where the mail leads that confirms the address.
#include "core/actions/confirm_join.h"
#include "core/domain/identifiers.h"
#include "core/pages/page_routes.h"
#include "core/pages/words.h"

namespace footfall::core {
namespace {

constexpr std::string_view kConsentVersion = "2026-11";

std::string consent_text(const OpenedInvitation& opened) {
  return "I join the campaign \"" + opened.campaign.row.name + "\" of " + opened.account.name +
         ". I agree that my name, my e-mail address, and the clicks and sales that come by my link are stored and "
         "shown "
         "to " +
         opened.account.name +
         ", so that my commissions can be counted and paid. I can download or delete my data at any time.";
}

// Of an invitation for which the person has asked.
PageAnswer closed_request_page(const PageContext& context, const OpenedInvitation& opened) {
  const std::string again = "/c/" + opened.campaign.row.slug;
  switch (opened.state) {
    case InvitationState::expired:
      return message_page(context, 410, "This link has expired", "It was good for seven days. Ask for another one.",
                          again, "Ask again");
    case InvitationState::voided:
      return message_page(context, 410, "There is a newer link",
                          "You have asked once more after this one. Use the link of the newest mail.");
    case InvitationState::closed:
      return message_page(context, 410, "This campaign takes nobody at the moment",
                          "It is not open to new affiliates now. It may be again later.");
    case InvitationState::declined:
      return message_page(context, 410, "You cannot join this campaign",
                          opened.account.name + " has decided so. Please ask there if you think it is a mistake.");
    default:
      return message_page(context, 410, "This link has been used", "If it was you, log in to see your link.", "/portal",
                          "Your links");
  }
}

PageAnswer closed_page(const PageContext& context, const OpenedInvitation& opened) {
  if (opened.invitation.is_asked) return closed_request_page(context, opened);
  const std::string_view portal = "/portal";
  switch (opened.state) {
    case InvitationState::expired:
      return message_page(context, 410, "This invitation has expired",
                          "Invitations are good for seven days. Ask who sent it to you for a new one.");
    case InvitationState::voided:
      return message_page(context, 410, "There is a newer invitation",
                          "Another invitation was made for you after this one. Use the link of the newest message.");
    case InvitationState::accepted:
      return message_page(context, 410, "This invitation has been used",
                          "If it was you, log in to see your link. If it was not, ask who sent it for a new one.",
                          portal, "Your links");
    case InvitationState::closed:
      return message_page(context, 410, "This campaign has ended",
                          "It takes no new affiliates any more. Who sent the invitation may have another campaign.");
    case InvitationState::declined:
      return message_page(context, 410, "This invitation was taken back",
                          "Who sent it has decided so. Please ask there if you think it is a mistake.");
    case InvitationState::open:
    case InvitationState::unknown:
      break;
  }
  return message_page(
      context, 404, "We do not know this invitation",
      "The link may have been cut off on its way. Copy the whole of it from the message, or ask who sent "
      "it for a new one.");
}

PageAnswer form_page(const PageContext& context, const OpenedInvitation& opened, std::string_view problem,
                     int status = 200) {
  const CampaignRow& campaign = opened.campaign.row;
  const std::string& email = opened.invitation.email;
  View view;
  view.texts = {{"title", "Join " + campaign.name},
                {"campaign", campaign.name},
                {"account", opened.account.name},
                {"email", email},
                {"commission", commission_text(opened.campaign)},
                {"window", campaign.attribution_window_s ? days_text(*campaign.attribution_window_s) : "ever"},
                {"hold", days_text(campaign.hold_s)},
                {"expires", minute_text(opened.invitation.expires_us)},
                {"consent", consent_text(opened)},
                {"token", std::string(context.request.asked("invite").empty() ? context.request.sent("invite")
                                                                              : context.request.asked("invite"))},
                {"action", context.request.path},
                {"name", std::string(context.request.sent("name"))},
                {"problem", std::string(problem)}};
  const bool is_test = campaign.mode == wire::Mode::test;
  const bool is_logged_in = context.user.has_value() && !is_test;
  const bool is_invited = is_logged_in && is_same_name(context.user->email, email);
  view.lists["earnings"] = earnings_view(opened.campaign);
  view.flags = {{"has_problem", !problem.empty()},
                {"has_hold", campaign.hold_s > 0},
                {"is_asked", opened.invitation.is_asked},
                {"is_private", campaign.visibility == "private" && waits_for_approval(opened)},
                {"is_reviewed", campaign.visibility != "private" && waits_for_approval(opened)},
                {"is_paused", campaign.status == "paused" || campaign.status == "draft"},
                {"is_invited", is_invited},
                {"is_another", is_logged_in && !is_invited},
                {"is_test", is_test},
                {"is_stranger", !is_logged_in && !is_test}};
  return page(context, "invitation", std::move(view), status);
}

// An unknown token counts as a guess.
Result<PageAnswer> unless_guessing(PageContext& context, const OpenedInvitation& opened) {
  if (opened.state == InvitationState::unknown) {
    auto allowed = may_attempt(context.database, "token-from", context.request.address, kUnknownTokensPerAddress);
    if (!allowed) return Failure(allowed.error());
    if (!*allowed) {
      return message_page(context, 429, "Too many tries", "Please wait a quarter of an hour before you try again.");
    }
  }
  return closed_page(context, opened);
}

Result<PageAnswer> unknown_link(PageContext& context) {
  return unknown_token_page(
      context,
      "It works once, and for a day. Open your invitation once more to get another one, or log in "
      "if you have joined already.",
      "/portal/log-in", "Log in");
}

Result<PageAnswer> join_page(PageContext& context, std::string_view token, std::string_view problem, int status = 200) {
  auto opened = open_join(context.database, token);
  if (!opened) return Failure(opened.error());
  if (!*opened) return unknown_link(context);
  if ((*opened)->state != InvitationState::open) return closed_page(context, **opened);
  View view;
  view.texts = {{"title", "Join " + (*opened)->campaign.row.name},
                {"campaign", (*opened)->campaign.row.name},
                {"account", (*opened)->account.name},
                {"email", (*opened)->invitation.email},
                {"token", std::string(token)},
                {"problem", std::string(problem)}};
  view.flags = {{"has_problem", !problem.empty()}};
  return page(context, "join", std::move(view), status);
}

std::string path_of_link(const Accepted& accepted) {
  return "/portal/link?joined=yes&campaign=" + accepted.campaign.public_id;
}

}  // namespace

Result<PageAnswer> show_invitation(PageContext& context) {
  auto opened = open_invitation(context.database, context.request.asked("invite"));
  if (!opened) return Failure(opened.error());
  if (opened->state != InvitationState::open) return unless_guessing(context, *opened);
  return form_page(context, *opened, {});
}

Result<PageAnswer> take_invitation(PageContext& context) {
  const PageRequest& request = context.request;
  auto opened = open_invitation(context.database, request.sent("invite"));
  if (!opened) return Failure(opened.error());
  if (opened->state != InvitationState::open) return unless_guessing(context, *opened);
  if (request.sent("consent") != "yes") return form_page(context, *opened, "Please agree, or you cannot join.", 400);
  Acceptance acceptance;
  acceptance.token = request.sent("invite");
  acceptance.user = context.user;
  acceptance.password = request.sent("password");
  acceptance.name = request.sent("name");
  acceptance.consent = {std::string(kConsentVersion), consent_text(*opened), request.address};
  acceptance.confirms_by_mail = context.registration.sends_mail;
  auto accepted = accept_invitation(context.database, acceptance);
  if (!accepted && accepted.error().kind == ErrorKind::invalid) {
    return form_page(context, *opened, accepted.error().message, 400);
  }
  if (!accepted) return Failure(accepted.error());
  switch (accepted->outcome) {
    case AcceptOutcome::not_open:
      opened->state = accepted->state;
      return closed_page(context, *opened);
    case AcceptOutcome::another_address:
      return form_page(context, *opened, "You are logged in with another address.", 403);
    case AcceptOutcome::wrong_password:
      return form_page(context, *opened, "This is not the password of your account.", 403);
    case AcceptOutcome::too_often:
      return form_page(context, *opened, "Too many tries. Please wait a quarter of an hour.", 429);
    case AcceptOutcome::look_into_mail:
      return message_page(context, 200, "Check your mail",
                          "To finish, open the link that we have sent to " + opened->invitation.email +
                              ". It is good for a day. Nothing there after some minutes? Look into your spam folder, "
                              "too. If you have sent this form several times and no new mail comes, the newest one "
                              "that you have is good, with the password that you had chosen before it.");
    case AcceptOutcome::joined_in_test:
      return message_page(context, 200, "You are in",
                          "This program runs in test mode: whoever runs it sees you as one of its partners. There is "
                          "no account, no mail and no money in test mode.");
    case AcceptOutcome::has_account:  // a confirmation's
    case AcceptOutcome::joined:
      break;
  }
  if (context.user) return see_other(path_of_link(*accepted));
  return logged_in(context, accepted->user, path_of_link(*accepted));
}

Result<PageAnswer> show_join(PageContext& context) { return join_page(context, context.request.asked("token"), {}); }

Result<PageAnswer> take_join(PageContext& context) {
  const std::string_view token = context.request.sent("token");
  auto accepted = confirm_join(context.database, token, context.request.sent("password"));
  if (!accepted && accepted.error().kind == ErrorKind::not_found) return unknown_link(context);
  if (!accepted) return Failure(accepted.error());
  OpenedInvitation opened;
  switch (accepted->outcome) {
    case AcceptOutcome::wrong_password:
      return join_page(context, token, "This is not the password that was chosen with the invitation.", 403);
    case AcceptOutcome::too_often:
      return join_page(context, token, "Too many tries. Please wait a quarter of an hour.", 429);
    case AcceptOutcome::has_account:
      return message_page(context, 410, "You have an account already",
                          "Open your invitation once more and enter the password of your account.", "/portal/log-in",
                          "Log in");
    case AcceptOutcome::joined:
      break;
    default:
      opened.state = accepted->state;  // of a confirmation, so that the merchant has made the invitation
      return closed_page(context, opened);
  }
  return logged_in(context, accepted->user, path_of_link(*accepted));  // somebody else may have been logged in here
}

}  // namespace footfall::core
