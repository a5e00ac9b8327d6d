#include "core/storage/connection_string.h"

#include <libpq-fe.h>

#include <memory>
#include <string_view>

namespace footfall::core {
namespace {

using Options = std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)>;

Options parse(const std::string& url) {
  char* problem = nullptr;
  Options options(PQconninfoParse(url.c_str(), &problem), PQconninfoFree);
  PQfreemem(problem);
  return options;
}

void append(std::string& text, std::string_view keyword, std::string_view value) {
  text.append(text.empty() ? "" : " ").append(keyword).append("='");
  for (const char c : value) {
    if (c == '\'' || c == '\\') text += '\\';
    text += c;
  }
  text += '\'';
}

std::string settings_of(const TimeLimits& limits) {
  std::string settings;
  if (limits.statement_ms > 0) settings += "-c statement_timeout=" + std::to_string(limits.statement_ms) + " ";
  if (limits.lock_ms > 0) settings += "-c lock_timeout=" + std::to_string(limits.lock_ms) + " ";
  return settings;
}

}  // namespace

Result<void> check_connection_string(const std::string& url) {
  if (!parse(url)) return invalid("this is neither a libpq connection string nor a postgresql:// URI");
  return {};
}

std::string with_time_limits(const std::string& url, const TimeLimits& limits) {
  std::string settings = settings_of(limits);
  const Options options = parse(url);
  FOOTFALL_CHECK(options != nullptr);
  if (settings.empty()) return url;
  std::string text;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val == nullptr) continue;
    if (std::string_view(option->keyword) == "options") {
      settings += option->val;  // of two values, PostgreSQL takes the later one
    } else {
      append(text, option->keyword, option->val);
    }
  }
  append(text, "options", settings);
  return text;
}

}  // namespace footfall::core
