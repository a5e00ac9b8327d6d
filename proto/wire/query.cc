#include "proto/wire/query.h"

#include <algorithm>

#include "proto/base/bytes.h"

namespace footfall::wire {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// Takes one decoded character off the front of `text`, which is not empty.
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
  constexpr std::string_view kRestOfEntity = "amp;";  // of "&amp;", whose '&' ended the segment before
  while (!rest_.empty()) {
    const std::size_t end = std::min(rest_.find('&'), rest_.size());
    const std::string_view segment = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    std::string_view text = segment;
    while (!is_first_ && text.starts_with(kRestOfEntity)) text.remove_prefix(kRestOfEntity.size());
    is_first_ = false;
    if (text.empty()) continue;
    const std::size_t equals = std::min(text.find('='), text.size());
    parameter = {segment, text.substr(0, equals), text.substr(std::min(equals + 1, text.size()))};
    return true;
  }
  return false;
}

bool same_parameter_name(std::string_view a, std::string_view b) {
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
    if (same_parameter_name(parameter.name, plain)) return parameter.value;
  }
  return {};
}

std::vector<std::pair<std::string, std::string>> decode_query(std::string_view query, std::size_t parameters_max) {
  std::vector<std::pair<std::string, std::string>> parameters;
  QueryReader reader(query);
  for (QueryParameter each; parameters.size() < parameters_max && reader.next(each);) {
    parameters.emplace_back(percent_decode(each.name, true), percent_decode(each.value, true));
  }
  return parameters;
}

}  // namespace footfall::wire
