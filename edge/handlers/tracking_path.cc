#include "edge/handlers/tracking_path.h"

#include <algorithm>

#include "proto/base/bytes.h"

namespace footfall::edge {
namespace {

// Takes the next segment that is not empty off the front; empty at the end.
std::string_view next_segment(std::string_view& path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

bool is_endpoint(std::string_view path) {
  return next_segment(path) == "v1" && next_segment(path) == "clicks" && next_segment(path).empty();
}

// "click", "clicks", "clicks.json", in any case.
bool resembles_clicks(std::string_view segment) {
  constexpr std::string_view kStem = "click";
  return equal_ignoring_case(segment.substr(0, kStem.size()), kStem) && segment.size() <= kStem.size() + 6;
}

bool is_near(std::string_view path) {
  std::string_view segment = next_segment(path);
  if (equal_ignoring_case(segment, "api")) segment = next_segment(path);
  if (equal_ignoring_case(segment, "v1")) segment = next_segment(path);
  return resembles_clicks(segment);
}

}  // namespace

TrackingPath classify_tracking_path(http::Method method, std::string_view path) {
  if (is_endpoint(path)) return TrackingPath::endpoint;
  const bool is_reporting = method == http::Method::post || method == http::Method::options;
  return is_reporting && is_near(path) ? TrackingPath::near_miss : TrackingPath::other;
}

}  // namespace footfall::edge
