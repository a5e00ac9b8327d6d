// Every statement that reads conversions selects the same columns and reads them with the same function in the same
// order. A filter is one condition with a parameter for each member, where null does not restrict: the text never
// changes, so that the statement stays prepared.
#include "core/storage/conversions.h"

#include <array>

#include "core/domain/identifiers.h"
#include "core/storage/arrays.h"
#include "core/storage/json_recordset.h"
#include "core/storage/row_reader.h"

namespace footfall::core {
namespace {

// Every column of a ConversionRow, in the order in which read_conversion reads them.
constexpr std::string_view kColumns =
    "c.id, c.public_id, c.account_id, c.mode, c.campaign_id, c.affiliate_id, coalesce(k.public_id, ''), "
    "coalesce(k.code, ''), coalesce(a.public_id, ''), c.click_id::text, c.promo_code, c.affiliate_code, "
    "coalesce(c.method, ''), c.attributed, c.reason, c.explanation, c.external_id, c.customer_id, c.prospect_email, "
    "c.goal, c.amount_minor, c.currency, c.commission_minor, c.commission_currency, c.terms_id, c.terms::text, "
    "c.status, c.review, c.disputed, (extract(epoch from c.unresolved_until) * 1000000)::bigint, "
    "(extract(epoch from c.occurred_at) * 1000000)::bigint, (extract(epoch from c.hold_until) * 1000000)::bigint, "
    "(extract(epoch from c.decided_at) * 1000000)::bigint, (extract(epoch from c.paid_at) * 1000000)::bigint, "
    "(extract(epoch from c.created_at) * 1000000)::bigint, c.reversed_minor, c.from_deposit, c.rejection_reason, "
    "c.rejection_note, "
    "c.metadata::text, c.request_id, coalesce((select public_id from payouts p where p.id = c.payout_id), '')";
constexpr std::string_view kTables =
    " from conversions c left join campaigns k on k.id = c.campaign_id left join affiliates a on a.id = "
    "c.affiliate_id ";

std::string select(std::string_view tail) {
  return "select " + std::string(kColumns) + std::string(kTables) + std::string(tail);
}

ConversionRow read_conversion(RowReader& in) {
  ConversionRow row;
  row.id = in.id<ConversionId>();
  row.public_id = in.text();
  row.account = in.id<wire::AccountId>();
  row.mode = in.mode();
  row.campaign = in.id<wire::CampaignId>();
  row.affiliate = in.id<wire::AffiliateId>();
  row.campaign_public_id = in.text();
  row.campaign_code = in.text();
  row.affiliate_public_id = in.text();
  row.click_id = in.optional_text();
  row.promo_code = in.optional_text();
  row.affiliate_code = in.optional_text();
  row.method = in.text();
  row.attributed = in.flag();
  row.reason = in.text();
  row.explanation = in.text();
  row.external_id = in.optional_text();
  row.customer_id = in.optional_text();
  row.prospect_email = in.optional_text();
  row.goal = in.text();
  row.amount_minor = in.optional_integer();
  row.currency = in.optional_text();
  row.commission_minor = in.integer();
  row.commission_currency = in.optional_text();
  row.terms_id = in.optional_integer();
  row.terms = in.optional_text();
  row.status = parse_status(in.text()).value_or(ConversionStatus::pending);
  row.review = in.flag();
  row.disputed = in.flag();
  row.unresolved_until_us = in.optional_integer();
  row.occurred_us = in.optional_integer();
  row.hold_until_us = in.optional_integer();
  row.decided_us = in.optional_integer();
  row.paid_us = in.optional_integer();
  row.created_us = in.integer();
  row.reversed_minor = in.integer();
  row.from_deposit = in.flag();
  row.rejection_reason = in.optional_text();
  row.rejection_note = in.optional_text();
  row.metadata = in.optional_text();
  row.request_id = in.optional_text();
  row.payout_public_id = in.text();
  return row;
}

Result<std::vector<ConversionRow>> load_all(Result<Rows> rows) {
  return read_all<ConversionRow>(std::move(rows), read_conversion);
}

Result<std::optional<ConversionRow>> load_one(Result<Rows> rows) {
  return read_optional<ConversionRow>(std::move(rows), read_conversion);
}

constexpr std::string_view kFilter =
    "($1::bigint is null or c.account_id = $1) and ($2::text is null or c.mode = $2) and "
    "($3::bigint is null or c.campaign_id = $3) and ($4::bigint is null or c.affiliate_id = $4) and "
    "($5::text is null or c.status = $5 or ($11 = 't' and $5 = 'approved' and c.status = 'paid') or "
    "($12 = 't' and $5 = 'rejected' and c.status = 'reversed')) and "
    "($6::timestamptz is null or c.created_at >= $6) and "
    "($7::timestamptz is null or c.created_at < $7) and ($8::bigint is null or c.id < $8) and ($9 = 'f' or c.review or "
    "c.disputed) "
    "and "
    "($10::text is null or lower(k.code) = lower($10)) and "
    "($13 = 'f' or (c.commission_currency is not null and c.commission_minor > 0)) and "
    "($14::bigint is null or c.payout_id = $14)";

std::array<Param, 14> filter_params(const ConversionFilter& filter) {
  return {id_or_null(filter.account),
          filter.mode ? Param(mode_name(*filter.mode)) : Param(std::nullopt),
          id_or_null(filter.campaign),
          id_or_null(filter.affiliate),
          Param(filter.status),
          time_or_null(filter.from_us),
          time_or_null(filter.to_us),
          Param(filter.below_id),
          Param(filter.held_only ? "t" : "f"),
          filter.campaign_code ? Param(tidy_identifier(*filter.campaign_code)) : Param(std::nullopt),
          Param(filter.paid_is_approved ? "t" : "f"),
          Param(filter.reversed_is_rejected ? "t" : "f"),
          Param(filter.with_commission ? "t" : "f"),
          Param(filter.payout_id)};
}

constexpr std::string_view kClaimKeys =
    "json_to_recordset($1) as k (n int, account_id bigint, mode text, scope text, value text)";

void append(JsonRecordset& to, const ClaimKey& key) {
  to.id_or_null("account_id", key.account);
  to.text("mode", mode_name(key.mode));
  to.text("scope", key.scope);
  to.text("value", key.value);
}

std::string recordset_of(std::span<const ClaimKey> keys) {
  JsonRecordset wanted;
  for (std::size_t n = 0; n < keys.size(); ++n) {
    wanted.row();
    wanted.integer("n", static_cast<std::int64_t>(n));
    append(wanted, keys[n]);
  }
  return wanted.array();
}

}  // namespace

Result<ConversionId> next_conversion_id(Database& database) {
  auto rows = database.query("select nextval('conversions_id_seq')");
  if (!rows) return Failure(rows.error());
  return ConversionId{static_cast<std::uint64_t>(rows->integer(0, 0))};
}

Result<bool> claim(Database& database, wire::AccountId account, wire::Mode mode, std::string_view scope,
                   std::string_view value, int slot, ConversionId id) {
  auto rows = database.query(
      "insert into conversion_claims (account_id, mode, scope, value, slot, conversion_id) values ($1, $2, $3, $4, "
      "$5, $6) "
      "on conflict do nothing",
      {account.value, mode_name(mode), scope, value, slot, id.value});
  if (!rows) return Failure(rows.error());
  return rows->affected() == 1;
}

Result<std::vector<std::optional<ConversionId>>> claimed_by(Database& database, std::span<const ClaimKey> keys) {
  std::vector<std::optional<ConversionId>> holders(keys.size());
  if (keys.empty()) return holders;
  auto rows = database.query(
      "select k.n, c.conversion_id from " + std::string(kClaimKeys) +
          " cross join lateral (select conversion_id from conversion_claims c "
          "where c.account_id = k.account_id and c.mode = k.mode and c.scope = k.scope and c.value = k.value "
          "order by c.slot limit 1) c",
      {recordset_of(keys)});
  if (!rows) return Failure(rows.error());
  for (int r = 0; r < rows->size(); ++r) {
    holders[static_cast<std::size_t>(rows->integer(r, 0))] =
        ConversionId{static_cast<std::uint64_t>(rows->integer(r, 1))};
  }
  return holders;
}

Result<std::vector<std::vector<int>>> taken_slots(Database& database, std::span<const ClaimKey> keys) {
  std::vector<std::vector<int>> taken(keys.size());
  if (keys.empty()) return taken;
  // A plan that was made while the table was small is kept while it grows, until it is analysed. The subquery's own
  // order keeps that plan from reading the whole table for each round.
  auto rows = database.query("select k.n, c.slot from " + std::string(kClaimKeys) +
                                 " cross join lateral (select slot from conversion_claims c "
                                 "where c.account_id = k.account_id and c.mode = k.mode and c.scope = k.scope and "
                                 "c.value = k.value order by c.slot offset 0) c",
                             {recordset_of(keys)});
  if (!rows) return Failure(rows.error());
  for (int r = 0; r < rows->size(); ++r) {
    taken[static_cast<std::size_t>(rows->integer(r, 0))].push_back(static_cast<int>(rows->integer(r, 1)));
  }
  return taken;
}

Result<bool> claim_slots(Database& database, std::span<const SlotClaim> claims) {
  if (claims.empty()) return true;
  JsonRecordset given;
  for (const SlotClaim& claim : claims) {
    given.row();
    append(given, claim.key);
    given.integer("slot", claim.slot);
    given.id_or_null("holder", claim.holder);
  }
  auto rows = database.query(
      "insert into conversion_claims (account_id, mode, scope, value, slot, conversion_id) "
      "select account_id, mode, scope, value, slot, holder from json_to_recordset($1) as x (account_id bigint, "
      "mode text, scope text, value text, slot int, holder bigint) order by account_id, mode, scope, value, slot "
      "on conflict do nothing",
      {given.array()});
  if (!rows) return Failure(rows.error());
  return rows->affected() == static_cast<std::int64_t>(claims.size());
}

Result<std::optional<ConversionRow>> load_conversion(Database& database, ConversionId id, bool for_update) {
  return load_one(
      database.query(select(for_update ? "where c.id = $1 for update of c" : "where c.id = $1"), {id.value}));
}

Result<std::optional<ConversionRow>> load_conversion(Database& database, const Scope& scope, std::string_view public_id,
                                                     bool for_update) {
  static const std::string found =
      "where c.public_id = $1" + scope_condition("c.account_id", "c.mode", "c.affiliate_id");
  return load_one(
      database.query(select(for_update ? found + "for update of c" : found), scope_parameters(public_id, scope)));
}

Result<std::vector<ConversionRow>> conversions_of_click(Database& database, const Scope& scope,
                                                        const wire::ClickId& click) {
  return load_all(database.query(
      select("where c.click_id = $1" + scope_condition("c.account_id", "c.mode", "c.affiliate_id") + "order by c.id"),
      scope_parameters(wire::to_uuid(click), scope)));
}

Result<std::vector<ConversionRow>> conversions_judged_by(Database& database,
                                                         const std::vector<std::string_view>& clicks) {
  if (clicks.empty()) return std::vector<ConversionRow>();
  return load_all(
      database.query(select("where c.click_id = any($1::uuid[]) and ((c.attributed and c.method = 'click') or "
                            "c.reason = 'click_not_human') order by c.id"),
                     {uuid_array(clicks)}));
}

Result<std::vector<ConversionRow>> list_conversions(Database& database, const ConversionFilter& filter) {
  auto base = filter_params(filter);
  std::vector<Param> params(base.begin(), base.end());
  params.emplace_back(filter.limit);
  params.emplace_back(filter.offset.value_or(0));
  return load_all(
      database.query(select("where " + std::string(kFilter) + " order by c.id desc limit $15 offset $16"), params));
}

Result<std::vector<ConversionRow>> lock_payable(Database& database, wire::AffiliateId affiliate,
                                                std::string_view currency, int limit) {
  return load_all(
      database.query(select("where c.affiliate_id = $1 and c.account_id = (select account_id from affiliates "
                            "where id = $1) and c.status = 'approved' and c.commission_currency = $2 "
                            "and c.commission_minor > c.reversed_minor order by c.id limit $3 for update of c"),
                     {affiliate.value, currency, limit}));
}

Result<std::int64_t> count_conversions_of_click(Database& database, const wire::ClickId& click) {
  auto rows = database.query("select count(*) from conversions where click_id = $1::uuid", {wire::to_uuid(click)});
  if (!rows) return Failure(rows.error());
  return rows->integer(0, 0);
}

Result<std::int64_t> count_conversions(Database& database, const ConversionFilter& filter) {
  auto params = filter_params(filter);
  auto rows = database.query("select count(*)" + std::string(kTables) + "where " + std::string(kFilter), params);
  if (!rows) return Failure(rows.error());
  return rows->integer(0, 0);
}

Result<void> store_step(Database& database, ConversionId id, const Transition& transition,
                        std::optional<std::string> rejection_reason, std::optional<std::string> rejection_note) {
  auto rows = database.query(
      "update conversions set status = $2, reversed_minor = $3, "
      // A part taken back decides nothing else.
      "paid_minor = case when $2 = 'paid' and status <> 'paid' then commission_minor - $3 else paid_minor end, "
      "review = review and status = 'pending' and $2 = 'pending', "
      "disputed = disputed and status = 'pending' and $2 = 'pending', "
      "decided_at = case when $2 = 'pending' then null when $2 = 'paid' then coalesce(decided_at, now()) else now() "
      "end, "
      "paid_at = case when $2 = 'paid' then coalesce(paid_at, now()) else paid_at end, "
      "rejection_reason = $4, rejection_note = $5 where id = $1",
      {id.value, status_name(transition.to), transition.reversed_minor, rejection_reason, rejection_note});
  if (!rows) return Failure(rows.error());
  return {};
}

Result<void> hold_for_review(Database& database, ConversionId id) {
  auto rows = database.query("update conversions set review = true where id = $1", {id.value});
  if (!rows) return Failure(rows.error());
  return {};
}

Result<bool> waits_for_person(Database& database, const ConversionRow& row) {
  auto rows = database.query(
      "select exists(select 1 from audit h where subject = $1 and account_id = $2 and action = 'conversion.hold' and "
      "not exists (select 1 from audit a where a.subject = h.subject and a.id > h.id and "
      "a.action = 'conversion.approve'))",
      {row.public_id, row.account.value});
  if (!rows) return Failure(rows.error());
  return rows->flag(0, 0);
}

Result<void> take_approval_back(Database& database, ConversionId id) {
  return done(database.query(
      "update conversions set status = 'pending', decided_at = null where id = $1 and status = 'approved'",
      {id.value}));
}

Result<void> store_dispute(Database& database, ConversionId id, bool disputed) {
  return done(database.query("update conversions set disputed = $2 where id = $1", {id.value, disputed}));
}

Result<void> store_attribution(Database& database, const ConversionRow& row) {
  auto rows = database.query(
      "update conversions set campaign_id = $2, affiliate_id = $3, method = nullif($4, ''), attributed = $5, reason "
      "= $6, "
      "explanation = $7, commission_minor = $8, commission_currency = $9, terms_id = $10, terms = $11, review = $12, "
      "hold_until = $13, from_deposit = $14, buyer = coalesce(decode($15, 'hex'), buyer), judgement = $16, "
      "unresolved_until = null where id = $1",
      {row.id.value, id_or_null(row.campaign), id_or_null(row.affiliate), row.method, row.attributed, row.reason,
       row.explanation, row.commission_minor, row.commission_currency, row.terms_id, row.terms, row.review,
       time_or_null(row.hold_until_us), row.from_deposit, row.buyer, row.judgement});
  if (!rows) return Failure(rows.error());
  return {};
}

Result<std::vector<ConversionRow>> matured_conversions(Database& database, std::int64_t now_us, int limit) {
  return load_all(database.query(select("where c.status = 'pending' and c.hold_until <= $1 and not c.review and not "
                                        "c.disputed and c.attributed and k.auto_approve "
                                        "order by c.hold_until limit $2 for update of c skip locked"),
                                 {timestamp_us(now_us), limit}));
}

Result<std::vector<ConversionId>> resolvable_conversions(Database& database, int limit) {
  return read_all<ConversionId>(
      database.query("select c.id from conversions c where c.unresolved_until is not null and exists (select 1 from "
                     "clicks x where x.id = c.click_id and x.account_id = c.account_id and x.mode = case c.mode when "
                     "'test' then 1 else 0 end) order by c.id limit $1",
                     {limit}),
      [](RowReader& in) { return in.id<ConversionId>(); });
}

Result<std::optional<ConversionRow>> lock_unresolved(Database& database, ConversionId id) {
  return load_one(database.query(
      select("where c.id = $1 and c.unresolved_until is not null for update of c skip locked"), {id.value}));
}

Result<std::vector<ConversionId>> give_up_unresolved(Database& database, std::int64_t now_us, int limit) {
  return read_all<ConversionId>(
      database.query(
          "update conversions set unresolved_until = null, reason = 'click_unknown', "
          "explanation = 'No click with this id has come.' where id in (select c.id from conversions c where "
          "c.unresolved_until <= $1 and not exists (select 1 from dead_letters d where d.click_id = "
          "c.click_id and d.replayed_at is null) order by c.id limit $2 for update skip locked) returning id",
          {timestamp_us(now_us), limit}),
      [](RowReader& in) { return in.id<ConversionId>(); });
}

}  // namespace footfall::core
