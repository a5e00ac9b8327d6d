#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <memory>

#include "core/actions/reading/audit.h"
#include "core/cli/conversion_view.h"
#include "core/cli/nouns.h"

namespace footfall::core {
namespace {

struct ListOptions {
  OwnerIds owners;
  std::optional<std::string> subject, action;
  Paging paging;
};

Result<void> list(Context& context, const ListOptions& options) {
  auto database = context.database();
  if (!database) return Failure(database.error());
  AuditFilter filter;
  filter.subject = options.subject;
  filter.action = options.action;
  filter.limit = options.paging.limit;
  filter.offset = options.paging.offset;
  auto rows = read_audit(**database, context.caller(), filter, options.owners);
  if (!rows) return Failure(rows.error());
  boost::json::array all;
  for (const AuditRow& row : *rows) all.push_back(audit_view(row));
  return context.list("audit", all, {"at", "actor", "action", "subject", "reason"});
}

}  // namespace

void add_audit(Command app, Context& context) {
  Command noun = app.add_noun("audit", "Who changed what, when and why");
  Command listing = noun.add_verb("list", "Changes, newest first", "audit list --subject conv_01h…");
  auto options = std::make_shared<ListOptions>();
  listing.add_option("--account", options->owners.account, "acc_…");
  listing.add_option("--subject", options->subject, "The public id of what was changed");
  listing.add_option("--action", options->action, "Such as conversion.approve, or \"conversion.\" for all of them");
  add_paging(listing, options->paging);
  listing.callback([&context, options] { context.choose([&context, options] { return list(context, *options); }); });
}

}  // namespace footfall::core
