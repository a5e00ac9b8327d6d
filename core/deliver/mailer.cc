// A mail is taken, its text is made, it is sent, and its row is deleted or gets the time of the next try. What cannot
// be written afterwards is taken again when its lease is over, which is what "at least once" allows.
#include "core/deliver/mailer.h"

#include <array>

#include "core/deliver/mail_texts.h"
#include "proto/base/lifecycle.h"
#include "proto/base/logging.h"

namespace footfall::core {
namespace {

constexpr const char* kAttemptsHelp = "Tries to send a mail, by what came of them.";
constexpr std::int64_t kSecondUs = 1'000'000;
constexpr std::int64_t kAgeMaxUs = 86'400 * kSecondUs;

}  // namespace

std::optional<std::int64_t> mail_pause_us(int attempt, std::int64_t age_us) {
  constexpr std::array<std::int64_t, 9> kPausesS = {2, 10, 60, 300, 900, 1'800, 3'600, 7'200, 14'400};
  if (attempt < 1 || static_cast<std::size_t>(attempt) > kPausesS.size()) return std::nullopt;
  const std::int64_t pause_us = kPausesS.at(static_cast<std::size_t>(attempt - 1)) * kSecondUs;
  if (age_us + pause_us > kAgeMaxUs) return std::nullopt;
  return pause_us;
}

Mailer::Mailer(const MailerOptions& options, const Clock& clock, Metrics& metrics)
    : options_(options),
      clock_(clock),
      database_(options.postgres_url, "footfall-core mail"),
      transport_(options.transport),
      sent_(metrics.counter("footfall_mail_attempts_total", kAttemptsHelp, {{"outcome", "sent"}})),
      retried_(metrics.counter("footfall_mail_attempts_total", kAttemptsHelp, {{"outcome", "retry"}})),
      given_up_(metrics.counter("footfall_mail_attempts_total", kAttemptsHelp, {{"outcome", "given_up"}})),
      needless_(metrics.counter("footfall_mail_attempts_total", kAttemptsHelp, {{"outcome", "needless"}})),
      failures_(metrics.counter("footfall_mail_failures_total", "Rounds that PostgreSQL failed.")),
      waiting_(metrics.gauge("footfall_mail_waiting", "Mails that wait to be sent, retries included.")),
      failed_(metrics.gauge("footfall_mail_failed", "Mails that could not be sent and were given up, of a month.")) {}

void Mailer::run(std::stop_token stop) {
  std::int64_t next_figures_us = 0;
  while (!stop.stop_requested()) {
    if (clock_.steady_us() >= next_figures_us) {
      count_queue();
      next_figures_us = clock_.steady_us() + options_.figures_us;
    }
    if (!send_next(stop)) sleep_or_stop(stop, options_.poll_us);
  }
}

bool Mailer::send_next(const std::stop_token& stop) {
  auto had_one = send_due(stop);
  if (had_one) return *had_one;
  failures_.add();
  log_warn_limited("mail.failed", {{"reason", had_one.error().message}});
  return false;
}

Result<bool> Mailer::send_due(const std::stop_token& stop) {
  auto due = take_due_mail(database_, options_.transport.timeout_ms * 1'000 + options_.lease_margin_us);
  if (!due) return Failure(due.error());
  if (!*due) return false;
  const DueMail& mail = **due;
  auto text = write_mail(database_, options_.site, mail);
  if (!text) return Failure(text.error());
  if (!*text) {
    needless_.add();
    if (auto deleted = delete_mail(database_, mail.id); !deleted) return Failure(deleted.error());
    return true;
  }
  SendOutcome outcome;
  if (is_mail_address(mail.recipient)) {
    outcome = transport_.send({options_.from, mail.recipient, mail.public_id, clock_.wall_us()}, **text, stop);
  } else {
    outcome = {.is_final = true, .error = "address"};
  }
  if (auto settled = settle(mail, outcome); !settled) return Failure(settled.error());
  return true;
}

Result<void> Mailer::settle(const DueMail& mail, const SendOutcome& outcome) {
  if (outcome.sent) {
    sent_.add();
    log_info("mail.sent", {{"mail", mail.public_id}, {"kind", mail.kind}, {"attempt", mail.attempt}});
    return delete_mail(database_, mail.id);
  }
  const auto pause_us = outcome.is_final ? std::nullopt : mail_pause_us(mail.attempt, mail.age_us);
  if (pause_us) {
    retried_.add();
    log_warn_limited("mail.retry", {{"mail", mail.public_id}, {"kind", mail.kind}, {"reason", outcome.error}});
    return postpone_mail(database_, mail, *pause_us, outcome.error);
  }
  given_up_.add();
  log_warn("mail.given_up", {{"mail", mail.public_id}, {"kind", mail.kind}, {"reason", outcome.error}});
  return fail_mail(database_, mail, outcome.error);
}

void Mailer::count_queue() {
  auto queue = mail_queue(database_);
  if (!queue) return;  // the next round says why
  waiting_.set(static_cast<double>(queue->waiting));
  failed_.set(static_cast<double>(queue->failed));
}

}  // namespace footfall::core
