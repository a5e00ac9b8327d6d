#include "core/domain/conversion_life.h"

namespace footfall::core {
namespace {

Failure refused(const ConversionState& state, ConversionVerb verb) {
  return conflict("a conversion that is " + std::string(status_name(state.status)) + " cannot be changed by " +
                  std::string(verb_name(verb)));
}

Result<Transition> reverse(const ConversionState& state, std::optional<std::int64_t> part_minor) {
  using enum ConversionStatus;
  const std::int64_t remaining = state.commission_minor - state.reversed_minor;
  if (state.status == reversed) return Transition{reversed, state.reversed_minor, {}, false};
  if (state.status != approved && state.status != paid && state.status != pending) {
    return refused(state, ConversionVerb::reverse);
  }
  const std::int64_t part = part_minor.value_or(remaining);
  if (part < 0 || part > remaining || (part_minor && part == 0)) {
    return invalid("the part to reverse must be above zero and at most what remains, " + std::to_string(remaining) +
                   " minor units");
  }
  Transition result;
  result.reversed_minor = state.reversed_minor + part;
  result.to = part == remaining ? reversed : state.status;
  result.postings = postings_of_reversal(state.owner, state.status, part);
  return result;
}

}  // namespace

std::string_view verb_name(ConversionVerb verb) {
  switch (verb) {
    case ConversionVerb::approve:
      return "approve";
    case ConversionVerb::reject:
      return "reject";
    case ConversionVerb::restore:
      return "restore";
    case ConversionVerb::reverse:
      return "reverse";
    case ConversionVerb::pay:
      return "pay";
  }
  return "";
}

Result<Transition> step(const ConversionState& state, ConversionVerb verb, std::optional<std::int64_t> part_minor) {
  using enum ConversionStatus;
  const std::int64_t remaining = state.commission_minor - state.reversed_minor;
  const auto stays = [&] { return Transition{state.status, state.reversed_minor, {}, false}; };
  const auto goes = [&](ConversionStatus to) {
    return Transition{to, state.reversed_minor, postings_of_step(state.owner, state.status, to, remaining), true};
  };

  switch (verb) {
    case ConversionVerb::approve:
      if (state.status == approved) return stays();
      if (state.status == pending) return goes(approved);
      return refused(state, verb);
    case ConversionVerb::reject:
      if (state.status == rejected) return stays();
      if (state.status == pending) return goes(rejected);
      if (state.status == approved) return goes(rejected);
      return refused(state, verb);
    case ConversionVerb::restore:
      if (state.status == pending) return stays();
      if (state.status == rejected) return goes(pending);
      return refused(state, verb);
    case ConversionVerb::pay:
      if (state.status == paid) return stays();
      if (state.status == approved) return goes(paid);
      return refused(state, verb);
    case ConversionVerb::reverse:
      return reverse(state, part_minor);
  }
  return refused(state, verb);
}

}  // namespace footfall::core
