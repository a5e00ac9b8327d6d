// What is left of a person in the books is blanked: in every table that holds a name or an address of theirs, whoever's
// affiliate they are. Clicks, sales and money stay. All calls run on the caller's connection, inside its transaction.
#pragma once

#include <string>
#include <vector>

#include "core/storage/database.h"
#include "core/storage/users.h"
#include "core/storage/webhooks.h"
#include "proto/wire/ids.h"

namespace footfall::core {

struct LinkedAffiliate {
  std::string public_id;
  wire::AccountId account;
  wire::Mode mode = wire::Mode::live;
};
// The user's affiliates, of every account and mode, locked; without those that are erased already.
Result<std::vector<LinkedAffiliate>> lock_linked_affiliates(Database& database, UserId user);
// Postbacks to the affiliates' trackers that are not deleted.
Result<std::vector<WebhookId>> postbacks_of_user(Database& database, UserId user);

// Blanks or deletes what names the person, but for the row of the user itself. Webhooks that are still on their way
// keep their ids and go out without name and address. Call it while the user still has the address.
Result<void> erase_traces_of(Database& database, UserId user);

}  // namespace footfall::core
