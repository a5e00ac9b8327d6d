// The parser is built anew for each run: nouns add their verbs, and each verb's callback chooses the function that runs
// once the whole line is understood. Refusals go to standard error in one place, as text or JSON.
#include "core/cli/command.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <iostream>

#include "core/actions/checks.h"
#include "core/cli/nouns.h"

namespace footfall::core {
namespace {

constexpr int kDone = 0;
constexpr int kRefused = 1;
constexpr int kNotUnderstood = 2;

constexpr std::string_view kNouns[] = {"account", "affiliate", "audit", "callback", "campaign", "click", "conversion",
                                       "deposit", "directory", "edge",  "key",      "ledger",   "link",  "migrate",
                                       "payout",  "postback",  "promo", "stream",   "stripe",   "user",  "webhook"};
constexpr std::string_view kOptionsWithValue[] = {"--config", "--reason"};

// Stable words: ours where an action gave one, else the kind. PostgreSQL's codes are for the log, not for scripts.
std::string code_of(const Error& error) {
  if (error.source == ErrorSource::client && !error.code.empty() && field_of(error).empty()) return error.code;
  if (error.code == "checksum") return error.code;
  switch (error.kind) {
    case ErrorKind::invalid:
      return "invalid";
    case ErrorKind::not_found:
      return "not_found";
    case ErrorKind::conflict:
      return "conflict";
    case ErrorKind::forbidden:
      return "forbidden";
    case ErrorKind::unavailable:
      return "unavailable";
    case ErrorKind::internal:
      return "internal";
  }
  return "internal";
}

void complain(bool json, const std::string& code, const std::string& message) {
  if (json) {
    const boost::json::object error{{"error", boost::json::object{{"code", code}, {"message", message}}}};
    std::cerr << boost::json::serialize(error) << "\n";
  } else {
    std::cerr << "footfall-core: " << message << "\n";
  }
}

std::string advice(const Error& error) {
  if (error.code == "42P01") return error.message + "; is the database migrated? run footfall-core migrate";
  return error.message;
}

void add_nouns(Command app, Context& context) {
  add_account(app, context);
  add_key(app, context);
  add_campaign(app, context);
  add_affiliate(app, context);
  add_link(app, context);
  add_promo(app, context);
  add_payout(app, context);
  add_click(app, context);
  add_conversion(app, context);
  add_ledger(app, context);
  add_deposit(app, context);
  add_audit(app, context);
  add_callback(app, context);
  add_postback(app, context);
  add_webhook(app, context);
  add_stripe(app, context);
  add_user(app, context);
  add_stream(app, context);
  add_directory(app, context);
  add_edge(app, context);
  add_migrate(app, context);
}

}  // namespace

bool is_command(std::string_view noun) {
  return std::find(std::begin(kNouns), std::end(kNouns), noun) != std::end(kNouns);
}

bool has_command(int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (!word.starts_with('-')) return is_command(word);
    const bool takes_next =
        std::find(std::begin(kOptionsWithValue), std::end(kOptionsWithValue), word) != std::end(kOptionsWithValue);
    if (takes_next) ++i;
  }
  return false;
}

std::string list_of_commands() {
  constexpr std::size_t kColumn = 28;  // CLI11's own
  const Hooks hooks;
  Context context(hooks);
  CommandParser line("", "");
  add_nouns(line.root(), context);
  std::string list;
  for (const CommandSummary& noun : line.nouns()) {
    std::string text = "  " + noun.name;
    text.resize(std::max(text.size() + 1, kColumn + 2), ' ');
    list += text + noun.help + "\n";
  }
  return list;
}

int run_command(const Hooks& hooks, int argc, const char* const* argv) {
  Context context(hooks);
  CommandParser line("Footfall's books, on the command line", "footfall-core");
  Command root = line.root();
  root.add_flag("--json", context.json, "Print JSON with stable keys, errors too");
  root.add_option("--config", context.config_path, "Configuration file (TOML); the environment wins over it");
  root.add_option("--reason", context.reason, "Why, for the audit trail");
  add_nouns(root, context);
  const ParsedLine parsed = line.parse(argc, argv);
  if (parsed.outcome == ParsedLine::Outcome::helped) return kDone;
  if (parsed.outcome == ParsedLine::Outcome::refused) {
    const bool json =
        std::any_of(argv, argv + argc, [](const char* word) { return std::string_view(word) == "--json"; });
    complain(json, "usage", parsed.complaint + (json ? "" : "\nRun with --help for more."));
    return kNotUnderstood;
  }
  auto outcome = context.run();
  if (outcome) return kDone;
  complain(context.json, code_of(outcome.error()), advice(outcome.error()));
  return kRefused;
}

}  // namespace footfall::core
