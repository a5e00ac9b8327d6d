// What a mail says. It is made when the mail is sent: a link in it gets its token then, and what has changed since the
// mail was asked for is taken as it is now.
#pragma once

#include <optional>

#include "core/domain/site.h"
#include "core/outgoing/mail_message.h"
#include "core/storage/database.h"
#include "core/storage/mails.h"

namespace footfall::core {

// None: there is nothing to say (any more). A link that an earlier try of the same mail brought is void.
Result<std::optional<MailText>> write_mail(Database& database, const Site& site, const DueMail& mail);

}  // namespace footfall::core
