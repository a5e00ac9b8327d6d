// Sends the mails of the table `mails`, one after the other, on a thread of its own. A mail is taken for longer than a
// try can last, so that one whose process died is taken again: it arrives at least once. Any number of processes may do
// this at the same time.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

#include "core/domain/site.h"
#include "core/outgoing/mail_transport.h"
#include "core/storage/database.h"
#include "core/storage/mails.h"
#include "proto/base/clock.h"
#include "proto/base/metrics.h"

namespace footfall::core {

struct MailerOptions {
  std::string postgres_url;
  Site site;
  MailSender from;
  MailTransportOptions transport;
  std::int64_t poll_us = 500'000;
  std::int64_t lease_margin_us = 30'000'000;  // beyond the longest try
  std::int64_t figures_us = 10'000'000;       // how often the queue is counted
};

class Mailer {
 public:
  // Clock and metrics must outlive it.
  Mailer(const MailerOptions& options, const Clock& clock, Metrics& metrics);

  void run(std::stop_token stop);
  // One mail; true: there may be more. Errors are logged and counted.
  bool send_next(const std::stop_token& stop);

 private:
  Result<bool> send_due(const std::stop_token& stop);
  Result<void> settle(const DueMail& mail, const SendOutcome& outcome);
  void count_queue();

  const MailerOptions options_;
  const Clock& clock_;
  Database database_;
  MailTransport transport_;
  Counter &sent_, &retried_, &given_up_, &needless_, &failures_;
  Gauge &waiting_, &failed_;
};

// The pause after a try; none: that was the last one. A mail older than a day is not tried again.
std::optional<std::int64_t> mail_pause_us(int attempt, std::int64_t age_us);

}  // namespace footfall::core
