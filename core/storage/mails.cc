#include "core/storage/mails.h"

#include "core/storage/row_reader.h"
#include "proto/wire/ids.h"

namespace footfall::core {
namespace {

// Locked rows are passed over, so that processes take different ones.
constexpr std::string_view kTake = R"sql(
update mails set attempts = attempts + 1, next_attempt_at = now() + $1 * interval '1 microsecond'
 where id = (select id from mails where status = 'waiting' and next_attempt_at <= now()
              order by next_attempt_at limit 1 for update skip locked)
returning id, public_id, kind, recipient, about, attempts,
  (extract(epoch from now() - created_at) * 1000000)::bigint)sql";

DueMail read_due(RowReader& in) {
  DueMail mail;
  mail.id = in.integer();
  mail.public_id = in.text();
  mail.kind = in.text();
  mail.recipient = in.text();
  mail.about = in.optional_integer();
  mail.attempt = static_cast<int>(in.integer());
  mail.age_us = in.integer();
  return mail;
}

}  // namespace

Result<void> insert_mail(Database& database, std::string_view kind, std::string_view recipient,
                         std::optional<std::int64_t> about) {
  return done(database.query(
      "insert into mails (public_id, kind, recipient, about) values ($1, $2, $3, $4) "
      "on conflict (kind, lower(recipient), coalesce(about, 0)) where status = 'waiting' and attempts = 0 do nothing",
      {wire::new_public_id("mail_"), kind, recipient, about}));
}

Result<std::optional<DueMail>> take_due_mail(Database& database, std::int64_t lease_us) {
  auto due = read_all<DueMail>(database.query(kTake, {lease_us}), read_due);
  if (!due) return Failure(due.error());
  if (due->empty()) return std::nullopt;
  return std::move(due->front());
}

Result<void> delete_mail(Database& database, std::int64_t id) {
  return done(database.query("delete from mails where id = $1", {id}));
}

Result<void> postpone_mail(Database& database, const DueMail& mail, std::int64_t delay_us, std::string_view error) {
  return done(
      database.query("update mails set next_attempt_at = now() + $3 * interval '1 microsecond', error = $4 "
                     "where id = $1 and attempts = $2 and status = 'waiting'",
                     {mail.id, mail.attempt, delay_us, error}));
}

Result<void> fail_mail(Database& database, const DueMail& mail, std::string_view error) {
  return done(database.query(
      "update mails set status = 'failed', error = $3 where id = $1 and attempts = $2 and status = 'waiting'",
      {mail.id, mail.attempt, error}));
}

Result<MailQueue> mail_queue(Database& database) {
  return read_one<MailQueue>(
      database.query("select count(*) filter (where status = 'waiting'), count(*) filter (where status = 'failed') "
                     "from mails"),
      [](RowReader& in) {
        MailQueue queue;
        queue.waiting = in.integer();
        queue.failed = in.integer();
        return queue;
      },
      "no row");
}

Result<std::int64_t> trim_mails(Database& database, std::int64_t created_before_us) {
  auto rows = database.query(
      "delete from mails where id in (select id from mails where created_at < $1 order by created_at limit 10000)",
      {timestamp_us(created_before_us)});
  if (!rows) return Failure(rows.error());
  return rows->affected();
}

}  // namespace footfall::core
