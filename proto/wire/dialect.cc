// classify_dialect() looks at the host first, then at the credential, then at the path, and takes the first that only
// one dialect can have. The path table holds the beginnings of paths that belong to one dialect alone.
#include "proto/wire/dialect.h"

#include <algorithm>
#include <array>

#include "proto/base/bytes.h"
#include "proto/wire/credentials.h"

namespace footfall::wire {
namespace {

constexpr std::array<std::string_view, 5> kNames = {"none", "baclique", "selgeo", "affspace", "affily"};

// `path` is `prefix` or lies below it.
bool is_under(std::string_view path, std::string_view prefix) {
  return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
}

// Paths that one dialect alone has (COMMON.md D-4).
constexpr struct {
  std::string_view prefix;
  Dialect dialect;
} kOwnPaths[] = {
    {"/v1/clicks", Dialect::selgeo},
    {"/v1/selgeo.js", Dialect::selgeo},
    {"/api/v1/auth", Dialect::selgeo},
    {"/v1/campaigns", Dialect::baclique},
    {"/v1/account", Dialect::affily},
    {"/v1/offers", Dialect::affily},
    {"/v1/deposits", Dialect::affily},
    {"/hooks", Dialect::affily},  // calls of payment providers
    {"/api/v1/events", Dialect::affspace},
    {"/api/v1/stats", Dialect::affspace},
    {"/api/v1/offers", Dialect::affspace},
    {"/api/v1/profile", Dialect::affspace},
    {"/api/v1/test-sessions", Dialect::affspace},
    {"/pb", Dialect::affspace},
    {"/health", Dialect::affspace},
};

Dialect dialect_of_path(std::string_view path) {
  for (const auto& own : kOwnPaths) {
    if (is_under(path, own.prefix)) return own.dialect;
  }
  return Dialect::none;
}

}  // namespace

std::string_view dialect_name(Dialect dialect) { return kNames[static_cast<std::size_t>(dialect)]; }

std::optional<Dialect> parse_dialect(std::string_view name) {
  const auto found = std::ranges::find(kNames.begin() + 1, kNames.end(), name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Dialect>(found - kNames.begin());
}

std::string_view click_parameter(Dialect dialect) { return dialect == Dialect::baclique ? "baclique_id" : "click_id"; }

std::size_t write_click_id(Dialect dialect, const ClickId& id, char* out) {
  constexpr std::string_view kAffilyPrefix = "click_";
  switch (dialect) {
    case Dialect::affspace:
      write_base32(id, out, true);
      return kBase32Length;
    case Dialect::affily:
      kAffilyPrefix.copy(out, kAffilyPrefix.size());
      write_base32(id, out + kAffilyPrefix.size(), false);
      return kAffilyPrefix.size() + kBase32Length;
    default:
      write_uuid(id, out);
      return kUuidLength;
  }
}

std::string format_click_id(Dialect dialect, const ClickId& id) {
  char text[kClickIdTextMax];
  return std::string(text, write_click_id(dialect, id, text));
}

std::optional<Dialect> HostMap::dialect_of(std::string_view host) const {
  const auto found = dialects.find(host);
  if (found == dialects.end()) return std::nullopt;
  return found->second;
}

bool HostMap::is_short_link_host(std::string_view host) const {
  return std::ranges::find(short_link_hosts, host) != short_link_hosts.end();
}

// A prefix that only one dialect issues settles it. What several may carry (sk_live_, an opaque token, nothing) leaves
// the word to the path, so that for example the tracking endpoint always answers as Selgeo, with its CORS headers.
Dialect classify_dialect(const HostMap& hosts, const RequestShape& shape) {
  if (const auto by_host = hosts.dialect_of(shape.host); by_host && *by_host != Dialect::none) return *by_host;

  const std::string_view token = bearer_token(shape.authorization);
  const bool is_api = is_under(shape.path, "/api/v1");
  if (token.starts_with("aff_pk_")) return Dialect::affily;
  for (const std::string_view prefix : {"pk_test_", "pk_live_", "sk_test_"}) {
    if (token.starts_with(prefix)) return Dialect::selgeo;
  }
  const bool is_sk_live = token.starts_with("sk_live_");
  if (is_sk_live && is_api) return Dialect::selgeo;
  if (!is_sk_live && shape.has_api_key_header) return Dialect::affspace;
  const bool is_jwt = !is_sk_live && std::ranges::count(token, '.') == 2;
  if (is_jwt && is_api) return Dialect::selgeo;

  if (const Dialect own = dialect_of_path(shape.path); own != Dialect::none) return own;
  if (is_api) return token.empty() ? Dialect::selgeo : Dialect::affspace;
  return Dialect::baclique;
}

}  // namespace footfall::wire
