// The operator's command line: footfall-core NOUN VERB … [--json]. Results go to standard output, refusals to standard
// error. Exit status: 0 done, 1 refused or failed, 2 not understood.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/actions/database.h"
#include "core/actions/deposits.h"
#include "core/actions/erase_clicks.h"
#include "core/actions/rejudge_clicks.h"
#include "core/actions/webhooks.h"
#include "core/domain/payment.h"
#include "proto/base/result.h"

namespace footfall::core {

struct Settings {
  std::string postgres_url;
  std::string redis_url;
  std::string link_host;  // of a new account
  std::string site_url;   // where people reach the pages
  WebhookSettings webhooks = {};
  bool sends_mail = false;  // core can send mails
};

struct ReplayRequest {
  std::optional<std::int64_t> id;     // one, or
  std::optional<std::string> reason;  // all of this reason; neither: all
};
struct ReplayReport {
  std::int64_t letters = 0;   // looked at
  std::int64_t replayed = 0;  // done: stored, or known already
  std::int64_t stored = 0;    // clicks
  std::int64_t duplicates = 0;
  std::int64_t conflicts = 0;
  std::int64_t failed = 0;  // letters that stay
};

// What only main can give, because it lies beyond the arrows of this folder.
struct Hooks {
  // Reads the file (empty: none) and the environment.
  std::function<Result<Settings>(const std::string& config_path)> load_settings;
  std::function<Result<ReplayReport>(Database& database, const ReplayRequest& request)> replay_dead_letters;
  LetterReader read_letter;
  // The rules that ingest is configured with; load_settings() has been called.
  std::function<Result<VerdictRules>()> verdict_rules;
  // The page on which a payment provider takes the money of a deposit that is prepared. None: no provider does.
  // load_settings() has been called.
  std::function<Result<std::optional<PaymentSession>>(const DepositRow& deposit)> open_payment_page;
};

bool is_command(std::string_view noun);
// Whether the first word that is not an option names a noun: `--config FILE migrate` does.
bool has_command(int argc, const char* const* argv);
// A line for each noun and what it is, for the help of the program itself.
std::string list_of_commands();
int run_command(const Hooks& hooks, int argc, const char* const* argv);

}  // namespace footfall::core
