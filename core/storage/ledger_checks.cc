// Each fault is a sentence that PostgreSQL formats, so that a statement returns faults alone.
#include "core/storage/ledger_checks.h"

#include "core/storage/row_reader.h"

namespace footfall::core {
namespace {

Result<std::vector<std::string>> sentences(Result<Rows> rows) {
  return read_all<std::string>(std::move(rows), [](RowReader& in) { return in.text(); });
}

}  // namespace

Result<std::vector<std::string>> unbalanced_transactions(Database& database, int limit) {
  return sentences(database.query(
      "select case when s <> 0 then format('transaction %s: its %s entries sum to %s', transaction_id, currency, s) "
      "else format('transaction %s: its entries belong to several customers or modes', transaction_id) end "
      "from (select transaction_id, currency, sum(amount_minor) as s, count(distinct (account_id, mode)) as owners "
      "from ledger_entries group by 1, 2) t where s <> 0 or owners > 1 order by transaction_id, currency limit $1",
      {limit}));
}

Result<std::vector<std::string>> entries_without_owner(Database& database, int limit) {
  return sentences(database.query(
      "select format('transaction %s: moves %s and belongs to %s', e.transaction_id, e.book, case when "
      "e.conversion_id is not null then 'a conversion and to a deposit' when e.deposit_id is not null then 'a deposit "
      "that does not exist' else 'no conversion and no deposit' end) from ledger_entries e "
      "where ((e.conversion_id is null) = (e.deposit_id is null) and not exists (select 1 from payouts p where "
      "e.conversion_id is null and e.memo = 'deducted from ' || p.public_id and abs(e.amount_minor) = p.deducted_minor "
      "and e.book in ('affiliate:' || p.affiliate_id || ':paid', 'affiliate:' || p.affiliate_id || "
      "':payable'))) or (e.deposit_id is not null and not exists (select 1 "
      "from deposits d where d.id = e.deposit_id)) order by e.id limit $1",
      {limit}));
}

Result<std::vector<std::string>> wrong_deposits(Database& database, int limit) {
  return sentences(database.query(
      "select case when strange then format('deposit %s: it has entries of another customer, mode or currency, or in "
      "books of conversions', public_id) else format('deposit %s, %s: the entries in merchant:deposit sum to %s and "
      "those in outside to %s; %s is left of it', public_id, status, inside, outside, remains) end from ("
      "select d.id, d.public_id, d.status, case when d.status = 'pending_payment' then 0 else d.amount_minor - "
      "d.refunded_minor end as remains, coalesce(sum(e.amount_minor) filter (where e.book = 'merchant:deposit'), 0) as "
      "inside, coalesce(sum(e.amount_minor) filter (where e.book = 'outside'), 0) as outside, "
      "coalesce(bool_or(e.account_id <> d.account_id or e.mode <> d.mode or e.currency <> d.currency or "
      "e.book not in ('outside', 'merchant:deposit')), false) as strange "
      "from deposits d left join ledger_entries e on e.deposit_id = d.id group by d.id) s "
      "where strange or inside <> remains or outside <> -remains order by id limit $1",
      {limit}));
}

Result<std::vector<std::string>> wrong_disputes(Database& database, int limit) {
  return sentences(database.query(
      "select format('deposit %s: its disputes have taken %s of it and %s has gone back, or one has taken more than it "
      "is about', d.public_id, p.taken, d.refunded_minor) from (select deposit_id, coalesce(sum(taken_minor) filter "
      "(where status <> 'won'), 0) as taken, bool_or(taken_minor > amount_minor) as beyond from payment_disputes group "
      "by 1) p join deposits d on d.id = p.deposit_id where p.taken > d.refunded_minor or p.beyond order by d.id limit "
      "$1",
      {limit}));
}

Result<std::vector<std::string>> wrong_deposit_balances(Database& database, int limit) {
  return sentences(database.query(
      "select format('deposit of account number %s, %s, %s: its balance is %s and its entries sum to %s', account_id, "
      "mode, currency, kept, summed) from (select account_id, mode, currency, book, "
      "coalesce(k.minor, 0) as kept, coalesce(e.minor, 0) as summed from "
      "(select account_id, mode, currency, 'merchant:deposit' as book, available_minor as minor from deposit_balances "
      "union all select account_id, mode, currency, 'merchant:reserved', reserved_minor from deposit_balances) k "
      "full join (select account_id, mode, currency, book, sum(amount_minor) as minor from ledger_entries "
      "where book in ('merchant:deposit', 'merchant:reserved') group by 1, 2, 3, 4) e "
      "using (account_id, mode, currency, book)) b where kept <> summed order by 1 limit $1",
      {limit}));
}

Result<std::vector<std::string>> wrong_commitments(Database& database, int limit) {
  return sentences(database.query(
      "select format('campaign %s: its commissions in %s sum to %s and %s is kept for its budget', k.public_id, "
      "s.currency, said, kept) from (select campaign_id, currency, coalesce(a.minor, 0) as kept, coalesce(b.minor, 0) "
      "as said from (select campaign_id, currency, sum(minor) as minor from campaign_commitments group by 1, 2) a "
      "full join (select campaign_id, commission_currency::text as currency, sum(commission_minor - reversed_minor) "
      "as minor from conversions where mode = 'live' and status not in ('rejected', 'reversed') and "
      "commission_currency is not null group by 1, 2) b using (campaign_id, currency)) s join campaigns k on "
      "k.id = s.campaign_id where kept <> said order by s.campaign_id, s.currency limit $1",
      {limit}));
}

Result<std::vector<std::string>> wrong_conversion_counts(Database& database, int limit) {
  return sentences(database.query(
      "select format('campaign %s: affiliate %s has %s conversions that stand and %s are kept for its tiers', "
      "k.public_id, f.public_id, said, kept) from (select campaign_id, affiliate_id, coalesce(a.kept, 0) as kept, "
      "coalesce(b.said, 0) as said from (select campaign_id, affiliate_id, sum(conversions) as kept from "
      "affiliate_conversions group by 1, 2) a full join (select campaign_id, affiliate_id, count(*) as said from "
      "conversions where status not in ('rejected', 'reversed') and affiliate_id is not null group by 1, 2) b "
      "using (campaign_id, affiliate_id)) s join campaigns k on k.id = s.campaign_id join affiliates f on f.id = "
      "s.affiliate_id where kept <> said order by s.campaign_id, s.affiliate_id limit $1",
      {limit}));
}

Result<std::vector<ConversionEntries>> conversions_with_entries(Database& database, ConversionId after, int limit) {
  auto rows = database.query(
      "select c.id, c.public_id, c.status, c.commission_minor, c.reversed_minor, c.affiliate_id, c.from_deposit, "
      "c.mode = 'live' and c.commission_currency is not null, coalesce(e.strange, false), e.book, e.minor "
      "from (select * from conversions where id > $1 order by id limit $2) c left join lateral ("
      "select book, sum(amount_minor)::bigint as minor, bool_or(l.account_id <> c.account_id or l.mode <> c.mode or "
      "l.currency is distinct from c.commission_currency) as strange from ledger_entries l "
      "where l.conversion_id = c.id group by book) e on true order by c.id, e.book",
      {after.value, limit});
  if (!rows) return Failure(rows.error());
  std::vector<ConversionEntries> all;
  for (int r = 0; r < rows->size(); ++r) {
    RowReader in(*rows, r);
    const auto id = in.id<ConversionId>();
    if (all.empty() || all.back().id != id) all.emplace_back().id = id;
    ConversionEntries& entries = all.back();
    entries.public_id = in.text();
    entries.claim.status = parse_status(in.text()).value_or(ConversionStatus::pending);
    entries.claim.commission_minor = in.integer();
    entries.claim.reversed_minor = in.integer();
    entries.claim.owner.affiliate = in.id<wire::AffiliateId>();
    entries.claim.owner.from_deposit = in.flag();
    entries.claim.moves_money = in.flag();
    entries.foreign |= in.flag();
    const std::string book = in.text();
    if (!book.empty()) entries.sums.push_back({book, in.integer()});
  }
  return all;
}

}  // namespace footfall::core
