#include "core/storage/stripe_receivers.h"

#include "core/storage/row_reader.h"

namespace footfall::core {
namespace {

// In the order in which read() reads them.
constexpr std::string_view kSelect =
    "select r.id, r.public_id, r.account_id, a.public_id, r.mode, r.sealed_secret, "
    "(extract(epoch from r.created_at) * 1000000)::bigint, (extract(epoch from r.changed_at) * 1000000)::bigint "
    "from stripe_receivers r join accounts a on a.id = r.account_id where ";

StripeReceiverRow read(RowReader& in) {
  StripeReceiverRow row;
  row.id = in.integer();
  row.public_id = in.text();
  row.account = in.id<wire::AccountId>();
  row.account_public_id = in.text();
  row.mode = in.mode();
  row.sealed_secret = in.bytes();
  row.created_us = in.integer();
  row.changed_us = in.integer();
  return row;
}

std::string select(std::string_view condition) { return std::string(kSelect) + std::string(condition); }

}  // namespace

Result<std::optional<StripeReceiverRow>> find_stripe_receiver(Database& database, std::string_view public_id) {
  return read_optional<StripeReceiverRow>(database.query(select("r.public_id = $1"), {public_id}), read);
}

Result<std::optional<StripeReceiverRow>> find_stripe_receiver(Database& database, wire::AccountId account,
                                                              wire::Mode mode) {
  return read_optional<StripeReceiverRow>(
      database.query(select("r.account_id = $1 and r.mode = $2"), {account.value, mode_name(mode)}), read);
}

Result<void> store_stripe_receiver(Database& database, const StripeReceiverRow& row) {
  return done(database.query(
      "insert into stripe_receivers as r (public_id, account_id, mode, sealed_secret) values ($1, $2, $3, $4) "
      "on conflict (account_id, mode) do update set changed_at = now(), "
      "sealed_secret = coalesce(excluded.sealed_secret, r.sealed_secret)",
      {row.public_id, row.account.value, mode_name(row.mode),
       row.sealed_secret.empty() ? Param(std::nullopt) : bytea(row.sealed_secret)}));
}

Result<void> delete_stripe_receiver_row(Database& database, std::int64_t id) {
  return done(database.query("delete from stripe_receivers where id = $1", {id}));
}

Result<std::vector<StripeReceiverRow>> lock_stripe_receivers_after(Database& database, std::int64_t after, int limit) {
  return read_all<StripeReceiverRow>(
      database.query(select("r.id > $1 and r.sealed_secret is not null order by r.id limit $2 for update of r"),
                     {after, limit}),
      read);
}

}  // namespace footfall::core
