// One action of the table in scope_test.cc, and what counts as having found something.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/actions/caller.h"

namespace footfall::core {

template <typename T>
Result<void> outcome_of(const Result<T>& result) {
  if (!result) return Failure(result.error());
  return {};
}
template <typename T>
Result<void> outcome_of(const Result<std::optional<T>>& result) {
  if (!result) return Failure(result.error());
  if (!*result) return not_found("nothing");
  return {};
}
template <typename T>
Result<void> outcome_of(const Result<std::vector<T>>& result) {
  if (!result) return Failure(result.error());
  if (result->empty()) return not_found("nothing");
  return {};
}
inline Result<void> some(const Result<std::int64_t>& count) {
  if (!count) return Failure(count.error());
  return *count == 0 ? Result<void>(not_found("nothing")) : Result<void>();
}

enum class Reach {
  one_mode,      // what belongs to one mode of the account
  both_modes,    // what belongs to the account: a caller of either mode sees it
  installation,  // an operator alone
};

struct Row {
  std::string name;
  Reach reach;
  std::function<Result<void>(const Caller&)> call;
};

}  // namespace footfall::core
