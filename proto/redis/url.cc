#include <charconv>

#include "proto/base/bytes.h"
#include "proto/redis/client.h"

namespace footfall::redis {
namespace {

template <typename Number>
bool read_number(std::string_view text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

// Reads "user:password". A password alone is refused: other programs would take it for a user's name.
bool read_credentials(std::string_view text, Options& options) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return false;
  options.username = percent_decode(text.substr(0, colon), false);
  options.password = percent_decode(text.substr(colon + 1), false);
  return !options.password.empty();
}

bool read_host_and_port(std::string_view text, Options& options) {
  std::string_view port;
  bool has_port = false;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return false;
    options.host = std::string(text.substr(1, close - 1));
    text.remove_prefix(close + 1);
    if (!text.empty()) {
      if (text.front() != ':') return false;
      has_port = true;
      port = text.substr(1);
    }
  } else {
    const auto colon = text.find(':');
    options.host = std::string(text.substr(0, colon));
    has_port = colon != std::string_view::npos;
    if (has_port) port = text.substr(colon + 1);
  }
  if (options.host.empty()) return false;
  return !has_port || (read_number(port, options.port) && options.port != 0);
}

}  // namespace

Result<Options> parse_url(std::string_view url) {
  constexpr std::string_view kScheme = "redis://";
  const auto refuse = [](const char* why) {  // the URL itself may hold a password
    return invalid(std::string(why) + "; expected redis://[user:password@]host[:port][/database]");
  };
  if (!url.starts_with(kScheme)) return refuse("not a redis:// URL");
  url.remove_prefix(kScheme.size());

  Options options;
  const auto slash = url.find('/');
  std::string_view authority = url.substr(0, slash);
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    if (!read_credentials(authority.substr(0, at), options)) return refuse("bad credentials");
    authority.remove_prefix(at + 1);
  }
  if (!read_host_and_port(authority, options)) return refuse("bad host or port");
  if (slash != std::string_view::npos && slash + 1 < url.size()) {
    if (!read_number(url.substr(slash + 1), options.database) || options.database < 0) {
      return refuse("bad database");
    }
  }
  return options;
}

}  // namespace footfall::redis
