#include "core/deliver/mail_texts.h"

#include "core/actions/password_reset.h"

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

}  // namespace

Text write_mail(Database& database, const Site& site, const DueMail& mail) {
  if (mail.kind == mail_kind::kPasswordReset) return password_reset_text(database, site, mail);
  return std::nullopt;
}

}  // namespace footfall::core
