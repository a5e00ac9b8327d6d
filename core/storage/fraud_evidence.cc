// Reads are bounded: the affiliate's conversions within the rule's time up to its count, the conversions of one click
// or one buyer, and the last places from which the affiliate came. Conversions of one affiliate share the count.
#include "core/storage/fraud_evidence.h"

#include "core/domain/attribution.h"
#include "core/storage/arrays.h"
#include "core/storage/json_recordset.h"
#include "core/storage/row_reader.h"
#include "proto/base/bytes.h"

namespace footfall::core {
namespace {

constexpr std::string_view kHash = "encode(substring(sha256(convert_to(s.value || ' ' || q.";
constexpr std::string_view kEndOfHash = ", 'UTF8')) for 16), 'hex')";

std::string hash_of(std::string_view column) {
  return std::string(kHash) + std::string(column) + std::string(kEndOfHash);
}

// What was booked before a conversion has a smaller id; before one that is not booked yet, everything was.
std::string is_before(std::string_view query) {
  return "c.id < coalesce(" + std::string(query) + ".conversion_id, 9223372036854775807)";
}

// A conversion that waits for its click is in no campaign yet, so that those that are reported after it may pass
// without being compared with it. It is compared with them when its click has come, and then only one of them passes:
// those that are held already, perhaps because of it, do not count.
std::string was_judged_before() {
  return "(" + is_before("q") +
         " or (c.id > q.conversion_id and c.unresolved_until is null and c.campaign_id = q.campaign_id "
         "and not c.review and c.created_at < q.duplicate_until))";
}

// The transaction id of the latest conversion that `condition` finds, that is the same purchase and was judged before.
std::string same_purchase(std::string_view condition) {
  return "(select coalesce(c.external_id, c.public_id) from conversions c where " + std::string(condition) + " and " +
         was_judged_before() +
         " and lower(c.goal) = lower(q.goal) and c.amount_minor is not distinct from q.amount_minor and c.currency is "
         "not distinct from q.currency and c.status not in ('rejected', 'reversed') and c.created_at > "
         "q.duplicate_since "
         "order by c.id desc limit 1)";
}

// One that waits for that click is in no campaign yet, and will be in the click's.
constexpr std::string_view kSameClick =
    "c.click_id = q.click_id and (c.campaign_id = q.campaign_id or c.unresolved_until is not null)";

std::string evidence_query() {
  return "with q as materialized (select * from json_to_recordset($1) as x (n int, campaign_id bigint, affiliate_id "
         "bigint, conversion_id bigint, click_id uuid, network text, visitor text, mailbox text, goal text, "
         "amount_minor bigint, currency text, reported timestamptz, duplicate_since timestamptz, duplicate_until "
         "timestamptz, velocity_since timestamptz, velocity_count bigint)), "
         "v as materialized (select g.campaign_id, g.affiliate_id, g.conversion_id, (select count(*) from (select from "
         "conversions c where c.campaign_id = g.campaign_id and c.affiliate_id = g.affiliate_id and c.created_at > "
         "g.velocity_since and c.created_at <= g.reported and c.reason <> '" +
         std::string(reason_name(AttributionReason::earlier_conversion)) + "' and " + is_before("g") +
         " order by c.created_at desc limit g.velocity_count) recent) as recent from (select campaign_id, "
         "affiliate_id, conversion_id, max(velocity_count) as velocity_count, max(velocity_since) as velocity_since, "
         "max(coalesce(reported, 'infinity')) as reported from q where velocity_count > 0 group by 1, 2, 3) g) "
         "select q.n, " +
         hash_of("mailbox") + ", " + hash_of("network") +
         ", a.email, u.email, case when q.network is not null then (select string_agg(distinct seen.address, ' ') from "
         "((select address from sessions where user_id = a.user_id order by created_at desc limit 50) union all "
         "(select address from consents where user_id = a.user_id order by id desc limit 50)) seen) end, "
         "case when exists (select from portal_visitors p where p.user_id = a.user_id and p.visitor = "
         "decode(q.visitor, 'hex')) then " +
         hash_of("visitor") + " end, " + same_purchase(kSameClick) + ", " +
         same_purchase("c.buyer = decode(" + hash_of("mailbox") + ", 'hex') and c.campaign_id = q.campaign_id") +
         ", coalesce(v.recent, 0) from q join affiliates a on a.id = q.affiliate_id left join users u on u.id = "
         "a.user_id left join v on v.campaign_id = q.campaign_id and v.affiliate_id = q.affiliate_id "
         "and v.conversion_id is not distinct from q.conversion_id cross join "
         "(select value from settings where key = 'fraud_key') s";
}

void append(JsonRecordset& to, std::size_t n, const FraudQuery& query) {
  const auto before = [&](std::int64_t seconds) { return query.reported_us - seconds * 1'000'000; };
  to.row();
  to.integer("n", static_cast<std::int64_t>(n));
  to.id_or_null("campaign_id", query.campaign);
  to.id_or_null("affiliate_id", query.affiliate);
  to.id_or_null("conversion_id", query.conversion);
  to.text_or_null("click_id", query.click_id);
  if (query.rules.self_referral && !query.click_address.empty()) to.text("network", to_hex(query.click_address));
  if (query.rules.self_referral && !query.click_visitor.empty()) to.text("visitor", to_hex(query.click_visitor));
  if (!query.mailbox.empty()) to.text("mailbox", query.mailbox);
  to.text("goal", query.goal);
  to.integer_or_null("amount_minor", query.amount_minor);
  to.text_or_null("currency", query.currency);
  // Of one that is booked already, later ones do not count for the velocity; whoever reports now is the last.
  if (query.conversion) {
    to.time_or_null("reported", query.reported_us);
    to.time_or_null("duplicate_until", before(-query.rules.duplicate_s));
  }
  // Without the rule nothing is later than null.
  if (query.rules.duplicate_s > 0) to.time_or_null("duplicate_since", before(query.rules.duplicate_s));
  to.time_or_null("velocity_since", before(query.rules.velocity_s));
  to.integer("velocity_count", query.rules.velocity_count);
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

}  // namespace

Result<void> lock_fraud_evidence(Database& database, std::span<const FraudQuery> queries) {
  std::vector<std::string> names;
  for (const FraudQuery& query : queries) {
    const std::string campaign = "fraud:" + std::to_string(query.campaign.value);
    names.push_back(campaign + ":" + std::to_string(query.affiliate.value));
    if (query.rules.duplicate_s == 0) continue;
    if (query.click_id) names.push_back(campaign + ":click:" + *query.click_id);
    if (!query.mailbox.empty()) names.push_back(campaign + ":buyer:" + query.mailbox);
  }
  return done(
      database.query("select pg_advisory_xact_lock(key) from (select distinct hashtextextended(name, 0) as key "
                     "from unnest($1::text[]) name order by key) keys",
                     {text_array(names)}));
}

Result<std::vector<FraudEvidence>> find_fraud_evidence(Database& database, std::span<const FraudQuery> queries) {
  static const std::string sql = evidence_query();
  std::vector<FraudEvidence> all(queries.size());
  if (queries.empty()) return all;
  JsonRecordset wanted;
  for (std::size_t n = 0; n < queries.size(); ++n) append(wanted, n, queries[n]);
  auto rows = database.query(sql, {wanted.array()});
  if (!rows) return Failure(rows.error());
  for (int r = 0; r < rows->size(); ++r) {
    RowReader in(*rows, r);
    FraudEvidence& evidence = all[static_cast<std::size_t>(in.integer())];
    evidence.buyer_hash = in.text();
    evidence.network_hash = in.text();
    evidence.affiliate_emails = {in.text(), in.text()};
    evidence.affiliate_addresses = words_of(in.text());
    evidence.affiliate_visitor_hash = in.text();
    evidence.same_click = in.text();
    evidence.same_buyer = in.text();
    evidence.recent = in.integer();
  }
  return all;
}

}  // namespace footfall::core
