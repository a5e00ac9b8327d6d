#include "core/storage/ledger.h"

#include "core/storage/json_recordset.h"
#include "core/storage/row_reader.h"

namespace footfall::core {

Result<void> write_transaction(Database& database, const LedgerTransaction& transaction) {
  if (transaction.postings.empty()) return {};
  static const std::string sql = insert_entries_from(
      "(select $1::bigint as account_id, $2::text as mode, $3::text as commission_currency, $4::bigint as id, "
      "$5::json as postings)",
      "$6::text", "$7::bigint");
  auto rows = database.query(sql, {transaction.account.value, mode_name(transaction.mode), transaction.currency,
                                   id_or_null(transaction.conversion), postings_json(transaction.postings),
                                   transaction.memo, id_or_null(transaction.deposit)});
  if (!rows) return Failure(rows.error());
  return {};
}

bool is_overdrawn(const Error& error) {
  return error.code == "23514" && error.message.find("deposit_not_overdrawn") != std::string::npos;
}

std::string insert_entries_from(std::string_view relation, std::string_view memo, std::string_view deposit) {
  return "insert into ledger_entries (transaction_id, account_id, mode, book, amount_minor, currency, conversion_id, "
         "deposit_id, memo) select t.number, t.account_id, t.mode, e.book, e.amount_minor, t.commission_currency, "
         "t.id, " +
         std::string(deposit) + ", " + std::string(memo) +
         " from (select b.*, nextval('ledger_transactions') as number from " + std::string(relation) +
         " b where b.postings is not null) t "
         "cross join lateral json_to_recordset(t.postings) as e (book text, amount_minor bigint)";
}

std::string postings_json(const std::vector<Posting>& postings) {
  JsonRecordset entries;
  for (const Posting& posting : postings) {
    entries.row();
    entries.text("book", posting.book);
    entries.integer("amount_minor", posting.amount_minor);
  }
  return entries.array();
}

Result<std::vector<LedgerRow>> ledger_of(Database& database, ConversionId conversion) {
  return read_all<LedgerRow>(
      database.query(
          "select transaction_id, book, amount_minor, currency, memo, (extract(epoch from at) * 1000000)::bigint "
          "from ledger_entries where conversion_id = $1 order by id",
          {conversion.value}),
      [](RowReader& in) {
        LedgerRow row;
        row.transaction = in.integer();
        row.book = in.text();
        row.amount_minor = in.integer();
        row.currency = in.text();
        row.memo = in.text();
        row.at_us = in.integer();
        return row;
      });
}

Result<DepositBalance> deposit_balance(Database& database, wire::AccountId account, wire::Mode mode,
                                       std::string_view currency, bool lock) {
  auto rows = database.query(std::string("select available_minor, reserved_minor from deposit_balances where "
                                         "account_id = $1 and mode = $2 and currency = $3") +
                                 (lock ? " for update" : ""),
                             {account.value, mode_name(mode), currency});
  if (!rows) return Failure(rows.error());
  if (rows->empty()) return DepositBalance{};
  return DepositBalance{rows->integer(0, 0), rows->integer(0, 1)};
}

Result<std::vector<BookBalance>> book_balances(Database& database, wire::AccountId account) {
  return read_all<BookBalance>(
      database.query("select account_id, mode, book, currency, sum(amount_minor)::bigint from ledger_entries "
                     "where $1::bigint is null or account_id = $1 group by 1, 2, 3, 4 order by 1, 2, 3, 4",
                     {id_or_null(account)}),
      [](RowReader& in) {
        BookBalance balance;
        balance.account = in.id<wire::AccountId>();
        balance.mode = in.mode();
        balance.book = in.text();
        balance.currency = in.text();
        balance.balance_minor = in.integer();
        return balance;
      });
}

}  // namespace footfall::core
