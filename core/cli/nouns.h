// Each noun's verbs, added to the parser. The objects that hold a verb's options live as long as the parser.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/cli/context.h"
#include "proto/wire/ids.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace footfall::core {

void add_account(CLI::App& app, Context& context);
void add_key(CLI::App& app, Context& context);
void add_campaign(CLI::App& app, Context& context);
void add_affiliate(CLI::App& app, Context& context);
void add_link(CLI::App& app, Context& context);
void add_promo(CLI::App& app, Context& context);
void add_payout(CLI::App& app, Context& context);
void add_click(CLI::App& app, Context& context);
void add_click_rejudge(CLI::App& noun, Context& context);
void add_click_erase(CLI::App& noun, Context& context);
void add_conversion(CLI::App& app, Context& context);
void add_ledger(CLI::App& app, Context& context);
void add_deposit(CLI::App& app, Context& context);
void add_audit(CLI::App& app, Context& context);
void add_callback(CLI::App& app, Context& context);
void add_postback(CLI::App& app, Context& context);
void add_user(CLI::App& app, Context& context);
void add_webhook(CLI::App& app, Context& context);
void add_stripe(CLI::App& app, Context& context);
void add_stream(CLI::App& app, Context& context);
void add_directory(CLI::App& app, Context& context);
void add_edge(CLI::App& app, Context& context);
void add_migrate(CLI::App& app, Context& context);

// What the nouns share.

CLI::App& add_noun(CLI::App& app, const char* name, const char* help);
// `example` is what follows "footfall-core".
CLI::App& add_verb(CLI::App& noun, const char* name, const char* help, const char* example);

struct Paging {
  int limit = 50;
  std::int64_t offset = 0;
};
void add_paging(CLI::App& verb, Paging& paging);
// The option takes only these words, in any case. Returns it, so that more can be said of it.
CLI::Option* choose_from(CLI::Option* option, std::vector<std::string> words);
// --mode live|test
void add_mode(CLI::App& verb, std::string& mode);
wire::Mode mode_of(const std::string& mode);

// "30d", "90", `nothing` ("none") gives none.
Result<std::optional<std::int64_t>> parse_duration(const std::string& text, std::string_view nothing);
// "name=value".
Result<std::pair<std::string, std::string>> parse_pair(const std::string& text, std::string_view example);
// The word "none" clears: it becomes the empty text that actions understand.
std::optional<std::string> clearable(const std::optional<std::string>& text);

}  // namespace footfall::core
