// A person deletes their account for the pages.
#pragma once

#include <string_view>

#include "core/storage/database.h"
#include "core/storage/users.h"

namespace footfall::core {

// Final. Name and addresses are blanked wherever they stand: with the merchants, in what the audit trail and webhooks
// tell of the person, in invitations and mails. Their links go on redirecting and credit nobody, their postbacks end;
// what was earned stays in the books. Each merchant's audit trail and events tell of it. What a merchant has entered by
// themselves, for somebody who never joined with this account, is the merchant's and stays.
// not_found: it is deleted already; invalid: the password is wrong, or there were too many tries; then the message is
// for the person.
Result<void> erase_user(Database& database, const UserRow& user, std::string_view password);

}  // namespace footfall::core
