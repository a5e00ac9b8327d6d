// A head's value is encoded as a word of RFC 2047 unless it is plain ASCII, and control characters become blanks before
// that. A body that is not plain is sent as quoted-printable (RFC 2045).
#include "core/outgoing/mail_message.h"

#include <algorithm>
#include <array>

#include "proto/base/bytes.h"
#include "proto/base/clock.h"

namespace footfall::core {
namespace {

constexpr std::size_t kSubjectBytesMax = 300;
constexpr std::size_t kLineBytesMax = 998;
constexpr std::size_t kEncodedLineMax = 76;
constexpr std::size_t kWordBytesMax = 60;  // of an encoded word of 75, less its frame
constexpr std::string_view kHexDigits = "0123456789ABCDEF";

bool is_plain(char c) { return c >= ' ' && c <= '~'; }
bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

void append_escaped(std::string& out, char c) {
  const auto byte = static_cast<unsigned char>(c);
  out += '=';
  out += kHexDigits[byte >> 4U];
  out += kHexDigits[byte & 15U];
}

std::string on_one_line(std::string_view text) {
  std::string line = valid_utf8(truncate_utf8(text, kSubjectBytesMax));
  std::ranges::replace_if(line, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return line;
}

// One or several words, each on a line of its own; no character is cut in two.
std::string head_value(std::string_view text) {
  std::string line = on_one_line(text);
  const bool needs_no_words = std::ranges::all_of(line, is_plain) && line.find("=?") == std::string::npos;
  if (needs_no_words) return line;
  std::string value = "=?utf-8?q?";
  std::size_t length = 0;
  for (std::size_t at = 0; at < line.size();) {
    std::size_t end = at + 1;
    while (end < line.size() && (static_cast<unsigned char>(line[end]) & 0xC0U) == 0x80) ++end;
    std::string character;
    for (; at < end; ++at) {
      if (is_letter_or_digit(line[at])) {
        character += line[at];
      } else {
        append_escaped(character, line[at]);
      }
    }
    if (length + character.size() > kWordBytesMax) {
      value += "?=\r\n =?utf-8?q?";
      length = 0;
    }
    value += character;
    length += character.size();
  }
  return value + "?=";
}

// "28 Nov 2026 22:01:02 +0000"; the day of the week is optional.
std::string head_date(std::int64_t wall_us) {
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::string iso = iso8601_ms(wall_us);
  const auto month = static_cast<std::size_t>((iso[5] - '0') * 10 + (iso[6] - '0') - 1);
  return iso.substr(8, 2) + " " + std::string(kMonths.at(month)) + " " + iso.substr(0, 4) + " " + iso.substr(11, 8) +
         " +0000";
}

std::string with_line_ends(std::string_view body) {
  std::string text;
  text.reserve(body.size() + body.size() / 32);
  for (const char c : body) {
    if (c == '\r') continue;
    if (c == '\n') text += '\r';
    text += c;
  }
  if (!text.ends_with("\r\n")) text += "\r\n";
  return text;
}

bool is_plain_body(std::string_view text) {
  std::size_t length = 0;
  for (const char c : text) {
    if (c == '\r') continue;
    length = c == '\n' ? 0 : length + 1;
    if ((!is_plain(c) && c != '\n') || length > kLineBytesMax) return false;
  }
  return true;
}

// `text` has the line ends of mails.
std::string quoted_printable(std::string_view text) {
  std::string out;
  std::size_t length = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\r' || c == '\n') {
      out += c;
      length = 0;
      continue;
    }
    if (length + 3 >= kEncodedLineMax) {
      out += "=\r\n";
      length = 0;
    }
    const bool ends_line = at + 1 == text.size() || text[at + 1] == '\r';
    if (is_plain(c) && c != '=' && !(c == ' ' && ends_line)) {
      out += c;
      length += 1;
    } else {
      append_escaped(out, c);
      length += 3;
    }
  }
  return out;
}

}  // namespace

std::string mail_message(const MailEnvelope& envelope, const MailText& text, bool encoded) {
  FOOTFALL_CHECK(is_mail_address(envelope.to));
  const MailSender& from = envelope.from;
  const bool is_ascii_name = std::ranges::all_of(from.name, is_plain);
  std::string message = "From: ";
  if (!from.name.empty()) {
    message += is_ascii_name ? "\"" + head_value(from.name) + "\" <" : head_value(from.name) + " <";
  }
  message += from.email;
  if (!from.name.empty()) message += '>';
  message += "\r\nTo: " + envelope.to;
  message += "\r\nSubject: " + (encoded ? head_value(text.subject) : on_one_line(text.subject));
  message += "\r\nDate: " + head_date(envelope.sent_us);
  message += "\r\nMessage-ID: <" + envelope.public_id + "@" + from.email.substr(from.email.rfind('@') + 1) + ">";
  message += "\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nAuto-Submitted: auto-generated";
  const std::string body = with_line_ends(text.body);
  if (!encoded) return message + "\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + body;
  if (is_plain_body(body)) return message + "\r\nContent-Transfer-Encoding: 7bit\r\n\r\n" + body;
  return message + "\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + quoted_printable(body);
}

}  // namespace footfall::core
