#include "core/cli/nouns.h"

#include <memory>
#include <utility>

#include "core/domain/identifiers.h"
#include "proto/base/clock.h"

namespace footfall::core {

void add_paging(Command verb, Paging& paging) {
  verb.add_option("--limit", paging.limit, "At most so many").in_range(1, 10'000).show_default();
  verb.add_option("--offset", paging.offset, "Leave out so many").not_negative();
}

void add_verb_of_id(Command noun, Context& context, const char* name, const char* help, const char* example,
                    const char* what, std::function<Result<void>(Context&, const std::string&)> run) {
  Command verb = noun.add_verb(name, help, example);
  auto id = std::make_shared<std::string>();
  verb.add_option("id", *id, what).required();
  verb.callback(
      [&context, id, run = std::move(run)] { context.choose([&context, id, run] { return run(context, *id); }); });
}

void add_mode(Command verb, std::string& mode) {
  verb.add_option("--mode", mode, "live or test").choose_from({"live", "test"}).show_default();
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
