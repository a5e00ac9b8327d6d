#include "core/domain/site.h"

#include "core/domain/target_url.h"

namespace footfall::core {

std::string Site::page_url(std::string_view path) const { return scheme + "://" + host + port + std::string(path); }

std::string Site::link_url(std::string_view link_host, std::string_view code) const {
  return scheme + "://" + std::string(link_host) + port + "/" + std::string(code);
}

std::string Site::join_url(std::string_view campaign_slug) const {
  return page_url("/c/" + std::string(campaign_slug));
}

std::string Site::invitation_url(std::string_view campaign_slug, std::string_view token) const {
  return join_url(campaign_slug) + "?invite=" + std::string(token);
}

Result<Site> parse_site(std::string_view url) {
  auto parsed = parse_target_url(url);
  if (!parsed) return Failure(parsed.error());
  Site site;
  const std::string& text = parsed->text;
  const std::size_t authority = text.find("://") + 3;
  const std::size_t end = text.find('/', authority);
  site.scheme = text.substr(0, authority - 3);
  site.host = parsed->host;
  site.port = text.substr(authority + site.host.size(), end - authority - site.host.size());
  if (end + 1 != text.size()) return invalid("nothing may follow host and port, as in https://affiliates.example");
  return site;
}

}  // namespace footfall::core
