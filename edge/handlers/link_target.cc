#include "edge/handlers/link_target.h"

#include "proto/wire/link_targets.h"

namespace footfall::edge {
namespace {

bool names_country(std::string_view countries, std::string_view country) {
  for (; countries.size() >= 2; countries.remove_prefix(2)) {
    if (countries.substr(0, 2) == country) return true;
  }
  return false;
}

bool holds(const wire::LinkTarget& target, const TargetVisitor& visitor) {
  return (target.devices == 0 || (target.devices & visitor.devices) != 0) &&
         (target.countries.empty() || names_country(target.countries, visitor.country));
}

bool has_conditions_of(const wire::LinkTarget& target, const wire::LinkTarget& other) {
  return target.devices == other.devices && target.countries == other.countries;
}

}  // namespace

std::string_view choose_target(std::string_view targets, const TargetVisitor& visitor) {
  wire::LinkTargetReader reader(targets);
  wire::LinkTarget first;
  do {
    if (!reader.next(first)) return {};
  } while (!holds(first, visitor));

  const wire::LinkTargetReader behind_first = reader;
  std::uint64_t weights = first.weight;
  for (wire::LinkTarget other; reader.next(other);) {
    if (has_conditions_of(other, first)) weights += other.weight;
  }
  std::uint64_t drawn = weights == 0 ? 0 : visitor.draw % weights;
  if (drawn < first.weight) return first.url;
  drawn -= first.weight;
  reader = behind_first;
  for (wire::LinkTarget other; reader.next(other);) {
    if (!has_conditions_of(other, first)) continue;
    if (drawn < other.weight) return other.url;
    drawn -= other.weight;
  }
  return first.url;
}

}  // namespace footfall::edge
