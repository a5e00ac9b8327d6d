// Each noun's verbs, added to the parser. The objects that hold a verb's options live as long as the parser.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/cli/command_parser.h"
#include "core/cli/context.h"
#include "proto/wire/ids.h"

namespace footfall::core {

void add_account(Command app, Context& context);
void add_key(Command app, Context& context);
void add_campaign(Command app, Context& context);
void add_affiliate(Command app, Context& context);
void add_invitations(Command noun, Context& context);
void add_link(Command app, Context& context);
void add_promo(Command app, Context& context);
void add_payout(Command app, Context& context);
void add_click(Command app, Context& context);
void add_click_rejudge(Command noun, Context& context);
void add_click_erase(Command noun, Context& context);
void add_conversion(Command app, Context& context);
void add_ledger(Command app, Context& context);
void add_deposit(Command app, Context& context);
void add_audit(Command app, Context& context);
void add_callback(Command app, Context& context);
void add_postback(Command app, Context& context);
void add_user(Command app, Context& context);
void add_webhook(Command app, Context& context);
void add_stripe(Command app, Context& context);
void add_stream(Command app, Context& context);
void add_directory(Command app, Context& context);
void add_edge(Command app, Context& context);
void add_migrate(Command app, Context& context);

// What the nouns share.

struct Paging {
  int limit = 50;
  std::int64_t offset = 0;
};
void add_paging(Command verb, Paging& paging);
// A verb that takes one id and nothing else; `what` the help says of the id.
void add_verb_of_id(Command noun, Context& context, const char* name, const char* help, const char* example,
                    const char* what, std::function<Result<void>(Context&, const std::string&)> run);
// --mode live|test
void add_mode(Command verb, std::string& mode);
wire::Mode mode_of(const std::string& mode);

// "30d", "90", `nothing` ("none") gives none.
Result<std::optional<std::int64_t>> parse_duration(const std::string& text, std::string_view nothing);
// "name=value".
Result<std::pair<std::string, std::string>> parse_pair(const std::string& text, std::string_view example);
// The word "none" clears: it becomes the empty text that actions understand.
std::optional<std::string> clearable(const std::optional<std::string>& text);

}  // namespace footfall::core
