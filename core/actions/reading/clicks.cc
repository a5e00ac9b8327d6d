#include "core/actions/reading/clicks.h"

#include <algorithm>

namespace footfall::core {

Result<std::optional<ClickDetails>> read_click(Database& database, const Caller& caller, const wire::ClickId& id) {
  const Scope scope = caller.scope();
  ClickDetails details;
  auto clicks = find_stored_clicks(database, id);
  if (!clicks) return Failure(clicks.error());
  std::erase_if(*clicks,
                [&](const StoredClick& click) { return !scope.contains(click.account, click.mode, click.affiliate); });
  if (clicks->empty()) return std::nullopt;
  details.clicks = std::move(*clicks);
  auto conversions = conversions_of_click(database, scope, id);
  if (!conversions) return Failure(conversions.error());
  details.conversions = std::move(*conversions);
  auto conflicts = conflicts_of_click(database, scope, id);
  if (!conflicts) return Failure(conflicts.error());
  details.conflicts = std::move(*conflicts);
  return details;
}

std::string_view why_not_unique(const StoredClick& click) {
  if (click.is_unique) return "";
  if (click.verdict != 0) return "not_counted";
  return click.visitor.empty() ? "visitor_unknown" : "repeated_visit";
}

Result<bool> is_click_of_other_mode(Database& database, const Caller& caller, const wire::ClickId& id) {
  const Scope scope = scope_of_other_mode(caller);
  auto clicks = find_stored_clicks(database, id);
  if (!clicks) return Failure(clicks.error());
  return std::any_of(clicks->begin(), clicks->end(), [&](const StoredClick& click) {
    return scope.contains(click.account, click.mode, click.affiliate);
  });
}

Result<std::vector<StoredClick>> read_click_page(Database& database, const Caller& caller, const ClickFilter& filter,
                                                 const OwnerIds& of, const StoredClick* after, int limit) {
  auto selection = select_owners(database, caller, of);
  if (!selection) return Failure(selection.error());
  return read_clicks(database, restrict_to(*selection, filter), after, limit);
}

}  // namespace footfall::core
