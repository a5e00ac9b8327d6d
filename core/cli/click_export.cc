#include "core/cli/click_export.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "core/cli/views.h"
#include "core/domain/csv.h"
#include "core/domain/keys.h"
#include "proto/base/bytes.h"
#include "proto/base/clock.h"
#include "proto/wire/click.h"

namespace footfall::core {
namespace {

constexpr int kPageRows = 1000;

}  // namespace

std::string csv_heading() {
  return "id,received_at,account,mode,campaign,affiliate,link,host,code,key,verdict,counts,unique,visitor,ip,"
         "user_agent,"
         "referrer,landing,sub1,sub2,sub3,sub4,sub5,utm,params,edge,incarnation,number\r\n";
}

std::string csv_line(const StoredClick& click) {
  const std::string fields[] = {wire::to_uuid(click.id),
                                iso8601_ms(click.received_us),
                                click.account_public_id,
                                std::string(mode_name(click.mode)),
                                click.campaign_public_id,
                                click.affiliate_public_id,
                                click.link_public_id,
                                click.link_host,
                                click.link_code,
                                click.key_public_id,
                                wire::verdict_names(click.verdict),
                                click.verdict == 0 ? "true" : "false",
                                click.is_unique ? "true" : "false",
                                to_hex(click.visitor),
                                address_text(click.ip),
                                click.user_agent.value_or(""),
                                click.referrer.value_or(""),
                                click.landing.value_or(""),
                                click.sub[0].value_or(""),
                                click.sub[1].value_or(""),
                                click.sub[2].value_or(""),
                                click.sub[3].value_or(""),
                                click.sub[4].value_or(""),
                                click.utm,
                                click.params,
                                click.edge,
                                to_hex(click.incarnation),
                                std::to_string(click.number)};
  std::string line;
  for (const auto& text : fields) line += (line.empty() ? "" : ",") + csv_cell(text);
  return line + "\r\n";
}

Result<void> write_clicks(const Context& context, Database& database, const ClickFilter& filter, const OwnerIds& of,
                          bool csv, std::int64_t limit) {
  std::optional<StoredClick> last;
  std::int64_t written = 0;
  bool needs_heading = csv;  // a refused command writes nothing, so the heading follows the first page's reading
  while (limit == 0 || written < limit) {
    const auto wanted = limit == 0 ? kPageRows : std::min<std::int64_t>(kPageRows, limit - written);
    auto page =
        read_click_page(database, context.caller(), filter, of, last ? &*last : nullptr, static_cast<int>(wanted));
    if (!page) return Failure(page.error());
    if (needs_heading && !context.write(csv_heading())) break;
    needs_heading = false;
    if (page->empty()) break;
    std::string text;
    for (const auto& click : *page) text += csv ? csv_line(click) : boost::json::serialize(click_view(click)) + "\n";
    if (!context.write(text)) break;
    written += static_cast<std::int64_t>(page->size());
    last = std::move(page->back());
  }
  return {};
}

}  // namespace footfall::core
