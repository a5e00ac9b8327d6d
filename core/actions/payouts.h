// Payouts: the merchant has paid a partner what is payable in one currency, by whatever means, and says so.
#pragma once

#include <string>

#include "core/actions/caller.h"
#include "core/storage/payouts.h"

namespace footfall::core {

inline constexpr int kPayoutConversionsMax = 500;  // of one payout; what is beyond stays payable

struct NewPayout {
  std::string affiliate;  // public id
  std::string currency;   // any case
  std::string reference;  // the merchant's, such as a bank transfer's; may be empty
  // Who repeats a call with the same key gets the payout that the first one made. 1 to 255 visible ASCII characters;
  // empty: every call is one of its own.
  std::string idempotency_key = {};
};
bool is_idempotency_key(std::string_view key);
// The oldest approved commissions become paid, up to kPayoutConversionsMax of them; what is owed back is deducted, as
// far as they cover it. conflict "nothing_payable": there is none; of two calls at once, the second. conflict
// "idempotency_key_reused": the account made another payout with the key.
Result<PayoutRow> create_payout(Database& database, const Caller& caller, const NewPayout& payout);

}  // namespace footfall::core
