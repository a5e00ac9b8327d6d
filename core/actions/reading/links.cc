#include "core/actions/reading/links.h"
#include "core/domain/identifiers.h"

namespace footfall::core {

Result<std::vector<LinkRow>> read_links(Database& database, const Caller& caller, LinkFilter filter,
                                        const OwnerIds& of) {
  auto selection = select_owners(database, caller, of);
  if (!selection) return Failure(selection.error());
  return list_links(database, restrict_to(*selection, std::move(filter)));
}

Result<std::int64_t> count_links(Database& database, const Caller& caller, LinkFilter filter, const OwnerIds& of) {
  auto selection = select_owners(database, caller, of);
  if (!selection) return Failure(selection.error());
  return count_links(database, restrict_to(*selection, std::move(filter)));
}

Result<LinkRow> read_link(Database& database, const Caller& caller, const std::string& reference) {
  const Scope scope = caller.scope();
  if (tidy_identifier(reference).starts_with("lnk_")) return load_link(database, scope, reference);
  const auto slash = reference.find('/');
  const std::string host = slash == std::string::npos ? "" : fold_identifier(reference.substr(0, slash));
  const std::string code = slash == std::string::npos ? reference : reference.substr(slash + 1);
  auto links = find_links_by_code(database, code);
  if (!links) return Failure(links.error());
  std::erase_if(*links, [&](const LinkRow& link) {
    return (!host.empty() && link.host != host) || !scope.contains(link.account, link.mode, link.affiliate);
  });
  if (links->empty()) return not_found("there is no link \"" + reference + "\"; see link list");
  if (links->size() > 1) return invalid("several hosts have the code \"" + code + "\"; name it as HOST/CODE");
  return std::move(links->front());
}

Result<std::vector<PromoRow>> read_promos(Database& database, const Caller& caller, PromoFilter filter,
                                          const OwnerIds& of) {
  auto selection = select_owners(database, caller, of);
  if (!selection) return Failure(selection.error());
  return list_promos(database, restrict_to(*selection, std::move(filter)));
}

Result<std::int64_t> count_promos(Database& database, const Caller& caller, PromoFilter filter, const OwnerIds& of) {
  auto selection = select_owners(database, caller, of);
  if (!selection) return Failure(selection.error());
  return count_promos(database, restrict_to(*selection, std::move(filter)));
}

Result<PromoRow> read_promo(Database& database, const Caller& caller, std::string_view public_id) {
  return load_promo(database, caller.scope(), public_id);
}

}  // namespace footfall::core
