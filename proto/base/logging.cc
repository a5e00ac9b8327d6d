// Lines are made here, whole; spdlog only queues and writes them. Before start_logging and after stop_logging there is
// no thread to write, so lines go straight to the sink.
#include "proto/base/logging.h"

#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <atomic>
#include <charconv>
#include <cmath>
#include <map>
#include <memory>

#include "proto/base/bytes.h"
#include "proto/base/clock.h"
#include "proto/base/thread_annotations.h"

namespace footfall {
namespace {

constexpr std::size_t kQueueLines = 8192;
constexpr std::int64_t kLimitedIntervalUs = 1'000'000;
constexpr std::string_view kLevelNames[] = {"debug", "info", "warn", "error"};

struct LimitedEvent {
  std::int64_t last_us = 0;
  std::uint64_t held_back = 0;
};

// One per process: standard error is one per process too.
struct Log {
  std::atomic<LogLevel> threshold{LogLevel::info};
  Mutex mutex;
  std::shared_ptr<spdlog::details::thread_pool> pool FOOTFALL_GUARDED_BY(mutex);
  std::shared_ptr<spdlog::logger> logger FOOTFALL_GUARDED_BY(mutex);
  std::uint64_t dropped_before FOOTFALL_GUARDED_BY(mutex) = 0;  // by thread pools that have ended
  std::map<std::string, LimitedEvent, std::less<>> limited FOOTFALL_GUARDED_BY(mutex);

  Log() {
    const MutexLock lock(mutex);
    write_directly();
  }
  void write_directly() FOOTFALL_REQUIRES(mutex) {
    logger = std::make_shared<spdlog::logger>("direct", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    set_up();
  }
  void set_up() FOOTFALL_REQUIRES(mutex) {
    logger->set_pattern("%v");
    logger->set_level(spdlog::level::trace);
    logger->flush_on(spdlog::level::info);
  }
};

Log& log() {
  static Log* const instance = new Log;  // never destroyed: destructors of statics may log
  return *instance;
}

void append_fields(std::string& line, LogFields fields) {
  for (const auto& [name, value] : fields) {
    line += ',';
    append_json_string(line, name);
    line += ':';
    value.append_json(line);
  }
}

void write(LogLevel level, std::string_view event, LogFields fields, std::uint64_t held_back = 0) {
  Log& state = log();
  if (level < state.threshold.load(std::memory_order_relaxed)) return;
  std::string line = "{\"time\":\"" + iso8601_ms(system_clock().wall_us()) + "\",\"level\":\"";
  line += kLevelNames[static_cast<std::size_t>(level)];
  line += "\",\"event\":";
  append_json_string(line, event);
  append_fields(line, fields);
  if (held_back > 0) line += ",\"held_back\":" + std::to_string(held_back);
  line += '}';
  std::shared_ptr<spdlog::logger> logger;
  {
    const MutexLock lock(state.mutex);
    logger = state.logger;
  }
  logger->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

template <typename Number>
void append_number(std::string& out, Number number) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, number).ptr;
  out.append(text, end);
}

}  // namespace

void LogValue::append_json(std::string& out) const {
  if (const auto* text = std::get_if<std::string_view>(&value_)) {
    append_json_string(out, *text);
  } else if (const auto* flag = std::get_if<bool>(&value_)) {
    out += *flag ? "true" : "false";
  } else if (const auto* real = std::get_if<double>(&value_)) {
    if (std::isfinite(*real)) {
      append_number(out, *real);
    } else {
      out += "null";  // JSON has no other
    }
  } else if (const auto* number = std::get_if<std::int64_t>(&value_)) {
    append_number(out, *number);
  } else {
    append_number(out, std::get<std::uint64_t>(value_));
  }
}

void append_json_string(std::string& out, std::string_view text) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string repaired;
  if (!is_valid_utf8(text)) {
    repaired = valid_utf8(text);
    text = repaired;
  }
  out += '"';
  std::size_t written = 0;  // what stands between two characters that need an escape is written at once
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    const bool is_control = byte < 0x20 || byte == 0x7F;
    if (!is_control && byte != '"' && byte != '\\') continue;
    out.append(text.substr(written, i - written));
    written = i + 1;
    if (is_control) {
      out += "\\u00";
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    } else {
      out += '\\';
      out += text[i];
    }
  }
  out.append(text.substr(written));
  out += '"';
}

void start_logging(LogLevel threshold) {
  Log& state = log();
  const MutexLock lock(state.mutex);
  state.threshold = threshold;
  if (state.pool != nullptr) return;
  state.pool = std::make_shared<spdlog::details::thread_pool>(kQueueLines, 1);
  state.logger = std::make_shared<spdlog::async_logger>("queued", std::make_shared<spdlog::sinks::stderr_sink_mt>(),
                                                        state.pool, spdlog::async_overflow_policy::overrun_oldest);
  state.set_up();
}

void stop_logging() {
  Log& state = log();
  std::shared_ptr<spdlog::logger> logger;  // destroyed after the pool, whose thread uses it until it ends
  std::shared_ptr<spdlog::details::thread_pool> pool;
  {
    const MutexLock lock(state.mutex);
    if (state.pool == nullptr) return;
    state.dropped_before += state.pool->overrun_counter();
    pool = std::move(state.pool);
    logger = std::move(state.logger);
    state.write_directly();
  }
  pool.reset();  // the last reference: its destructor writes what is queued and joins
}

void log_debug(std::string_view event, LogFields fields) { write(LogLevel::debug, event, fields); }
void log_info(std::string_view event, LogFields fields) { write(LogLevel::info, event, fields); }
void log_warn(std::string_view event, LogFields fields) { write(LogLevel::warn, event, fields); }
void log_error(std::string_view event, LogFields fields) { write(LogLevel::error, event, fields); }

void log_warn_limited(std::string_view event, LogFields fields) {
  Log& state = log();
  const std::int64_t now_us = system_clock().steady_us();
  std::uint64_t held_back = 0;
  {
    const MutexLock lock(state.mutex);
    auto found = state.limited.find(event);
    if (found == state.limited.end()) {
      found = state.limited.emplace(event, LimitedEvent{now_us - kLimitedIntervalUs, 0}).first;
    }
    LimitedEvent& limit = found->second;
    if (now_us - limit.last_us < kLimitedIntervalUs) {
      ++limit.held_back;
      return;
    }
    held_back = limit.held_back;
    limit = {now_us, 0};
  }
  write(LogLevel::warn, event, fields, held_back);
}

std::uint64_t log_lines_dropped() {
  Log& state = log();
  const MutexLock lock(state.mutex);
  return state.dropped_before + (state.pool == nullptr ? 0 : state.pool->overrun_counter());
}

}  // namespace footfall
