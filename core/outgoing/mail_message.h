// A mail as text with a head (RFC 5322), in UTF-8. Nothing that a person has chosen can become a line of the head or a
// second recipient. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/domain/mail_address.h"

namespace footfall::core {

struct MailText {
  std::string subject;
  std::string body;  // lines end with \n
};

struct MailEnvelope {
  MailSender from;
  std::string to;         // is_mail_address()
  std::string public_id;  // makes the Message-ID, the same for every try
  std::int64_t sent_us = 0;
};
// `encoded`: in printable ASCII with lines of at most 998 bytes, which every server takes. Otherwise the body stays
// readable.
std::string mail_message(const MailEnvelope& envelope, const MailText& text, bool encoded);

}  // namespace footfall::core
