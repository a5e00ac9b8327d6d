// Rows are read member by member in the order of kSelect. Amounts stay in minor units, moments in microseconds.
#include "core/storage/deposits.h"

#include "core/storage/row_reader.h"

namespace footfall::core {
namespace {

// In the order in which read_deposit() reads them.
constexpr std::string_view kSelect =
    "select d.id, d.public_id, d.account_id, a.public_id, a.name, d.mode, d.amount_minor, d.currency, d.method, "
    "d.status, d.return_url, (extract(epoch from d.created_at) * 1000000)::bigint, "
    "(extract(epoch from d.expires_at) * 1000000)::bigint, (extract(epoch from d.paid_at) * 1000000)::bigint, "
    "d.refunded_minor, d.session, d.payment_url from deposits d join accounts a on a.id = d.account_id ";

DepositRow read_deposit(RowReader& in) {
  DepositRow row;
  row.id = in.id<DepositId>();
  row.public_id = in.text();
  row.account = in.id<wire::AccountId>();
  row.account_public_id = in.text();
  row.account_name = in.text();
  row.mode = in.mode();
  row.amount_minor = in.integer();
  row.currency = in.text();
  row.method = in.text();
  row.status = in.text();
  row.return_url = in.optional_text();
  row.created_us = in.integer();
  row.expires_us = in.integer();
  row.paid_us = in.optional_integer();
  row.refunded_minor = in.integer();
  row.session = in.optional_text();
  row.payment_url = in.optional_text();
  return row;
}

}  // namespace

Result<void> insert_deposit(Database& database, DepositRow& row) {
  auto rows = database.query(
      "insert into deposits (public_id, account_id, mode, amount_minor, currency, method, return_url, created_at, "
      "expires_at, session, payment_url) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id",
      {row.public_id, row.account.value, mode_name(row.mode), row.amount_minor, row.currency, row.method,
       row.return_url, timestamp_us(row.created_us), timestamp_us(row.expires_us), row.session, row.payment_url});
  if (!rows) return Failure(rows.error());
  row.id = DepositId{static_cast<std::uint64_t>(rows->integer(0, 0))};
  return {};
}

Result<DepositRow> load_deposit(Database& database, const Scope& scope, std::string_view public_id, bool for_update) {
  static const std::string found =
      std::string(kSelect) + "where d.public_id = $1" + scope_condition("d.account_id", "d.mode");
  return read_one<DepositRow>(
      database.query(for_update ? found + "for update of d" : found, scope_parameters(public_id, scope)), read_deposit,
      "no deposit " + std::string(public_id));
}

Result<void> store_deposit(Database& database, const DepositRow& row) {
  auto rows = database.query(
      "update deposits set status = $2, paid_at = $3, refunded_minor = $4, expires_at = $5 where id = $1",
      {row.id.value, row.status, time_or_null(row.paid_us), row.refunded_minor, timestamp_us(row.expires_us)});
  if (!rows) return Failure(rows.error());
  return {};
}

Result<bool> has_payment_notice(Database& database, std::string_view method, std::string_view notice_id) {
  auto rows = database.query("select 1 from payment_notices where method = $1 and notice_id = $2", {method, notice_id});
  if (!rows) return Failure(rows.error());
  return rows->size() > 0;
}

Result<PaymentsTold> payments_told_of(Database& database, DepositId deposit) {
  auto rows = database.query(
      "select coalesce(bool_or(event = 'paid'), false), coalesce(bool_or(event = 'paid' and outcome = 'booked'), "
      "false), coalesce(max(amount_minor) filter (where event = 'refunded' and outcome not in ('wrong_amount', "
      "'wrong_currency')), 0) from payment_notices where deposit_id = $1",
      {deposit.value});
  if (!rows) return Failure(rows.error());
  return PaymentsTold{rows->flag(0, 0), rows->flag(0, 1), rows->integer(0, 2)};
}

Result<PaymentOfDeposit> find_payment(Database& database, std::string_view method, std::string_view payment) {
  return read_one<PaymentOfDeposit>(
      database.query("select d.public_id, n.outcome = 'booked' from payment_notices n join deposits d on d.id = "
                     "n.deposit_id where n.method = $1 and n.payment = $2 and n.event = 'paid' order by 2 desc limit 1",
                     {method, payment}),
      [](RowReader& in) {
        PaymentOfDeposit found;
        found.deposit = in.text();
        found.was_booked = in.flag();
        return found;
      },
      "no deposit was paid by the payment " + std::string(payment));
}

Result<void> insert_payment_notice(Database& database, DepositId deposit, const PaymentNoticeRow& row) {
  auto rows = database.query(
      "insert into payment_notices (method, notice_id, deposit_id, event, amount_minor, currency, outcome, "
      "received_at, payment) values ($1, $2, $3, $4, $5, nullif($6, ''), $7, $8, nullif($9, ''))",
      {row.method, row.notice_id, deposit.value, row.event, row.amount_minor, row.currency, row.outcome,
       timestamp_us(row.received_us), row.payment});
  if (!rows) return Failure(rows.error());
  return {};
}

Result<std::vector<PaymentNoticeRow>> list_payment_notices(Database& database, DepositId deposit) {
  return read_all<PaymentNoticeRow>(
      database.query("select method, notice_id, event, amount_minor, coalesce(currency, ''), outcome, (extract(epoch "
                     "from received_at) * 1000000)::bigint, coalesce(payment, '') from payment_notices where "
                     "deposit_id = $1 order by "
                     "received_at, notice_id limit 100",
                     {deposit.value}),
      [](RowReader& in) {
        PaymentNoticeRow row;
        row.method = in.text();
        row.notice_id = in.text();
        row.event = in.text();
        row.amount_minor = in.integer();
        row.currency = in.text();
        row.outcome = in.text();
        row.received_us = in.integer();
        row.payment = in.text();
        return row;
      });
}

Result<std::int64_t> count_open_deposits(Database& database, wire::AccountId account, std::int64_t now_us) {
  auto rows = database.query(
      "select count(*) from deposits where account_id = $1 and status = 'pending_payment' and expires_at > $2",
      {account.value, timestamp_us(now_us)});
  if (!rows) return Failure(rows.error());
  return rows->integer(0, 0);
}

Result<std::vector<DepositRow>> list_deposits(Database& database, const DepositFilter& filter) {
  static const std::string sql =
      std::string(kSelect) +
      "where ($1::bigint is null or d.account_id = $1) and ($2::text is null or d.mode = $2) and ($3::text is null or "
      "d.status = $3) order by d.id desc limit $4 offset $5";
  return read_all<DepositRow>(database.query(sql, {id_or_null(filter.account), mode_or_null(filter.mode), filter.status,
                                                   filter.limit, filter.offset}),
                              read_deposit);
}

}  // namespace footfall::core
