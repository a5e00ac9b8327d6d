// One statement in five parts: take the claims, keep the conversions whose claim was taken, store them, write the
// ledger entries, the audit rows and the events. The conversions travel as one JSON parameter. What the ledger and the
// events add to the statement comes from their own units.
#include "core/storage/bookings.h"

#include <algorithm>

#include "core/domain/event_types.h"
#include "core/storage/events_out.h"
#include "core/storage/json_recordset.h"
#include "core/storage/ledger.h"
#include "core/storage/rejudgements.h"
#include "core/storage/row_reader.h"

namespace footfall::core {
namespace {

constexpr std::string_view kClaimAndStore = R"sql(
with given as materialized (
  select coalesce(x.given_id, nextval('conversions_id_seq')) as id, x.* from json_to_recordset($1) as x (
    n int, given_id bigint, public_id text, account_id bigint, mode text, campaign_id bigint, affiliate_id bigint,
    click_id uuid, promo_code text, affiliate_code text, method text, attributed boolean, reason text,
    explanation text, external_id text, goal text, customer_id text, prospect_email text, amount_minor bigint,
    currency text, commission_minor bigint, commission_currency text, terms_id bigint, terms text, status text,
    review boolean, from_deposit boolean, unresolved_until timestamptz, occurred_at timestamptz, hold_until timestamptz,
    created_at timestamptz, metadata text, request_id text, claim_scope text, actor text, event text, postings json,
    buyer text, hold_reason text, hold_details text, judgement text)
   where $2::bigint is null or (select require_no_click_judged_since($3::bigint, $2::bigint))),
claimed as (
  insert into conversion_claims (account_id, mode, scope, value, conversion_id)
  select account_id, mode, claim_scope, external_id, id from given where claim_scope is not null
   order by account_id, mode, claim_scope, external_id
  on conflict do nothing returning conversion_id),
booked as materialized (
  select * from given where claim_scope is null or id in (select conversion_id from claimed)),
stored as (
  insert into conversions (id, public_id, account_id, mode, campaign_id, affiliate_id, click_id, promo_code,
    affiliate_code, method, attributed, reason, explanation, external_id, goal, customer_id, prospect_email,
    amount_minor, currency, commission_minor, commission_currency, terms_id, terms, status, review, from_deposit,
    unresolved_until, occurred_at, hold_until, created_at, metadata, request_id, buyer, judgement)
    overriding system value
  select id, public_id, account_id, mode, campaign_id, affiliate_id, click_id, promo_code, affiliate_code, method,
    attributed, reason, explanation, external_id, goal, customer_id, prospect_email, amount_minor, currency,
    commission_minor, commission_currency, terms_id, terms::jsonb, status, review, from_deposit,
    unresolved_until, occurred_at, hold_until, created_at, metadata::json, request_id, decode(buyer, 'hex'),
    judgement::jsonb
  from booked),
entered as ()sql";

constexpr std::string_view kAudit = R"sql(),
noted as (
  insert into audit (account_id, actor, action, subject, reason, mode, details)
  select account_id, actor, 'conversion.create', public_id, reason, mode, '{}'::jsonb from booked
  union all
  select account_id, actor, 'conversion.hold', public_id, hold_reason, mode, hold_details::jsonb from booked
   where hold_reason is not null),
events as ()sql";

constexpr std::string_view kAnswer = R"sql()
select n, id, (select public_id from campaigns where id = campaign_id), (select code from campaigns where id =
  campaign_id), (select public_id from affiliates where id = affiliate_id) from booked)sql";

void append(JsonRecordset& to, std::size_t n, const NewBooking& booking) {
  const ConversionRow& row = booking.row;
  to.row();
  to.integer("n", static_cast<std::int64_t>(n));
  to.id_or_null("given_id", row.id);
  to.text("public_id", row.public_id);
  to.id_or_null("account_id", row.account);
  to.text("mode", mode_name(row.mode));
  to.id_or_null("campaign_id", row.campaign);
  to.id_or_null("affiliate_id", row.affiliate);
  to.text_or_null("click_id", row.click_id);
  to.text_or_null("promo_code", row.promo_code);
  to.text_or_null("affiliate_code", row.affiliate_code);
  if (!row.method.empty()) to.text("method", row.method);
  to.flag("attributed", row.attributed);
  to.text("reason", row.reason);
  to.text("explanation", row.explanation);
  to.text_or_null("external_id", row.external_id);
  to.text("goal", row.goal);
  to.text_or_null("customer_id", row.customer_id);
  to.text_or_null("prospect_email", row.prospect_email);
  to.integer_or_null("amount_minor", row.amount_minor);
  to.text_or_null("currency", row.currency);
  to.integer("commission_minor", row.commission_minor);
  to.text_or_null("commission_currency", row.commission_currency);
  to.integer_or_null("terms_id", row.terms_id);
  to.text_or_null("terms", row.terms);
  to.text("status", status_name(row.status));
  to.flag("review", row.review);
  to.flag("from_deposit", row.from_deposit);
  to.time_or_null("unresolved_until", row.unresolved_until_us);
  to.time_or_null("occurred_at", row.occurred_us);
  to.time_or_null("hold_until", row.hold_until_us);
  to.time_or_null("created_at", row.created_us);
  to.text_or_null("metadata", row.metadata);
  to.text_or_null("request_id", row.request_id);
  if (!booking.claim_scope.empty()) to.text("claim_scope", booking.claim_scope);
  to.text("actor", booking.actor);
  to.text("event", booking.event);
  to.text_or_null("buyer", row.buyer);
  to.text_or_null("judgement", row.judgement);
  if (!booking.hold_reason.empty()) {
    to.text("hold_reason", booking.hold_reason);
    to.text("hold_details", booking.hold_details);
  }
  if (!booking.postings.empty()) {
    to.raw("postings", postings_json(booking.postings));
  }
}

}  // namespace

Result<void> write_bookings(Database& database, std::span<NewBooking> bookings) {
  JsonRecordset given;
  for (std::size_t n = 0; n < bookings.size(); ++n) append(given, n, bookings[n]);
  static const std::string sql = std::string(kClaimAndStore) + insert_entries_from("booked", "'conversion booked'") +
                                 std::string(kAudit) + insert_events_from("booked", event::kConversionCreated) +
                                 std::string(kAnswer);
  std::optional<std::int64_t> judged_pages;  // the fewest: none of the clicks was read before
  for (const NewBooking& booking : bookings) {
    if (!booking.judged_pages) continue;
    judged_pages = std::min(judged_pages.value_or(*booking.judged_pages), *booking.judged_pages);
  }
  auto rows = database.query(sql, {given.array(), judged_pages, kRejudgingLock});
  if (!rows) return Failure(rows.error());
  for (int r = 0; r < rows->size(); ++r) {
    RowReader in(*rows, r);
    NewBooking& booking = bookings[static_cast<std::size_t>(in.integer())];
    booking.row.id = in.id<ConversionId>();
    booking.row.campaign_public_id = in.text();
    booking.row.campaign_code = in.text();
    booking.row.affiliate_public_id = in.text();
    booking.stored = true;
  }
  return {};
}

}  // namespace footfall::core
