// Addresses in a mail's head. Pure.
#pragma once

#include <string>
#include <string_view>

#include "proto/base/result.h"

namespace footfall::core {

// What can be written to: narrower than what affiliates may have as their address, for quotes, commas, brackets and
// the like have a meaning in the head.
bool is_mail_address(std::string_view email);

struct MailSender {
  std::string name;  // may be empty
  std::string email;
};
// "no-reply@example.com" or "Example <no-reply@example.com>".
Result<MailSender> parse_mail_sender(std::string_view text);

}  // namespace footfall::core
