// The address of a merchant's page by which an affiliate's visitors come where the page itself reports its clicks: the
// campaign's target with the affiliate's code as `ref`, which the snippet reads (edge/snippet). Pure.
#pragma once

#include <string>
#include <string_view>

namespace footfall::core {

// `target`: normalised (target_url.h). Parameters and a fragment with macros are left out, since nobody fills them in,
// and so is a `ref` that it has already. Empty: the path itself has a macro, so there is no such page.
std::string referral_link(std::string_view target, std::string_view code);

}  // namespace footfall::core
