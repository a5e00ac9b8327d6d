// Structured log: one JSON object a line on standard error, {"time","level","event",…}, for start, stop, change of
// state and refused input; never one per request. Asynchronous and bounded: when the queue is full the oldest line is
// dropped, and footfall_log_lines_dropped_total counts it. Only this unit includes spdlog. Thread-safe.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace footfall {

// A field's value; strings are escaped. Never pass a secret.
class LogValue {
 public:
  LogValue(std::string_view text) : value_(text) {}
  LogValue(const char* text) : value_(std::string_view(text)) {}
  LogValue(const std::string& text) : value_(std::string_view(text)) {}
  LogValue(std::int64_t number) : value_(number) {}
  LogValue(std::uint64_t number) : value_(number) {}
  LogValue(int number) : value_(std::int64_t{number}) {}
  LogValue(unsigned number) : value_(std::uint64_t{number}) {}
  LogValue(double number) : value_(number) {}
  LogValue(bool flag) : value_(flag) {}
  void append_json(std::string& out) const;

 private:
  std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool> value_;
};

using LogFields = std::initializer_list<std::pair<std::string_view, LogValue>>;

enum class LogLevel : std::uint8_t { debug, info, warn, error };

void start_logging(LogLevel threshold);  // once, in main; without it lines go out synchronously at info
void stop_logging();                     // flushes

// `event` is a stable dotted word: "edge.started", "log.segment.abandoned".
void log_debug(std::string_view event, LogFields fields = {});
void log_info(std::string_view event, LogFields fields = {});
void log_warn(std::string_view event, LogFields fields = {});
void log_error(std::string_view event, LogFields fields = {});

// For input that an enemy can repeat: at most one line a second per event, with the number that was held back.
void log_warn_limited(std::string_view event, LogFields fields = {});

std::uint64_t log_lines_dropped();

// Appends `text` as a JSON string with its quotes; control characters and invalid UTF-8 escaped.
void append_json_string(std::string& out, std::string_view text);

}  // namespace footfall
