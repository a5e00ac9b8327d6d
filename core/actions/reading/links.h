// Short links and promotion codes, as a caller may see them.
#pragma once

#include <string_view>
#include <vector>

#include "core/actions/caller.h"
#include "core/actions/reading/selection.h"
#include "core/storage/links.h"
#include "core/storage/promos.h"

namespace footfall::core {

// Newest first. Account, mode, campaign and affiliate of the filter are the caller's, or what `of` names.
Result<std::vector<LinkRow>> read_links(Database& database, const Caller& caller, LinkFilter filter,
                                        const OwnerIds& of = {});
// How many a list without limit and offset would have.
Result<std::int64_t> count_links(Database& database, const Caller& caller, LinkFilter filter, const OwnerIds& of = {});
// By "lnk_…", "HOST/CODE", or "CODE" where only one of the caller's hosts has it.
Result<LinkRow> read_link(Database& database, const Caller& caller, const std::string& reference);

Result<std::vector<PromoRow>> read_promos(Database& database, const Caller& caller, PromoFilter filter,
                                          const OwnerIds& of = {});
Result<std::int64_t> count_promos(Database& database, const Caller& caller, PromoFilter filter,
                                  const OwnerIds& of = {});
Result<PromoRow> read_promo(Database& database, const Caller& caller, std::string_view public_id);

}  // namespace footfall::core
