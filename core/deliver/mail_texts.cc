// One function for each kind of mail: it loads what the mail tells of, makes the token of its link if it has one, and
// puts both into words. What cannot be told any more has no text. Names of accounts, campaigns and affiliates stand as
// name_in_mail() has them, for some mails go to people who have asked for none. A registration names nobody: all of it
// was typed by whoever typed the address.
#include "core/deliver/mail_texts.h"

#include "core/actions/applications.h"
#include "core/actions/ask_to_join.h"
#include "core/actions/confirm_join.h"
#include "core/actions/dashboard_reset.h"
#include "core/actions/password_reset.h"
#include "core/actions/register_merchant.h"
#include "core/domain/mail_name.h"

namespace footfall::core {
namespace {

using Text = Result<std::optional<MailText>>;

Text password_reset_text(Database& database, const Site& site, const DueMail& mail) {
  auto reset = make_requested_reset(database, mail.recipient);
  if (!reset) return Failure(reset.error());
  if (!*reset) return std::nullopt;  // the address has no account
  return MailText{"Set a new password",
                  "Hello,\n\n"
                  "somebody, probably you, has asked for a new password of your account at " +
                      site.host + ".\nOpen this link to set it. It works once, and for an hour:\n\n" +
                      site.page_url("/portal/reset?token=" + (*reset)->token) +
                      "\n\nIf it was not you, nothing needs to be done: your password stays as it is.\n"};
}

MailText password_changed_text(const Site& site) {
  return {"Your password was changed",
          "Hello,\n\nthe password of your account at " + site.host +
              " was changed, and all devices are logged out.\nIf it was not you, set a new one at once:\n\n" +
              site.page_url("/portal/forgotten") + "\n"};
}

std::string name_of(const ApplicationRow& application) {
  return application.affiliate_name.empty() ? application.affiliate_email : name_in_mail(application.affiliate_name);
}
std::string quoted(std::string_view name) { return "\"" + name_in_mail(name) + "\""; }
std::string campaign_and_account(std::string_view campaign, std::string_view account) {
  return "the campaign " + quoted(campaign) + " of " + quoted(account);
}

Text application_text(Database& database, const Site& site, EnrolmentId enrolment) {
  auto link = make_application_link(database, enrolment);
  if (!link) return Failure(link.error());
  if (!*link) return std::nullopt;  // decided meanwhile
  const ApplicationRow& application = (*link)->application;
  const std::string name = name_of(application);
  return MailText{name + " wants to join " + name_in_mail(application.campaign_name),
                  "Hello,\n\n" + name + " (" + application.affiliate_email + ") wants to join " +
                      campaign_and_account(application.campaign_name, application.account_name) +
                      " as an affiliate.\n"
                      "It is yours to decide. Approve or reject here, within 30 days:\n\n" +
                      site.page_url("/portal/application?token=" + (*link)->token) +
                      "\n\nWhoever has this link can decide: do not pass it on.\n"};
}

Text decision_text(Database& database, const Site& site, EnrolmentId enrolment) {
  auto application = find_application(database, enrolment);
  if (!application) return Failure(application.error());
  if (!*application) return std::nullopt;
  const std::string campaign = name_in_mail((*application)->campaign_name);
  const std::string hello = "Hello " + name_of(**application) + ",\n\n" + quoted((*application)->account_name);
  if ((*application)->status == "active") {
    return MailText{"You are in: " + campaign,
                    hello + " has approved you for the campaign \"" + campaign + "\". Your link is ready:\n\n" +
                        site.page_url("/portal/link?campaign=" + (*application)->campaign_public_id) + "\n"};
  }
  if ((*application)->status == "rejected") {
    return MailText{"Your application: " + campaign, hello + " has not accepted your application for the campaign \"" +
                                                         campaign + "\".\nAll that you take part in is here:\n\n" +
                                                         site.page_url("/portal") + "\n"};
  }
  return std::nullopt;  // it has changed once more
}

// Where no link follows, asking once more changes nothing: the mail says why, so that nobody waits for another one.
MailText standing_text(const Site& site, const JoinLink& made) {
  const CampaignRow& campaign = made.campaign.campaign.row;
  const std::string name = name_in_mail(campaign.name), account = quoted(made.campaign.account.name);
  const std::string hello = "Hello,\n\nsomebody, probably you, has asked to join " +
                            campaign_and_account(campaign.name, made.campaign.account.name) +
                            " as an affiliate with this address.\n";
  const std::string ask = " Only " + account + " can change that: please ask there.\n";
  switch (made.answer) {
    case JoinAnswer::member:
      return {"You take part already: " + name, hello + "You take part already. Your link is here:\n\n" +
                                                    site.page_url("/portal/link?campaign=" + campaign.public_id) +
                                                    "\n"};
    case JoinAnswer::pending:
      return {"Your application: " + name,
              hello + "You have applied already, and " + account +
                  " has not decided yet. You will be told by mail. All that you take part in is here:\n\n" +
                  site.page_url("/portal") + "\n"};
    case JoinAnswer::suspended:
      return {"Your part is suspended: " + name, hello + "Your part in it is suspended." + ask};
    case JoinAnswer::removed:
      return {"You were in it before: " + name,
              hello + "You took part before, and that has ended; this page cannot bring you back." + ask};
    default:
      return {"Your application: " + name, hello + "You have applied before and were not accepted." + ask};
  }
}

Text join_request_text(Database& database, const Site& site, const DueMail& mail) {
  auto made = make_join_link(database, {static_cast<std::uint64_t>(mail.about.value_or(0))}, mail.recipient);
  if (!made) return Failure(made.error());
  if (made->answer == JoinAnswer::closed) return std::nullopt;
  if (made->answer != JoinAnswer::link) return standing_text(site, *made);
  const CampaignRow& campaign = made->campaign.campaign.row;
  return MailText{"Join " + name_in_mail(campaign.name),
                  "Hello,\n\nsomebody, probably you, has asked to join " +
                      campaign_and_account(campaign.name, made->campaign.account.name) +
                      " as an affiliate.\nOpen this link to go on. It works once, and for seven days:\n\n" +
                      site.invitation_url(campaign.slug, made->token) +
                      "\n\nIf it was not you, nothing needs to be done: nobody joins without that link.\n"};
}

Text join_text(Database& database, const Site& site, std::int64_t confirmation) {
  auto join = make_join_mail(database, confirmation);
  if (!join) return Failure(join.error());
  if (!*join) return std::nullopt;
  const std::string& campaign = (*join)->invitation.campaign.row.name;
  const std::string about = campaign_and_account(campaign, (*join)->invitation.account.name);
  if ((*join)->token.empty()) {
    return MailText{"You have an account already",
                    "Hello,\n\nsomebody, probably you, has accepted the invitation into " + about +
                        " with a new password. This address has an account at " + site.host +
                        " already: open the invitation once more and enter the password of that account.\n"
                        "You have forgotten it? Set a new one here:\n\n" +
                        site.page_url("/portal/forgotten") + "\n\nIf it was not you, nothing needs to be done.\n"};
  }
  return MailText{"Confirm your address: " + name_in_mail(campaign),
                  "Hello,\n\nsomebody, probably you, has accepted the invitation into " + about +
                      ".\nOpen this link to make your account and to get your affiliate link. It works once, and for a "
                      "day:\n\n" +
                      site.page_url("/portal/join?token=" + (*join)->token) +
                      "\n\nIf it was not you, nothing needs to be done: there is no account without that link.\n"};
}

Text registration_text(Database& database, const Site& site, std::int64_t registration) {
  auto made = make_registration_mail(database, registration);
  if (!made) return Failure(made.error());
  if (!*made) return std::nullopt;
  if ((*made)->token.empty()) {
    return MailText{"You have an account already",
                    "Hello,\n\nsomebody, probably you, has registered as a merchant at " + site.host +
                        " with this address, which has an account already: log in with its password, or ask for a new "
                        "one where you log in.\n\nIf it was not you, nothing needs to be done.\n"};
  }
  return MailText{"Confirm your address",
                  "Hello,\n\nsomebody, probably you, has registered as a merchant at " + site.host +
                      " with this address.\nOpen this link and enter the password that you chose. It works once, and "
                      "for a day:\n\n" +
                      site.page_url("/portal/merchant/confirm?token=" + (*made)->token) +
                      "\n\nIf it was not you, nothing needs to be done: there is no account without that link.\n"};
}

Text dashboard_reset_text(Database& database, const Site& site, const DueMail& mail) {
  auto reset = make_dashboard_reset(database, mail.recipient);
  if (!reset) return Failure(reset.error());
  if (!*reset) return std::nullopt;  // the address has no user
  return MailText{"Set a new password",
                  "Hello,\n\nsomebody, probably you, has asked for a new password of your merchant account at " +
                      site.host + ".\nOpen this link to set it. It works once, and for an hour:\n\n" +
                      site.page_url("/portal/merchant/reset?token=" + (*reset)->token) +
                      "\n\nIf it was not you, nothing needs to be done: your password stays as it is.\n"};
}

MailText dashboard_password_changed_text(const Site& site) {
  return {"Your password was changed",
          "Hello,\n\nthe password of your merchant account at " + site.host +
              " was changed, and all sessions have ended.\nIf it was not you, ask for a new one at once where you log "
              "in.\n"};
}

EnrolmentId enrolment_of(const DueMail& mail) { return {static_cast<std::uint64_t>(mail.about.value_or(0))}; }

}  // namespace

Text write_mail(Database& database, const Site& site, const DueMail& mail) {
  if (mail.kind == mail_kind::kPasswordReset) return password_reset_text(database, site, mail);
  if (mail.kind == mail_kind::kPasswordChanged) return password_changed_text(site);
  if (mail.kind == mail_kind::kJoinConfirmation) return join_text(database, site, mail.about.value_or(0));
  if (mail.kind == mail_kind::kJoinRequest) return join_request_text(database, site, mail);
  if (mail.kind == mail_kind::kApplication) return application_text(database, site, enrolment_of(mail));
  if (mail.kind == mail_kind::kApplicationDecided) return decision_text(database, site, enrolment_of(mail));
  if (mail.kind == mail_kind::kRegistration) return registration_text(database, site, mail.about.value_or(0));
  if (mail.kind == mail_kind::kDashboardReset) return dashboard_reset_text(database, site, mail);
  if (mail.kind == mail_kind::kDashboardPasswordChanged) return dashboard_password_changed_text(site);
  return std::nullopt;
}

}  // namespace footfall::core
