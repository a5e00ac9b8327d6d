// The calendar arithmetic is std::chrono's; only reading and writing of the text forms is done here.
#include "proto/base/clock.h"

#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace footfall {
namespace {

constexpr std::int64_t kSecondUs = 1'000'000;
constexpr std::int64_t kYear0Us = -62'167'219'200 * kSecondUs;  // 0000-01-01
constexpr std::int64_t kYear10000Us = 253'402'300'800 * kSecondUs;
constexpr std::int64_t kDurationMaxS = std::int64_t{36'500} * 86'400;

std::int64_t read_clock_us(clockid_t id) {
  timespec now{};
  clock_gettime(id, &now);
  return std::int64_t{now.tv_sec} * kSecondUs + now.tv_nsec / 1000;
}

class SystemClock final : public Clock {
 public:
  std::int64_t wall_us() const override { return read_clock_us(CLOCK_REALTIME); }
  std::int64_t steady_us() const override { return read_clock_us(CLOCK_MONOTONIC); }
  void sleep_us(std::int64_t us) const override {
    if (us <= 0) return;
    timespec rest{us / kSecondUs, (us % kSecondUs) * 1000};
    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &rest, &rest) != 0) {
    }
  }
};

struct Civil {
  std::chrono::year_month_day date;
  int weekday;
  int hour, minute, second, us;
};

Civil civil(std::int64_t wall_us) {
  using namespace std::chrono;
  // Four digits of year are all that the formats have.
  const sys_time<microseconds> time{microseconds{std::clamp(wall_us, kYear0Us, kYear10000Us - 1)}};
  const sys_days day = floor<days>(time);
  const std::int64_t us = (time - day).count();
  const std::int64_t seconds = us / kSecondUs;
  return {year_month_day{day},
          static_cast<int>(weekday{day}.c_encoding()),
          static_cast<int>(seconds / 3600),
          static_cast<int>(seconds / 60 % 60),
          static_cast<int>(seconds % 60),
          static_cast<int>(us % kSecondUs)};
}

// Eats fixed-width numbers and single characters from the front of a text.
struct Scanner {
  std::string_view rest;

  bool number(std::size_t width, int min, int max, int& out) {
    if (rest.size() < width) return false;
    int value = 0;
    for (std::size_t i = 0; i < width; ++i) {
      if (rest[i] < '0' || rest[i] > '9') return false;
      value = value * 10 + (rest[i] - '0');
    }
    rest.remove_prefix(width);
    out = value;
    return value >= min && value <= max;
  }
  bool any_of(std::string_view characters) {
    if (rest.empty() || characters.find(rest.front()) == std::string_view::npos) return false;
    rest.remove_prefix(1);
    return true;
  }
};

// After the decimal point: any number of digits, of which six count.
bool scan_fraction(Scanner& in, std::int64_t& us) {
  std::int64_t weight = 100'000;
  std::size_t digits = 0;
  for (int digit = 0; !in.rest.empty() && in.rest.front() >= '0' && in.rest.front() <= '9'; ++digits) {
    if (!in.number(1, 0, 9, digit)) return false;
    us += digit * weight;
    weight /= 10;
  }
  return digits > 0 && digits <= 18;
}

bool scan_offset(Scanner& in, std::int64_t& offset_s) {
  if (in.any_of("Zz")) return true;
  if (in.rest.empty()) return false;
  const int sign = in.rest.front() == '-' ? -1 : 1;
  int hours = 0;
  int minutes = 0;
  if (!in.any_of("+-") || !in.number(2, 0, 23, hours)) return false;
  if (!in.rest.empty()) {
    in.any_of(":");
    if (!in.number(2, 0, 59, minutes)) return false;
  }
  offset_s = sign * (hours * 3600 + minutes * 60);
  return true;
}

// The time after the date: THH:MM[:SS[.fraction]] and the zone, as microseconds after the date's midnight UTC.
bool scan_time(Scanner& in, std::int64_t& us) {
  int hour = 0;
  int minute = 0;
  int second = 0;
  std::int64_t fraction_us = 0;
  std::int64_t offset_s = 0;
  if (!in.any_of("Tt ") || !in.number(2, 0, 23, hour) || !in.any_of(":") || !in.number(2, 0, 59, minute)) {
    return false;
  }
  if (in.any_of(":")) {
    if (!in.number(2, 0, 60, second)) return false;  // 60: a leap second
    if (in.any_of(".,") && !scan_fraction(in, fraction_us)) return false;
  }
  if (!scan_offset(in, offset_s)) return false;
  us = (hour * 3600 + minute * 60 + second - offset_s) * kSecondUs + fraction_us;
  return true;
}

}  // namespace

Clock& system_clock() {
  static SystemClock clock;
  return clock;
}

std::string iso8601_ms(std::int64_t wall_us) {
  const Civil c = civil(wall_us);
  char text[48];
  const int length = std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
                                   static_cast<int>(c.date.year()), static_cast<unsigned>(c.date.month()),
                                   static_cast<unsigned>(c.date.day()), c.hour, c.minute, c.second, c.us / 1000);
  return {text, static_cast<std::size_t>(length)};
}

Result<std::int64_t> parse_iso8601(std::string_view text) {
  const auto refuse = [] { return invalid("not an ISO 8601 date or date-time with Z or an offset"); };
  Scanner in{text};
  int year = 0;
  int month = 0;
  int day = 0;
  if (!in.number(4, 0, 9999, year) || !in.any_of("-") || !in.number(2, 1, 12, month) || !in.any_of("-") ||
      !in.number(2, 1, 31, day)) {
    return refuse();
  }
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return refuse();
  std::int64_t us = 0;
  if (!in.rest.empty() && (!scan_time(in, us) || !in.rest.empty())) return refuse();
  return std::chrono::sys_days{date}.time_since_epoch().count() * 86'400 * kSecondUs + us;
}

Result<std::int64_t> parse_duration_s(std::string_view text) {
  const auto refuse = [text] {
    return invalid("\"" + std::string(text.substr(0, 40)) + "\" is not a duration such as 90, 90s, 15m, 12h or 30d");
  };
  std::int64_t unit_s = 1;
  std::string_view digits = text;
  if (!digits.empty() && (digits.back() < '0' || digits.back() > '9')) {
    switch (digits.back()) {
      case 's':
        unit_s = 1;
        break;
      case 'm':
        unit_s = 60;
        break;
      case 'h':
        unit_s = 3600;
        break;
      case 'd':
        unit_s = 86'400;
        break;
      default:
        return refuse();
    }
    digits.remove_suffix(1);
  }
  if (digits.empty() || digits.size() > 10) return refuse();
  std::int64_t value = 0;
  for (const char digit : digits) {
    if (digit < '0' || digit > '9') return refuse();
    value = value * 10 + (digit - '0');
  }
  if (value < 1) return invalid("a duration is at least one second");
  if (value > kDurationMaxS / unit_s) return invalid("a duration is at most 36500d");
  return value * unit_s;
}

std::string http_date(std::int64_t wall_us) {
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const Civil c = civil(wall_us);
  char text[48];
  const int length = std::snprintf(
      text, sizeof text, "%s, %02u %s %04d %02d:%02d:%02d GMT", kDays[c.weekday], static_cast<unsigned>(c.date.day()),
      kMonths[static_cast<unsigned>(c.date.month()) - 1], static_cast<int>(c.date.year()), c.hour, c.minute, c.second);
  return {text, static_cast<std::size_t>(length)};
}

}  // namespace footfall
