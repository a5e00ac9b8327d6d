// For statements that read an account beside something else.
#pragma once

#include "core/storage/accounts.h"
#include "core/storage/row_reader.h"

namespace footfall::core {

// Of `accounts a`, in the order in which read_account() reads them.
inline constexpr std::string_view kAccountColumns =
    "a.id, a.public_id, a.dialect, a.name, a.contact_email, a.plan, a.status, a.link_host, a.currency, a.time_zone, "
    "a.policy::text, (extract(epoch from a.created_at) * 1000000)::bigint";
AccountRow read_account(RowReader& reader);

}  // namespace footfall::core
