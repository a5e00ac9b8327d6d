#include "core/storage/scope.h"

#include "core/domain/identifiers.h"

namespace footfall::core {

std::string scope_condition(std::string_view account, std::string_view mode, std::string_view affiliate) {
  std::string text = " and ($2::bigint is null or ";
  text.append(account).append(" = $2) and ($3::text is null or ").append(mode);
  text.append(" = $3) and ($4::bigint is null or ").append(affiliate).append(" = $4) ");
  return text;
}

std::vector<Param> scope_parameters(std::string_view public_id, const Scope& scope) {
  std::vector<Param> parameters(4, Param(std::nullopt));
  parameters[0] = Param(tidy_identifier(public_id));
  if (scope.account) parameters[1] = Param(scope.account->value);
  if (scope.mode) parameters[2] = Param(mode_name(*scope.mode));
  if (scope.affiliate) parameters[3] = Param(scope.affiliate->value);
  return parameters;
}

}  // namespace footfall::core
