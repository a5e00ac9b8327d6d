#include "core/cli/nouns.h"

#include <CLI/CLI.hpp>

#include "core/domain/identifiers.h"
#include "proto/base/clock.h"

namespace footfall::core {

CLI::App& add_noun(CLI::App& app, const char* name, const char* help) {
  auto* noun = app.add_subcommand(name, help);
  noun->require_subcommand(1);
  return *noun;
}

CLI::App& add_verb(CLI::App& noun, const char* name, const char* help, const char* example) {
  auto* verb = noun.add_subcommand(name, help);
  verb->footer(
      std::string("Every command takes --json, --config FILE and --reason TEXT, which the audit trail keeps.\n\n"
                  "Example:\n  footfall-core ") +
      example);
  return *verb;
}

void add_paging(CLI::App& verb, Paging& paging) {
  verb.add_option("--limit", paging.limit, "At most so many")->check(CLI::Range(1, 10'000))->capture_default_str();
  verb.add_option("--offset", paging.offset, "Leave out so many")->check(CLI::NonNegativeNumber);
}

CLI::Option* choose_from(CLI::Option* option, std::vector<std::string> words) {
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
  return option->transform(CLI::Validator(choose, ""));
}

void add_mode(CLI::App& verb, std::string& mode) {
  choose_from(verb.add_option("--mode", mode, "live or test"), {"live", "test"})->capture_default_str();
}

wire::Mode mode_of(const std::string& mode) { return mode == "test" ? wire::Mode::test : wire::Mode::live; }

Result<std::optional<std::int64_t>> parse_duration(const std::string& text, std::string_view nothing) {
  if (is_same_name(text, nothing)) return std::optional<std::int64_t>();
  auto duration = parse_duration_s(text);
  if (!duration) return Failure(duration.error());
  return std::optional<std::int64_t>(*duration);
}

Result<std::pair<std::string, std::string>> parse_pair(const std::string& text, std::string_view example) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    return invalid("\"" + text + "\" is not of the form " + std::string(example));
  }
  return std::pair(text.substr(0, equals), text.substr(equals + 1));
}

std::optional<std::string> clearable(const std::optional<std::string>& text) {
  return text && is_same_name(*text, "none") ? std::optional<std::string>("") : text;
}

}  // namespace footfall::core
