#include "core/storage/payment_disputes.h"

#include "core/storage/row_reader.h"

namespace footfall::core {
namespace {

// In the order in which read_dispute() reads them.
constexpr std::string_view kSelect =
    "select deposit_id, method, dispute_id, amount_minor, taken_minor, status, (extract(epoch from opened_at) * "
    "1000000)::bigint, "
    "(extract(epoch from closed_at) * 1000000)::bigint from payment_disputes ";

PaymentDisputeRow read_dispute(RowReader& in) {
  PaymentDisputeRow row;
  row.deposit = in.id<DepositId>();
  row.method = in.text();
  row.dispute_id = in.text();
  row.amount_minor = in.integer();
  row.taken_minor = in.integer();
  row.status = in.text();
  row.opened_us = in.integer();
  row.closed_us = in.optional_integer();
  return row;
}

}  // namespace

Result<std::optional<PaymentDisputeRow>> load_payment_dispute(Database& database, std::string_view method,
                                                              std::string_view dispute_id) {
  static const std::string sql = std::string(kSelect) + "where method = $1 and dispute_id = $2";
  return read_optional<PaymentDisputeRow>(database.query(sql, {method, dispute_id}), read_dispute);
}

Result<void> insert_payment_dispute(Database& database, const PaymentDisputeRow& row) {
  return done(database.query(
      "insert into payment_disputes (method, dispute_id, deposit_id, amount_minor, taken_minor, status, opened_at, "
      "closed_at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
      {row.method, row.dispute_id, row.deposit.value, row.amount_minor, row.taken_minor, row.status,
       timestamp_us(row.opened_us), time_or_null(row.closed_us)}));
}

Result<void> store_payment_dispute(Database& database, const PaymentDisputeRow& row) {
  return done(
      database.query("update payment_disputes set taken_minor = $3, status = $4, closed_at = $5 where method = $1 and "
                     "dispute_id = $2",
                     {row.method, row.dispute_id, row.taken_minor, row.status, time_or_null(row.closed_us)}));
}

Result<std::vector<PaymentDisputeRow>> list_payment_disputes(Database& database, DepositId deposit) {
  static const std::string sql =
      std::string(kSelect) + "where deposit_id = $1 order by opened_at, dispute_id limit 100";
  return read_all<PaymentDisputeRow>(database.query(sql, {deposit.value}), read_dispute);
}

Result<MoneyInDispute> money_in_dispute(Database& database, DepositId deposit) {
  auto rows = database.query(
      "select coalesce(sum(taken_minor), 0)::bigint, coalesce(sum(amount_minor - taken_minor), 0)::bigint "
      "from payment_disputes where deposit_id = $1 and status <> 'won'",
      {deposit.value});
  if (!rows) return Failure(rows.error());
  return MoneyInDispute{rows->integer(0, 0), rows->integer(0, 1)};
}

}  // namespace footfall::core
