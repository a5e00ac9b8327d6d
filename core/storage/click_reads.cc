// The filter on time is a range of ids (UUIDv7 begins with the milliseconds), so that PostgreSQL opens only the
// partitions that can match, and pages continue after the last key instead of counting rows.
#include "core/storage/click_reads.h"

#include <algorithm>

#include "core/storage/row_reader.h"
#include "proto/wire/ids.h"

namespace footfall::core {
namespace {

constexpr std::string_view kSelect =
    "select c.id::text, c.account_id, c.mode, c.affiliate_id, (extract(epoch from c.received_at) * 1000000)::bigint, "
    "c.verdict, "
    "c.is_unique, c.source, c.visitor, c.ip, c.user_agent, c.referrer, c.landing, c.sub1, c.sub2, c.sub3, c.sub4, "
    "c.sub5, coalesce(c.utm, '{}')::text, coalesce(c.params, '{}')::text, c.number, a.public_id, a.dialect, "
    "k.public_id, k.name, k.attribution_window_s, f.public_id, f.email, l.public_id, l.host, l.code, p.public_id, "
    "c.stream_id, s.edge, "
    "s.incarnation, s.position, v.digest from clicks c left join accounts a on a.id = c.account_id "
    "left join campaigns k on k.id = c.campaign_id left join affiliates f on f.id = c.affiliate_id "
    "left join links l on l.id = c.link_id left join api_keys p on p.id = c.key_id "
    "left join streams s on s.id = c.stream_id left join click_rules v on v.id = c.rules_id ";

StoredClick read(RowReader& reader) {
  StoredClick click;
  click.id = wire::parse_uuid(reader.text()).value_or(wire::ClickId{});
  click.account = reader.id<wire::AccountId>();
  click.mode = reader.integer() == 1 ? wire::Mode::test : wire::Mode::live;
  click.affiliate = reader.id<wire::AffiliateId>();
  click.received_us = reader.integer();
  click.verdict = static_cast<std::uint32_t>(reader.integer());
  click.is_unique = reader.flag();
  click.source = reader.integer();
  click.visitor = reader.bytes();
  click.ip = reader.bytes();
  click.user_agent = reader.optional_text();
  click.referrer = reader.optional_text();
  click.landing = reader.optional_text();
  for (auto& sub : click.sub) sub = reader.optional_text();
  click.utm = reader.text();
  click.params = reader.text();
  click.number = static_cast<std::uint64_t>(reader.integer());
  click.account_public_id = reader.text();
  click.dialect = reader.text();
  click.campaign_public_id = reader.text();
  click.campaign_name = reader.text();
  click.window_s = reader.optional_integer();
  click.affiliate_public_id = reader.text();
  click.affiliate_email = reader.text();
  click.link_public_id = reader.text();
  click.link_host = reader.text();
  click.link_code = reader.text();
  click.key_public_id = reader.text();
  click.stream_id = reader.integer();
  click.edge = reader.text();
  click.incarnation = reader.bytes();
  click.stream_position = static_cast<std::uint64_t>(reader.integer());
  click.rules = reader.bytes();
  return click;
}

Param bound_or_null(const std::optional<std::int64_t>& wall_us) {
  return wall_us ? Param(lowest_click_id_at(*wall_us)) : Param(std::nullopt);
}

}  // namespace

std::string lowest_click_id_at(std::int64_t wall_us) {
  const auto ms = static_cast<std::uint64_t>(std::clamp<std::int64_t>(wall_us / 1000, 0, (std::int64_t{1} << 48) - 1));
  wire::ClickId id;
  for (std::size_t i = 0; i < 6; ++i) id.bytes[i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
  return wire::to_uuid(id);
}

Result<std::vector<StoredClick>> find_stored_clicks(Database& database, const wire::ClickId& id) {
  return read_all<StoredClick>(
      database.query(std::string(kSelect) + "where c.id = $1 order by c.account_id, c.mode", {wire::to_uuid(id)}),
      read);
}

Result<std::vector<StoredClick>> read_clicks(Database& database, const ClickFilter& filter, const StoredClick* after,
                                             int limit) {
  std::vector<Param> parameters;
  std::string where = "where true";
  const auto add = [&](std::string_view condition, Param value) {
    parameters.push_back(std::move(value));
    where += " and " + std::string(condition) + " $" + std::to_string(parameters.size());
  };
  if (filter.account) add("c.account_id =", filter.account.value);
  if (filter.campaign) add("c.campaign_id =", filter.campaign.value);
  if (filter.affiliate) add("c.affiliate_id =", filter.affiliate.value);
  if (filter.link) add("c.link_id =", filter.link.value);
  if (filter.mode) add("c.mode =", static_cast<int>(*filter.mode));
  if (filter.from_us) add("c.id >=", bound_or_null(filter.from_us));
  if (filter.to_us) add("c.id <", bound_or_null(filter.to_us));
  if (filter.net_only) where += " and c.verdict = 0";
  if (after) {
    add("c.id >=", wire::to_uuid(after->id));  // prunes partitions, which the comparison of rows does not
    const auto at = std::to_string(parameters.size());
    parameters.emplace_back(after->account.value);
    parameters.emplace_back(static_cast<int>(after->mode));
    where += " and (c.id, c.account_id, c.mode) > ($" + at + ", $" + std::to_string(parameters.size() - 1) + ", $" +
             std::to_string(parameters.size()) + ")";
  }
  parameters.emplace_back(limit);
  where += " order by c.id, c.account_id, c.mode limit $" + std::to_string(parameters.size());
  return read_all<StoredClick>(database.query(std::string(kSelect) + where, parameters), read);
}

Result<std::vector<ClickConflict>> conflicts_of_click(Database& database, const Scope& scope, const wire::ClickId& id) {
  const auto read_conflict = [](RowReader& reader) {
    ClickConflict conflict;
    conflict.received_us = reader.integer();
    conflict.campaign_public_id = reader.text();
    conflict.affiliate_public_id = reader.text();
    conflict.link_public_id = reader.text();
    conflict.edge = reader.text();
    conflict.number = static_cast<std::uint64_t>(reader.integer());
    return conflict;
  };
  return read_all<ClickConflict>(
      database.query(
          std::string("select (extract(epoch from x.received_at) * 1000000)::bigint, k.public_id, f.public_id, "
                      "l.public_id, s.edge, x.number from click_conflicts x "
                      "left join campaigns k on k.id = x.campaign_id left join affiliates f on f.id = x.affiliate_id "
                      "left join links l on l.id = x.link_id left join streams s on s.id = x.stream_id "
                      "where x.id = $1") +
              scope_condition("x.account_id", "case x.mode when 1 then 'test' else 'live' end", "x.affiliate_id") +
              "order by x.stream_id, x.number",
          scope_parameters(wire::to_uuid(id), scope)),
      read_conflict);
}

}  // namespace footfall::core
