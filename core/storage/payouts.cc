// What is payable is summed from conversions that partial indexes hold: the approved ones, and the few of which more
// was paid out than is left of their commission.
#include "core/storage/payouts.h"

#include "core/storage/arrays.h"
#include "core/storage/row_reader.h"

namespace footfall::core {
namespace {

// Each part reads a partial index: what is approved, what is owed back, and what of that was deducted.
constexpr std::string_view kPayables =
    "from (select affiliate_id, commission_currency as currency, commission_minor - reversed_minor as approved, "
    "1 as n, 0 as owed from conversions where status = 'approved' and commission_minor > reversed_minor "
    "and affiliate_id is not null and ($1::bigint is null or account_id = $1) and ($2::text is null or mode = $2) "
    "union all select affiliate_id, commission_currency, 0, 0, paid_minor - (commission_minor - reversed_minor) "
    "from conversions where paid_minor > commission_minor - reversed_minor "
    "and ($1::bigint is null or account_id = $1) and ($2::text is null or mode = $2) "
    "union all select affiliate_id, currency, 0, 0, -deducted_minor from payouts where deducted_minor > 0 "
    "and ($1::bigint is null or account_id = $1) and ($2::text is null or mode = $2)) x "
    "join affiliates f on f.id = x.affiliate_id where ($3::bigint is null or f.id = $3) "
    "and ($4::text is null or x.currency = $4) group by f.id, x.currency "
    "having sum(x.approved) > 0 or sum(x.owed) > 0 ";

constexpr std::string_view kSelect =
    "select p.id, p.public_id, p.account_id, p.mode, p.affiliate_id, f.public_id, f.email, f.name, p.currency, "
    "p.commissions_minor, p.deducted_minor, p.conversions, p.reference, "
    "(extract(epoch from p.created_at) * 1000000)::bigint, p.idempotency_key from payouts p join affiliates f on f.id "
    "= p.affiliate_id ";

constexpr std::string_view kMatches =
    "($1::bigint is null or p.account_id = $1) and ($2::text is null or p.mode = $2) "
    "and ($3::bigint is null or p.affiliate_id = $3) ";

std::vector<Param> matching(const PayoutFilter& filter) {
  return {id_or_null(filter.account), mode_or_null(filter.mode), id_or_null(filter.affiliate)};
}

PayoutRow read(RowReader& in) {
  PayoutRow row;
  row.id = in.id<PayoutId>();
  row.public_id = in.text();
  row.account = in.id<wire::AccountId>();
  row.mode = in.mode();
  row.affiliate = in.id<wire::AffiliateId>();
  row.affiliate_public_id = in.text();
  row.affiliate_email = in.text();
  row.affiliate_name = in.text();
  row.currency = in.text();
  row.commissions_minor = in.integer();
  row.deducted_minor = in.integer();
  row.conversions = in.integer();
  row.reference = in.text();
  row.created_us = in.integer();
  row.idempotency_key = in.optional_text();
  return row;
}

std::string select(std::string_view tail) { return std::string(kSelect) + std::string(tail); }

}  // namespace

Result<PayablePage> list_payables(Database& database, const PayableFilter& filter) {
  static const std::string listed =
      "select f.id, f.public_id, f.email, f.name, x.currency, sum(x.approved)::bigint, sum(x.n)::bigint, "
      "sum(x.owed)::bigint, count(*) over () " +
      std::string(kPayables) + "order by f.id, x.currency limit $5 offset $6";
  static const std::string counted = "select count(*) from (select 1 " + std::string(kPayables) + ") payables";
  PayablePage page;
  std::vector<Param> parameters{id_or_null(filter.account), mode_or_null(filter.mode), id_or_null(filter.affiliate),
                                filter.currency};
  const std::vector<Param> of_all = parameters;
  parameters.emplace_back(filter.limit);
  parameters.emplace_back(filter.offset);
  auto rows = read_all<PayableRow>(database.query(listed, parameters), [&page](RowReader& in) {
    PayableRow row;
    row.affiliate = in.id<wire::AffiliateId>();
    row.affiliate_public_id = in.text();
    row.affiliate_email = in.text();
    row.affiliate_name = in.text();
    row.currency = in.text();
    row.approved_minor = in.integer();
    row.conversions = in.integer();
    row.owed_back_minor = in.integer();
    page.total = in.integer();
    return row;
  });
  if (!rows) return Failure(rows.error());
  page.rows = std::move(*rows);
  if (!page.rows.empty() || filter.offset == 0) return page;
  auto total = read_count(database.query(counted, of_all));  // a page beyond the last one has no row that tells
  if (!total) return Failure(total.error());
  page.total = *total;
  return page;
}

Result<void> insert_payout(Database& database, PayoutRow& row) {
  auto rows = database.query(
      "insert into payouts (public_id, account_id, mode, affiliate_id, currency, commissions_minor, deducted_minor, "
      "conversions, reference, idempotency_key) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) "
      "returning id, (extract(epoch from created_at) * 1000000)::bigint",
      {row.public_id, row.account.value, mode_name(row.mode), row.affiliate.value, row.currency, row.commissions_minor,
       row.deducted_minor, row.conversions, row.reference, row.idempotency_key});
  if (!rows) return Failure(rows.error());
  row.id.value = static_cast<std::uint64_t>(rows->integer(0, 0));
  row.created_us = rows->integer(0, 1);
  return {};
}

Result<void> put_into_payout(Database& database, PayoutId payout, const std::vector<std::uint64_t>& conversions) {
  return done(database.query("update conversions set payout_id = $1 where id = any($2::bigint[])",
                             {payout.value, integer_array(conversions)}));
}

Result<std::optional<PayoutRow>> find_payout_by_key(Database& database, wire::AccountId account, wire::Mode mode,
                                                    std::string_view idempotency_key) {
  return read_optional<PayoutRow>(
      database.query(select("where p.account_id = $1 and p.mode = $2 and p.idempotency_key = $3"),
                     {account.value, mode_name(mode), idempotency_key}),
      read);
}

Result<PayoutRow> load_payout(Database& database, const Scope& scope, std::string_view public_id) {
  static const std::string found =
      "where p.public_id = $1" + scope_condition("p.account_id", "p.mode", "p.affiliate_id");
  return read_one<PayoutRow>(database.query(select(found), scope_parameters(public_id, scope)), read,
                             "there is no payout \"" + std::string(public_id) + "\"; see payout list");
}

Result<std::vector<PayoutRow>> list_payouts(Database& database, const PayoutFilter& filter) {
  auto parameters = matching(filter);
  parameters.emplace_back(filter.limit);
  parameters.emplace_back(filter.offset);
  return read_all<PayoutRow>(
      database.query(select("where " + std::string(kMatches) + "order by p.id desc limit $4 offset $5"), parameters),
      read);
}

Result<std::int64_t> count_payouts(Database& database, const PayoutFilter& filter) {
  return read_count(database.query("select count(*) from payouts p where " + std::string(kMatches), matching(filter)));
}

}  // namespace footfall::core
