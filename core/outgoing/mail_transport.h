// Takes a mail to where it leaves us: to a mail server (SMTP), or, for development, into a file. Blocks the calling
// thread until it is done, has failed, or its time is over. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

#include "core/outgoing/mail_message.h"

namespace footfall::core {

struct MailTransportOptions {
  std::string smtp_url;        // smtp://host:port or smtps://host:port; empty: `directory`
  std::string user, password;  // empty: none
  std::string ca_file;         // empty: the system's certificates
  bool require_tls = true;     // smtp:// must go on under STARTTLS
  std::int64_t timeout_ms = 30'000;
  std::string directory;  // each mail is a file there
  bool has_any() const { return !smtp_url.empty() || !directory.empty(); }
};

struct SendOutcome {
  bool sent = false;
  bool is_final = false;  // the server will refuse it the next time, too
  std::string error;      // a stable word, and the server's status: "refused 550", "connect"
};

class MailTransport {
 public:
  explicit MailTransport(const MailTransportOptions& options);
  ~MailTransport();
  MailTransport(const MailTransport&) = delete;
  MailTransport& operator=(const MailTransport&) = delete;

  // A stop breaks it off.
  SendOutcome send(const MailEnvelope& envelope, const MailText& text, const std::stop_token& stop);

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

// `{directory}/{time}-{public id}.eml`, there whole or not at all; readable by its owner alone.
SendOutcome write_mail_file(const std::string& directory, const MailEnvelope& envelope, const MailText& text);

}  // namespace footfall::core
