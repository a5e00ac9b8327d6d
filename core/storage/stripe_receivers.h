// The table stripe_receivers: where Stripe sends an account's events, one row for each mode. All calls run on the
// caller's connection, inside its transaction if it has one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/keys.h"
#include "core/storage/database.h"
#include "proto/wire/ids.h"

namespace footfall::core {

struct StripeReceiverRow {
  std::int64_t id = 0;
  std::string public_id;  // srx_…
  wire::AccountId account;
  std::string account_public_id;  // read only
  wire::Mode mode = wire::Mode::live;
  std::string sealed_secret;  // empty: none is set yet
  std::int64_t created_us = 0, changed_us = 0;
};

// By the id in its URL, whoever asks: the signature is what lets Stripe in.
Result<std::optional<StripeReceiverRow>> find_stripe_receiver(Database& database, std::string_view public_id);
Result<std::optional<StripeReceiverRow>> find_stripe_receiver(Database& database, wire::AccountId account,
                                                              wire::Mode mode);
// Makes the account's receiver of that mode unless it has one, which then keeps its id and, if the row has no secret,
// its secret.
Result<void> store_stripe_receiver(Database& database, const StripeReceiverRow& row);
Result<void> delete_stripe_receiver_row(Database& database, std::int64_t id);
// In the order of their rows, locked for the transaction.
Result<std::vector<StripeReceiverRow>> lock_stripe_receivers_after(Database& database, std::int64_t after, int limit);

}  // namespace footfall::core
