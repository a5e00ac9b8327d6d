// What is left of a person in the books is blanked: in every table that holds a name or an address of theirs, whoever's
// affiliate they are; or, where one merchant erases an affiliate, what that merchant's account has of them. Clicks,
// sales and money stay. All calls run on the caller's connection, inside its transaction.
#pragma once

#include <string>
#include <vector>

#include "core/storage/database.h"
#include "core/storage/users.h"
#include "core/storage/webhooks.h"
#include "proto/wire/ids.h"

namespace footfall::core {

// First in the transaction: a long history takes longer than a page's other statements may.
inline constexpr const char* kErasureTimeLimit = "set local statement_timeout = '5min'";

struct LinkedAffiliate {
  std::string public_id;
  wire::AccountId account;
  wire::Mode mode = wire::Mode::live;
};
// The user's affiliates, of every account and mode, locked; without those that are erased already.
Result<std::vector<LinkedAffiliate>> lock_linked_affiliates(Database& database, UserId user);
// Postbacks to the affiliates' trackers that are not deleted.
Result<std::vector<WebhookId>> postbacks_of_user(Database& database, UserId user);
Result<std::vector<WebhookId>> postbacks_of_affiliate(Database& database, wire::AffiliateId affiliate);

// Blanks or deletes what names the person, but for the row of the user itself. Webhooks that are still on their way
// keep their ids and go out without name and address. Call it while the user still has the address.
Result<void> erase_traces_of(Database& database, UserId user);
// The same of one affiliate, who stays the affiliate of others and keeps their log-in; the affiliate's row is nobody's
// afterwards. Lock it before.
Result<void> erase_traces_of(Database& database, wire::AffiliateId affiliate);

}  // namespace footfall::core
