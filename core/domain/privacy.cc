#include "core/domain/privacy.h"

#include <algorithm>
#include <array>

#include "proto/base/bytes.h"

namespace footfall::core {
namespace {

// Lower case, sorted.
constexpr std::array<std::string_view, 35> kThirdPartyIds = {
    "_hsenc",  "_hsmi",     "_kx",         "cjevent",    "dclid",   "dm_i",
    "epik",    "fbclid",    "gbraid",      "gclid",      "gclsrc",  "hsctatracking",
    "igshid",  "irclickid", "li_fat_id",   "mc_eid",     "mkt_tok", "ml_subscriber_hash",
    "msclkid", "obclid",    "oly_anon_id", "oly_enc_id", "rdt_cid", "s_kwcid",
    "sccid",   "srsltid",   "tblci",       "ttclid",     "twclid",  "vero_conv",
    "vero_id", "wbraid",    "wickedid",    "yclid",      "ysclid"};
// What is left of "&amp;", which separates as "&" does (FC-5).
constexpr std::string_view kEscapedAmpersand = "amp;";
static_assert(std::ranges::is_sorted(kThirdPartyIds));

}  // namespace

bool is_third_party_id(std::string_view parameter) {
  return std::ranges::binary_search(kThirdPartyIds, to_lower_ascii(percent_decode(parameter, true)));
}

std::string without_third_party_ids(std::string_view url) {
  const auto end = std::min(url.find('#'), url.size());
  const auto mark = url.substr(0, end).find('?');
  if (mark == std::string_view::npos) return std::string(url);
  std::string kept(url.substr(0, mark));
  char separator = '?';
  std::string_view query = url.substr(mark + 1, end - mark - 1);
  while (!query.empty()) {
    const auto parameter = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), parameter.size() + 1));
    auto name = parameter.substr(0, parameter.find('='));
    if (name.starts_with(kEscapedAmpersand)) name.remove_prefix(kEscapedAmpersand.size());
    if (is_third_party_id(name)) continue;
    kept += separator;
    kept += parameter;
    separator = '&';
  }
  return kept.append(url.substr(end));
}

}  // namespace footfall::core
