#include "edge/handlers/query.h"

#include <algorithm>

namespace footfall::edge {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// Takes one decoded character off the front; the caller makes sure that there is one.
char take_decoded(std::string_view& text) {
  const char c = text.front();
  if (c == '%' && text.size() >= 3 && hex_digit(text[1]) >= 0 && hex_digit(text[2]) >= 0) {
    const char decoded = static_cast<char>(hex_digit(text[1]) * 16 + hex_digit(text[2]));
    text.remove_prefix(3);
    return decoded;
  }
  text.remove_prefix(1);
  return c == '+' ? ' ' : c;
}

}  // namespace

bool QueryReader::next(QueryParameter& parameter) {
  while (!rest_.empty()) {
    const std::size_t end = std::min(rest_.find('&'), rest_.size());
    const std::string_view segment = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    if (segment.empty()) continue;
    const std::size_t equals = std::min(segment.find('='), segment.size());
    parameter = {segment, segment.substr(0, equals), segment.substr(std::min(equals + 1, segment.size()))};
    return true;
  }
  return false;
}

bool same_name(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    if (take_decoded(a) != take_decoded(b)) return false;
  }
  return a.empty() && b.empty();
}

bool names_parameter(std::string_view name, std::string_view plain) {
  for (const char expected : plain) {
    if (name.empty() || lower(take_decoded(name)) != lower(expected)) return false;
  }
  return name.empty() || take_decoded(name) == '[';
}

std::string_view find_parameter(std::string_view query, std::string_view plain) {
  QueryReader reader(query);
  for (QueryParameter parameter; reader.next(parameter);) {
    if (same_name(parameter.name, plain)) return parameter.value;
  }
  return {};
}

}  // namespace footfall::edge
