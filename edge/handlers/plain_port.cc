#include "edge/handlers/plain_port.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

namespace footfall::edge {
namespace {

constexpr std::string_view kChallengePath = "/.well-known/acme-challenge/";
constexpr std::size_t kTokenLengthMax = 128;  // RFC 8555 8.3: base64url, without a length
constexpr std::size_t kChallengeBytesMax = 1'024;
constexpr std::string_view kNotStored = "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n";

bool only_reads(http::Method method) { return method == http::Method::get || method == http::Method::head; }

// No dots and no slashes: a token cannot name a file elsewhere.
bool is_token(std::string_view text) {
  const auto is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= kTokenLengthMax && std::ranges::all_of(text, is_allowed);
}

// The beginning of a small ordinary file; empty: there is none.
std::string read_small_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return {};
  std::array<char, kChallengeBytesMax> bytes;
  struct stat about{};
  ssize_t size = 0;
  if (::fstat(fd, &about) == 0 && S_ISREG(about.st_mode)) size = ::read(fd, bytes.data(), bytes.size());
  ::close(fd);
  return size > 0 ? std::string(bytes.data(), static_cast<std::size_t>(size)) : std::string();
}

}  // namespace

PlainPort::PlainPort(PlainPortOptions options, const http::TrustedProxies& proxies)
    : options_(std::move(options)), proxies_(proxies) {}

PlainPort::Outcome PlainPort::handle(const http::Request& request, http::Responder& responder) const {
  if (request.is_encrypted) return Outcome::not_mine;
  const bool reads = only_reads(request.method);
  if (reads && !options_.acme_directory.empty() && request.path.starts_with(kChallengePath)) {
    if (serve_challenge(request.path.substr(kChallengePath.size()), responder)) return Outcome::answered;
  }
  if (!options_.redirects) return Outcome::not_mine;
  if (http::identify_client(request, proxies_).scheme == http::Scheme::https) return Outcome::not_mine;
  if (!reads || request.host.empty()) return Outcome::refused;
  redirect(request, responder);
  return Outcome::answered;
}

bool PlainPort::serve_challenge(std::string_view token, http::Responder& responder) const {
  if (!is_token(token)) return false;
  const std::string answer = read_small_file(options_.acme_directory + "/" + std::string(token));
  if (answer.empty()) return false;
  responder.send({.status = 200, .content_type = "text/plain", .extra_fields = kNotStored, .body = answer});
  return true;
}

void PlainPort::redirect(const http::Request& request, http::Responder& responder) const {
  std::string fields = "Location: https://";
  fields += request.host;
  if (tls_port_ != 443) fields.append(":").append(std::to_string(tls_port_));
  fields.append(request.target).append("\r\n");
  responder.send({.status = 301, .content_type = {}, .extra_fields = fields, .body = {}});
}

}  // namespace footfall::edge
