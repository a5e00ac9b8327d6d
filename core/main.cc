// footfall-core: keeps the books. `serve` runs the roles; every other word is a command of the operator.
#include <CLI/CLI.hpp>

#include <iostream>
#include <string_view>

#include "core/actions/webhook_secret.h"
#include "core/cli/command.h"
#include "core/config.h"
#include "core/dialect_apis.h"
#include "core/ingest/click_rules.h"
#include "core/ingest/letter_clicks.h"
#include "core/ingest/replay.h"
#include "core/payment_setup.h"
#include "core/program.h"
#include "proto/base/lifecycle.h"
#include "proto/base/logging.h"

namespace {

using namespace footfall;

struct ServeFlags {
  std::string path;
  std::vector<std::string> roles;
  bool no_migrate = false;
  bool check_only = false;
  bool print_only = false;
};

LogLevel level_of(const std::string& name) {
  if (name == "debug") return LogLevel::debug;
  if (name == "warn") return LogLevel::warn;
  return name == "error" ? LogLevel::error : LogLevel::info;
}

int serve(const ServeFlags& flags) {
  auto config = core::load_config(flags.path);
  if (config && !flags.roles.empty()) {
    config->roles = flags.roles;
    if (auto fine = core::check_config(*config); !fine) config = Failure(fine.error());
  }
  if (!config) {
    std::cerr << "footfall-core: " << config.error().message << "\n";
    return 2;
  }
  if (flags.no_migrate) config->migrate = false;
  if (flags.print_only) std::cout << core::describe(*config);
  if (flags.check_only) {
    if (auto checked = core::Program::check_files(*config); !checked) {
      std::cerr << "footfall-core: " << checked.error().message << "\n";
      return 2;
    }
  }
  if (flags.check_only || flags.print_only) return 0;

  start_logging(level_of(config->log_level));
  auto program = core::Program::build(*config, FOOTFALL_VERSION);
  if (!program) {
    log_error("core.refused", {{"reason", program.error().message}});
    stop_logging();
    return 1;
  }
  (*program)->run();
  program->reset();
  stop_logging();
  return 0;
}

// Dead letters are judged again with the lists and the retention that ingest is configured with.
Result<core::ReplayReport> replay(const core::Config& config, core::Database& database,
                                  const core::ReplayRequest& request) {
  auto rules = core::ClickRules::load(core::rule_sources(config));
  if (!rules) return Failure(rules.error());
  auto tally = core::replay_dead_letters(database, {request.id, request.reason, config.upkeep.click_retention_days},
                                         **rules, system_clock());
  if (!tally) return Failure(tally.error());
  return core::ReplayReport{tally->letters,    tally->replayed,  tally->stored,
                            tally->duplicates, tally->conflicts, tally->failed};
}

// Stored clicks likewise. The judge keeps its rules.
Result<core::VerdictRules> verdict_rules(const core::Config& config) {
  auto rules = core::ClickRules::load(core::rule_sources(config));
  if (!rules) return Failure(rules.error());
  const std::shared_ptr<const core::ClickRules> kept = std::move(*rules);
  auto judge = std::make_shared<core::ClickJudge>(*kept);
  return core::VerdictRules{kept->digest(), [kept, judge](std::string_view user_agent, std::string_view address) {
                              return judge->judge(user_agent, address);
                            }};
}

int command(int argc, char** argv) {
  core::Config config;
  core::Hooks hooks;
  hooks.load_settings = [&config](const std::string& path) -> Result<core::Settings> {
    auto loaded = core::load_config(path);
    if (!loaded) return Failure(loaded.error());
    config = *loaded;
    core::Settings settings{config.postgres_url, config.redis_url, config.link_host, config.site_url};
    settings.webhooks.secrets_keys =
        core::parse_secrets_keys(config.secrets_key, config.secrets_key_accepted).value_or(std::nullopt);
    settings.webhooks.receivers.allow_private = config.deliver.allow_private_receivers;
    settings.sends_mail = config.mail.has_any();
    return settings;
  };
  hooks.replay_dead_letters = [&config](core::Database& database, const core::ReplayRequest& request) {
    return replay(config, database, request);
  };
  hooks.read_letter = core::clicks_of_letter;
  hooks.verdict_rules = [&config] { return verdict_rules(config); };
  hooks.open_payment_page = [&config](const core::DepositRow& deposit) {
    return core::open_payment_page(config, deposit);
  };
  return core::run_command(hooks, argc, argv);
}

}  // namespace

int main(int argc, char** argv) {
  if (core::has_command(argc, argv)) return command(argc, argv);
  return_large_buffers();
  block_stop_signals();

  CLI::App app{"footfall-core: keeps the books."};
  app.set_version_flag("--version", "footfall-core " FOOTFALL_VERSION);
  app.require_subcommand(1);
  app.footer("Commands of the operator, of which footfall-core COMMAND --help says more:\n" + core::list_of_commands());
  ServeFlags flags;
  auto* command = app.add_subcommand("serve", "run the roles");
  command->add_option("--config", flags.path, "TOML file; without one, defaults and FOOTFALL_CORE_… alone")
      ->type_name("FILE");
  command->add_option("--roles", flags.roles, "instead of the configured ones: api,ingest,publish,deliver,upkeep")
      ->delimiter(',')
      ->type_name("ROLES");
  command->add_flag("--no-migrate", flags.no_migrate, "leave the database's schema as it is");
  command->add_flag("--check-config", flags.check_only, "check the configuration and exit");
  command->add_flag("--print-config", flags.print_only, "print every key with its range and its value, and exit");
  auto* routes = app.add_subcommand("routes", "print the routes of every API, one JSON object a line");
  std::string described;
  routes->add_option("--openapi", described, "print this dialect's OpenAPI document instead")
      ->check(CLI::IsMember({"baclique", "selgeo", "affspace", "affily"}))
      ->type_name("DIALECT");
  CLI11_PARSE(app, argc, argv);
  if (routes->parsed()) {
    const auto dialect = wire::parse_dialect(described);
    std::cout << (dialect ? core::describe_in_openapi(*dialect) : core::describe_routes());
    return 0;
  }
  return serve(flags);
}
