// PostgreSQL writes the JSON: every list is one statement, whose columns are the members. Of all merchants, and of live
// and test mode alike; what was rejected, removed or taken back is in it.
#include "core/storage/personal_data.h"

#include "core/storage/row_reader.h"

namespace footfall::core {
namespace {

constexpr PersonalList kLists[] = {
    {"merchants",
     "select a.name as merchant, f.public_id as id, f.mode, f.email, f.name, f.status, moment(f.created_at) as since "
     "from affiliates f join accounts a on a.id = f.account_id where f.user_id = $1 order by f.id"},
    {"campaigns",
     "select c.name as campaign, a.name as merchant, c.mode, e.status, e.code, (select l.host from links l where "
     "l.campaign_id = e.campaign_id and l.affiliate_id = e.affiliate_id and l.code_fold = lower(e.code) and l.status "
     "<> 'deleted' limit 1) as link_host, moment(e.joined_at) as joined_at, moment(e.removed_at) as removed_at from "
     "affiliates f join enrolments e on e.affiliate_id = f.id join campaigns c on c.id = e.campaign_id join accounts a "
     "on a.id = f.account_id where f.user_id = $1 order by e.id"},
    {"links",
     "select l.public_id as id, c.name as campaign, l.mode, l.host, l.code, l.target_url, l.status, "
     "moment(l.created_at) as created_at, moment(l.expires_at) as expires_at from affiliates f join links l on "
     "l.affiliate_id = f.id join campaigns c on c.id = l.campaign_id where f.user_id = $1 order by l.id"},
    {"promo_codes",
     "select p.public_id as id, c.name as campaign, p.mode, p.code, p.status, moment(p.created_at) as created_at from "
     "affiliates f join promo_codes p on p.affiliate_id = f.id join campaigns c on c.id = p.campaign_id where "
     "f.user_id "
     "= $1 order by p.id"},
    {"invitations",
     "select c.name as campaign, a.name as merchant, moment(i.created_at) as invited_at, moment(i.expires_at) as "
     "expires_at, moment(i.voided_at) as voided_at, moment(i.accepted_at) as accepted_at from users u join invites i "
     "on lower(i.email) = lower(u.email) join campaigns c on c.id = i.campaign_id join accounts a on a.id = "
     "c.account_id where u.id = $1 order by i.id"},
    {"consents",
     "select c.name as campaign, s.version, s.text, s.address, moment(s.at) as at from consents s join campaigns c on "
     "c.id = s.campaign_id where s.user_id = $1 order by s.id"},
    {"sessions",
     "select address, moment(created_at) as since, moment(expires_at) as expires_at from sessions where user_id = $1 "
     "order by created_at, token_hash"},
    {"portal_visitors",
     "select encode(visitor, 'hex') as visitor, day, moment(seen_at) as seen_at from portal_visitors where user_id = "
     "$1 order by seen_at, visitor"},
    {"days",
     "select day, sum(gross)::bigint as clicks, sum(net)::bigint as human_clicks, sum(sales)::bigint as conversions "
     "from (select r.day, r.gross, r.net, 0 as sales from affiliates f join enrolments e on e.affiliate_id = f.id join "
     "click_rollups r on r.campaign_id = e.campaign_id and r.affiliate_id = f.id where f.user_id = $1 union all select "
     "(v.created_at at time zone 'UTC')::date, 0, 0, 1 from affiliates f join enrolments e on e.affiliate_id = f.id "
     "join conversions v on v.campaign_id = e.campaign_id and v.affiliate_id = f.id where f.user_id = $1 and v.status "
     "in ('pending', 'approved', 'paid')) x group by day order by day"},
    {"conversions",
     "select v.public_id as id, moment(v.created_at) as created_at, c.name as campaign, v.mode, v.goal, "
     "v.amount_minor, v.currency, v.commission_minor - v.reversed_minor as commission_minor, v.reversed_minor, "
     "v.commission_currency, v.status, v.rejection_reason, v.rejection_note, v.reason as credited_because, "
     "moment(v.hold_until) as hold_until, moment(v.decided_at) as decided_at, moment(v.paid_at) as paid_at from "
     "affiliates f join enrolments e on e.affiliate_id = f.id join conversions v on v.campaign_id = e.campaign_id and "
     "v.affiliate_id = f.id join campaigns c on c.id = v.campaign_id where f.user_id = $1 order by v.id"},
    {"postbacks",
     "select w.url, w.description, w.events, w.status, moment(w.created_at) as created_at from affiliates f join "
     "webhook_endpoints w on w.affiliate_id = f.id where f.user_id = $1 and w.status <> 'deleted' order by w.id"},
    {"mails",
     "select m.kind, m.status, moment(m.created_at) as created_at from users u join mails m on lower(m.recipient) = "
     "lower(u.email) where u.id = $1 order by m.id"},
    {"history",
     "select moment(t.at) as at, t.action, t.reason, t.details from audit t where t.subject in (select public_id from "
     "users where id = $1 "
     "union all select public_id from affiliates where user_id = $1) order by t.id"},
};

}  // namespace

std::span<const PersonalList> personal_lists() { return kLists; }

Result<std::vector<std::string>> read_personal_list(Database& database, const PersonalList& list, UserId user,
                                                    std::int64_t limit, std::int64_t offset) {
  // Times as everywhere in our JSON.
  constexpr std::string_view kMoment = "moment(";
  constexpr std::string_view kFormat = R"(, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))";
  std::string sql = "select row_to_json(x)::text from (";
  std::string_view rest = list.sql;
  for (std::size_t at = rest.find(kMoment); at != std::string_view::npos; at = rest.find(kMoment)) {
    const std::size_t end = rest.find(')', at);
    sql.append(rest.substr(0, at))
        .append("to_char(")
        .append(rest.substr(at + kMoment.size(), end - at - kMoment.size()));
    sql.append(" at time zone 'UTC'").append(kFormat);
    rest.remove_prefix(end + 1);
  }
  sql.append(rest).append(" limit $2 offset $3) x");
  return read_all<std::string>(database.query(sql, {user.value, limit, offset}),
                               [](RowReader& in) { return in.text(); });
}

}  // namespace footfall::core
