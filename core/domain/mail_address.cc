#include "core/domain/mail_address.h"

#include <algorithm>

#include "proto/base/bytes.h"

namespace footfall::core {
namespace {

constexpr std::size_t kAddressBytesMax = 254;

bool is_plain(char c) { return c >= ' ' && c <= '~'; }
bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
bool is_beyond_ascii(char c) { return static_cast<unsigned char>(c) >= 0x80; }

}  // namespace

bool is_mail_address(std::string_view email) {
  constexpr std::string_view kMarks = "!#$%&'*+-/=?^_`{|}~.";
  const std::size_t at = email.rfind('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == email.size() || email.size() > kAddressBytesMax)
    return false;
  const bool has_local = std::ranges::all_of(email.substr(0, at), [&](char c) {
    return is_letter_or_digit(c) || is_beyond_ascii(c) || kMarks.find(c) != std::string_view::npos;
  });
  return has_local && std::ranges::all_of(email.substr(at + 1), [](char c) {
           return is_letter_or_digit(c) || is_beyond_ascii(c) || c == '-' || c == '.';
         });
}

Result<MailSender> parse_mail_sender(std::string_view text) {
  MailSender sender;
  std::string_view email = trim(text);
  if (email.ends_with('>')) {
    const std::size_t open = email.rfind('<');
    if (open == std::string_view::npos) return invalid("an address ends with > and has no <");
    sender.name = std::string(trim(email.substr(0, open)));
    email = email.substr(open + 1, email.size() - open - 2);
  }
  const bool has_good_name = std::ranges::all_of(
      sender.name, [](char c) { return (is_plain(c) || is_beyond_ascii(c)) && c != '"' && c != '<' && c != '>'; });
  if (!is_mail_address(email) || !has_good_name) {
    return invalid("\"" + std::string(text) +
                   "\" is neither \"address@example.com\" nor \"Name <address@example.com>\"");
  }
  sender.email = std::string(email);
  return sender;
}

}  // namespace footfall::core
