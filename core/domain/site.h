// The addresses under which people reach this installation: its pages, and the short links that its edges serve. One
// URL of the configuration gives both, because the edges that serve the pages serve the short links as well, on the
// same port. Pure.
#pragma once

#include <string>
#include <string_view>

#include "proto/base/result.h"

namespace footfall::core {

struct Site {
  std::string scheme = "http";  // http or https
  std::string host;             // of the pages, lower case
  std::string port;             // ":8080"; empty: the scheme's own

  bool is_https() const { return scheme == "https"; }
  // `path` begins with a slash and is encoded.
  std::string page_url(std::string_view path) const;
  std::string link_url(std::string_view link_host, std::string_view code) const;
  std::string join_url(std::string_view campaign_slug) const;  // the campaign's page, where strangers ask to join
  std::string invitation_url(std::string_view campaign_slug, std::string_view token) const;  // BAC-46
};

// "https://affiliates.example" or "http://baclique.localhost:8080"; nothing may follow the port.
Result<Site> parse_site(std::string_view url);

}  // namespace footfall::core
