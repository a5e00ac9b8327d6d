// Each handle passes on to CLI11; the kinds of values that options take are listed here once, so that no other source
// instantiates its templates.
#include "core/cli/command_parser.h"

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <utility>

#include "core/domain/identifiers.h"

namespace footfall::core {

CommandOption& CommandOption::required() {
  option_->required();
  return *this;
}

CommandOption& CommandOption::show_default() {
  option_->capture_default_str();
  return *this;
}

CommandOption& CommandOption::in_range(int least, int most) {
  option_->check(CLI::Range(least, most));
  return *this;
}

CommandOption& CommandOption::not_negative() {
  const auto check = [](std::string& value) -> std::string {
    return value.starts_with('-') ? "must not be negative" : "";
  };
  option_->check(CLI::Validator(check, "NONNEGATIVE"));
  return *this;
}

CommandOption& CommandOption::choose_from(std::vector<std::string> words) {
  const auto choose = [words = std::move(words)](std::string& value) -> std::string {
    std::string all;
    for (const std::string& word : words) {
      if (is_same_name(word, value)) {
        value = word;
        return "";
      }
      all += (all.empty() ? "" : ", ") + word;
    }
    return "\"" + value + "\" is none of: " + all;
  };
  option_->transform(CLI::Validator(choose, ""));
  return *this;
}

CommandOption& CommandOption::one_value_each_time() {
  option_->allow_extra_args(false);
  return *this;
}

Command Command::add_noun(const char* name, const char* help) {
  CLI::App* noun = app_->add_subcommand(name, help);
  noun->require_subcommand(1);
  return Command(*noun);
}

Command Command::add_verb(const char* name, const char* help, const char* example) {
  CLI::App* verb = app_->add_subcommand(name, help);
  verb->footer(
      std::string("Every command takes --json, --config FILE and --reason TEXT, which the audit trail keeps.\n\n"
                  "Example:\n  footfall-core ") +
      example);
  return Command(*verb);
}

void Command::alias(const char* name) { app_->alias(name); }

template <typename Value>
CommandOption Command::add_option(const char* name, Value& into, const char* help) {
  return CommandOption(*app_->add_option(name, into, help));
}

template CommandOption Command::add_option(const char*, std::string&, const char*);
template CommandOption Command::add_option(const char*, std::int64_t&, const char*);
template CommandOption Command::add_option(const char*, int&, const char*);
template CommandOption Command::add_option(const char*, std::vector<std::string>&, const char*);
template CommandOption Command::add_option(const char*, std::optional<std::string>&, const char*);
template CommandOption Command::add_option(const char*, std::optional<std::int64_t>&, const char*);
template CommandOption Command::add_option(const char*, std::optional<std::vector<std::string>>&, const char*);

void Command::add_flag(const char* name, bool& into, const char* help) { app_->add_flag(name, into, help); }

Command Command::add_alternatives(const char* name, const char* help) {
  CLI::Option_group* group = app_->add_option_group(name, help);
  group->require_option(1);
  return Command(*group);
}

void Command::callback(std::function<void()> run) { app_->callback(std::move(run)); }

CommandParser::CommandParser(const char* help, const char* program) : app_(std::make_unique<CLI::App>(help, program)) {
  app_->fallthrough();
  app_->require_subcommand(1);
}

CommandParser::~CommandParser() = default;

Command CommandParser::root() { return Command(*app_); }

ParsedLine CommandParser::parse(int argc, const char* const* argv) {
  try {
    app_->parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) return {ParsedLine::Outcome::refused, error.what()};
    app_->exit(error);
    return {ParsedLine::Outcome::helped, {}};
  }
  return {ParsedLine::Outcome::understood, {}};
}

std::vector<CommandSummary> CommandParser::nouns() const {
  std::vector<CommandSummary> all;
  for (const CLI::App* noun : std::as_const(*app_).get_subcommands({})) {
    all.push_back({noun->get_name(), noun->get_description()});
  }
  return all;
}

}  // namespace footfall::core
