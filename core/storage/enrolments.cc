#include "core/storage/enrolments.h"

#include "core/storage/arrays.h"
#include "core/storage/row_reader.h"

namespace footfall::core {
namespace {

constexpr std::string_view kSelect =
    "select e.id, e.campaign_id, c.public_id, e.affiliate_id, f.public_id, f.email, f.name, f.status, e.status, "
    "e.code, (select l.host from links l where l.campaign_id = e.campaign_id and l.affiliate_id = e.affiliate_id and "
    "l.code_fold = lower(e.code) and l.status <> 'deleted' limit 1), (extract(epoch from e.joined_at) * "
    "1000000)::bigint, "
    "(extract(epoch from e.removed_at) * 1000000)::bigint from enrolments e "
    "join campaigns c on c.id = e.campaign_id join affiliates f on f.id = e.affiliate_id ";

constexpr std::string_view kMatches =
    "($1::bigint is null or e.campaign_id = $1) and ($2::bigint is null or e.affiliate_id = $2) "
    "and (case when $3::text is null then $4 = 't' or e.status <> 'removed' else e.status = $3 end) "
    "and ($5::bigint is null or c.account_id = $5) and ($6::text is null or c.mode = $6) ";

std::vector<Param> matching(const EnrolmentFilter& filter) {
  return {id_or_null(filter.campaign),     id_or_null(filter.affiliate), filter.status,
          filter.with_removed ? "t" : "f", id_or_null(filter.account),   mode_or_null(filter.mode)};
}

EnrolmentRow read(RowReader& reader) {
  EnrolmentRow row;
  row.id = reader.id<EnrolmentId>();
  row.campaign = reader.id<wire::CampaignId>();
  row.campaign_public_id = reader.text();
  row.affiliate = reader.id<wire::AffiliateId>();
  row.affiliate_public_id = reader.text();
  row.affiliate_email = reader.text();
  row.affiliate_name = reader.text();
  row.affiliate_status = reader.text();
  row.status = reader.text();
  row.code = reader.text();
  row.link_host = reader.optional_text();
  row.joined_us = reader.integer();
  row.removed_us = reader.optional_integer();
  return row;
}

std::string select(std::string_view tail) { return std::string(kSelect) + std::string(tail); }

}  // namespace

Result<void> insert_enrolment(Database& database, EnrolmentRow& row) {
  auto rows = database.query(
      "insert into enrolments (campaign_id, affiliate_id, status, code) values ($1, $2, $3, $4) "
      "returning id, (extract(epoch from joined_at) * 1000000)::bigint",
      {row.campaign.value, row.affiliate.value, row.status, row.code});
  if (!rows) return Failure(rows.error());
  row.id.value = static_cast<std::uint64_t>(rows->integer(0, 0));
  row.joined_us = rows->integer(0, 1);
  return {};
}

Result<std::optional<EnrolmentRow>> find_enrolment(Database& database, wire::CampaignId campaign,
                                                   wire::AffiliateId affiliate, bool for_update) {
  return read_optional<EnrolmentRow>(
      database.query(select(for_update ? "where e.campaign_id = $1 and e.affiliate_id = $2 for update of e"
                                       : "where e.campaign_id = $1 and e.affiliate_id = $2"),
                     {campaign.value, affiliate.value}),
      read);
}

Result<void> store_enrolment_status(Database& database, EnrolmentId id, std::string_view status) {
  auto rows = database.query(
      "update enrolments set status = $2, removed_at = case when $2 = 'removed' then now() end where id = $1",
      {id.value, status});
  if (!rows) return Failure(rows.error());
  return {};
}

Result<std::vector<EnrolmentRow>> list_enrolments(Database& database, const EnrolmentFilter& filter) {
  auto parameters = matching(filter);
  parameters.emplace_back(filter.limit);
  parameters.emplace_back(filter.offset);
  return read_all<EnrolmentRow>(
      database.query(select("where " + std::string(kMatches) + "order by e.id desc limit $7 offset $8"), parameters),
      read);
}

Result<std::int64_t> count_enrolments(Database& database, const EnrolmentFilter& filter) {
  return read_count(database.query(
      "select count(*) from enrolments e join campaigns c on c.id = e.campaign_id where " + std::string(kMatches),
      matching(filter)));
}

Result<std::vector<EnrolmentRow>> enrolments_of(Database& database, wire::CampaignId campaign,
                                                const std::vector<std::uint64_t>& affiliates) {
  return read_all<EnrolmentRow>(
      database.query(select("where e.campaign_id = $1 and e.affiliate_id = any($2::bigint[])"),
                     {campaign.value, integer_array(affiliates)}),
      read);
}

}  // namespace footfall::core
