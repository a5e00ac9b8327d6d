#include "core/api/routes.h"

#include <optional>

#include "proto/base/bytes.h"

namespace footfall::core {
namespace {

// The part of `rest` before its next slash; `rest` keeps what comes after that slash, or nothing.
std::string_view take_segment(std::string_view& rest, bool& is_last) {
  const std::size_t end = rest.find('/');
  is_last = end == std::string_view::npos;
  const std::string_view segment = rest.substr(0, end);
  rest = is_last ? std::string_view() : rest.substr(end + 1);
  return segment;
}

// Compares segment by segment and collects what stands for parameters.
bool match_pattern(std::string_view pattern, std::string_view path, RouteMatch& match) {
  std::size_t count = 0;
  match.ill_typed = nullptr;
  while (true) {
    bool pattern_ends = false;
    bool path_ends = false;
    const std::string_view expected = take_segment(pattern, pattern_ends);
    const std::string_view segment = take_segment(path, path_ends);
    if (pattern_ends != path_ends) return false;
    if (expected.starts_with('{')) {
      if (segment.empty()) return false;
      const ParameterType& type = kParameterTypes[find_parameter_type(expected.substr(1, expected.size() - 2))];
      std::string value = valid_utf8(percent_decode(segment, false));
      if (!value.starts_with(type.prefix)) match.ill_typed = &type;
      match.parameters.at(count++) = std::move(value);
    } else if (expected != segment) {
      return false;
    }
    if (pattern_ends) return true;
  }
}

bool is_served_by(const Route& route, http::Method method) {
  if (route.method == method) return true;
  return method == http::Method::head && route.method == http::Method::get && route.effect_of_get == Effect::reads;
}

void add_method(std::string& allowed, std::string_view method) {
  if (!allowed.empty()) allowed += ", ";
  allowed += method;
}

}  // namespace

RouteMatch find_route(std::span<const Route> routes, http::Method method, std::string_view path) {
  RouteMatch match;
  for (const Route& route : routes) {
    if (!match_pattern(route.pattern.text, path, match)) continue;
    if (is_served_by(route, method)) {
      match.route = &route;
      return match;
    }
    add_method(match.allowed, http::method_name(route.method));
    if (route.method == http::Method::get && route.effect_of_get == Effect::reads) add_method(match.allowed, "HEAD");
  }
  return match;
}

std::vector<std::string_view> access_names(Access access) {
  std::vector<std::string_view> names;
  if (access == Access::none) names.emplace_back("none");
  if (allows(access, Access::secret_key)) names.emplace_back("secret_key");
  if (allows(access, Access::public_key)) names.emplace_back("public_key");
  if (allows(access, Access::dashboard_user)) names.emplace_back("dashboard_user");
  if (allows(access, Access::affiliate)) names.emplace_back("affiliate");
  if (allows(access, Access::callback_endpoint)) names.emplace_back("callback_endpoint");
  return names;
}

}  // namespace footfall::core
