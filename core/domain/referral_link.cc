#include "core/domain/referral_link.h"

#include <algorithm>
#include <utility>

#include "proto/base/bytes.h"

namespace footfall::core {
namespace {

// A normalised target has braces in macros only.
bool has_macro(std::string_view text) { return text.find('{') != std::string_view::npos; }

}  // namespace

std::string referral_link(std::string_view target, std::string_view code) {
  const std::string_view page = target.substr(0, target.find_first_of("?#"));
  if (has_macro(page)) return {};
  const std::size_t hash = std::min(target.find('#'), target.size());
  const std::string_view fragment = target.substr(hash);
  std::string_view query = target.substr(page.size(), hash - page.size());
  std::string link(page);
  char before = '?';
  const auto add = [&](std::string_view parameter) {
    link += std::exchange(before, '&');
    link += parameter;
  };
  while (!query.empty()) {
    query.remove_prefix(1);  // '?' or '&'
    const std::string_view parameter = query.substr(0, query.find('&'));
    query.remove_prefix(parameter.size());
    const bool is_ref = parameter.substr(0, parameter.find('=')) == "ref";
    if (!parameter.empty() && !is_ref && !has_macro(parameter)) add(parameter);
  }
  add("ref=" + percent_encode(code));
  if (!has_macro(fragment)) link += fragment;
  return link;
}

}  // namespace footfall::core
