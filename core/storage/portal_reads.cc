// Every statement starts from the user's affiliates and goes on by their enrolments, as the indexes of roll-ups and
// conversions do.
#include "core/storage/portal_reads.h"

#include "core/storage/row_reader.h"

namespace footfall::core {
namespace {

constexpr std::string_view kMine =
    "from affiliates f join enrolments e on e.affiliate_id = f.id join campaigns c on c.id = e.campaign_id "
    "join accounts a on a.id = f.account_id ";
constexpr std::string_view kOfUser = "where f.user_id = $1 and f.mode = 'live' and f.status <> 'erased' ";
// A day since 1970 as a moment: $2.
constexpr std::string_view kSince =
    "and v.created_at >= ('1970-01-01'::timestamp + $2 * interval '1 day') at time zone 'UTC' ";

std::string sql(std::string_view columns, std::string_view joins, std::string_view tail) {
  return std::string(columns).append(kMine).append(joins).append(kOfUser).append(tail);
}

constexpr std::string_view kConversions =
    "join conversions v on v.campaign_id = e.campaign_id and v.affiliate_id = f.id ";

constexpr std::string_view kMembership =
    "select c.public_id, c.name, c.status, a.name, case when e.status = 'active' then f.status else e.status end, "
    "e.code, (select l.host from links l where l.campaign_id = e.campaign_id and l.affiliate_id = e.affiliate_id and "
    "l.code_fold = lower(e.code) and l.status <> 'deleted' limit 1), "
    "(extract(epoch from e.joined_at) * 1000000)::bigint, c.target_url, a.dialect, coalesce((select string_agg(p.code, "
    "' ' order by p.id) from (select p.id, p.code from promo_codes p where p.campaign_id = e.campaign_id and "
    "p.affiliate_id = e.affiliate_id and p.status = 'active' order by p.id limit 20) p), '') ";

Membership read_membership(RowReader& reader) {
  Membership row;
  row.campaign_id = reader.text();
  row.campaign_name = reader.text();
  row.campaign_status = reader.text();
  row.account_name = reader.text();
  row.status = reader.text();
  row.code = reader.text();
  row.link_host = reader.optional_text();
  row.joined_us = reader.integer();
  row.target = reader.text();
  row.dialect = wire::parse_dialect(reader.text()).value_or(wire::Dialect::none);
  row.promo_codes = reader.text();
  return row;
}

}  // namespace

Result<std::vector<Membership>> memberships_of(Database& database, UserId user, int limit) {
  static const std::string text = sql(kMembership, "", "and e.status <> 'removed' order by e.id desc limit $2");
  return read_all<Membership>(database.query(text, {user.value, limit}), read_membership);
}

Result<std::optional<Membership>> membership_in(Database& database, UserId user, std::string_view campaign) {
  static const std::string text = sql(kMembership, "", "and e.status <> 'removed' and c.public_id = $2");
  return read_optional<Membership>(database.query(text, {user.value, campaign}), read_membership);
}

Result<std::vector<PortalDay>> portal_days_of(Database& database, UserId user, std::int64_t from_day) {
  static const std::string text =
      "select day - '1970-01-01'::date, sum(gross)::bigint, sum(net)::bigint, sum(conversions)::bigint from (" +
      sql("select r.day, r.gross, r.net, 0 as conversions ",
          "join click_rollups r on r.campaign_id = e.campaign_id and r.affiliate_id = f.id ",
          "and r.day >= '1970-01-01'::date + $2::int ") +
      "union all " +
      sql("select (v.created_at at time zone 'UTC')::date, 0, 0, 1 ", kConversions,
          std::string(kSince) + "and v.status in ('pending', 'approved', 'paid')") +
      ") x group by day order by day";
  return read_all<PortalDay>(database.query(text, {user.value, from_day}), [](RowReader& reader) {
    PortalDay row;
    row.day = reader.integer();
    row.clicks = reader.integer();
    row.human_clicks = reader.integer();
    row.conversions = reader.integer();
    return row;
  });
}

Result<std::vector<PortalMoney>> portal_money_of(Database& database, UserId user, std::int64_t from_day) {
  static const std::string text =
      sql("select (v.created_at at time zone 'UTC')::date - '1970-01-01'::date, v.commission_currency, "
          "coalesce(sum(v.commission_minor - v.reversed_minor) filter (where v.status = 'pending'), 0)::bigint, "
          "coalesce(sum(v.commission_minor - v.reversed_minor) filter (where v.status = 'approved'), 0)::bigint, "
          "coalesce(sum(v.commission_minor - v.reversed_minor) filter (where v.status = 'paid'), 0)::bigint ",
          kConversions,
          std::string(kSince) +
              "and v.commission_currency is not null and v.status in ('pending', 'approved', 'paid') group by "
              "1, 2 order by 1, 2");
  return read_all<PortalMoney>(database.query(text, {user.value, from_day}), [](RowReader& reader) {
    PortalMoney row;
    row.day = reader.integer();
    row.currency = reader.text();
    row.pending_minor = reader.integer();
    row.approved_minor = reader.integer();
    row.paid_minor = reader.integer();
    return row;
  });
}

Result<std::vector<PortalConversion>> portal_conversions_of(Database& database, UserId user, std::string_view before,
                                                            int limit) {
  static const std::string text =
      sql("select v.public_id, (extract(epoch from v.created_at) * 1000000)::bigint, c.name, v.amount_minor, "
          "coalesce(v.currency, ''), v.commission_minor - v.reversed_minor, coalesce(v.commission_currency, ''), "
          "v.status, concat_ws(': ', replace(v.rejection_reason, '_', ' '), v.rejection_note), (extract(epoch from "
          "v.hold_until) * 1000000)::bigint ",
          kConversions,
          "and ($2 = '' or v.id < (select id from conversions where public_id = $2)) order by v.id desc limit $3");
  return read_all<PortalConversion>(database.query(text, {user.value, before, limit}), [](RowReader& reader) {
    PortalConversion row;
    row.public_id = reader.text();
    row.created_us = reader.integer();
    row.campaign_name = reader.text();
    row.amount_minor = reader.optional_integer();
    row.currency = reader.text();
    row.commission_minor = reader.integer();
    row.commission_currency = reader.text();
    row.status = parse_status(reader.text()).value_or(ConversionStatus::pending);
    row.reason = reader.text();
    row.hold_until_us = reader.optional_integer();
    return row;
  });
}

}  // namespace footfall::core
