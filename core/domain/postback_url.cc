// The rules of target URLs know no braces: while they are applied, each macro is replaced by a mark of plain letters,
// and put back afterwards.
#include "core/domain/postback_url.h"

#include <algorithm>
#include <optional>

#include "proto/base/bytes.h"

namespace footfall::core {
namespace {

struct Macro {
  std::string_view name;
  std::string PostbackValues::* value;
};
constexpr Macro kMacros[] = {{"click_id", &PostbackValues::click_id},
                             {"payout", &PostbackValues::payout},
                             {"currency", &PostbackValues::currency},
                             {"status", &PostbackValues::status},
                             {"conversion_id", &PostbackValues::conversion_id},
                             {"campaign", &PostbackValues::campaign},
                             {"affiliate", &PostbackValues::affiliate},
                             {"event", &PostbackValues::event},
                             {"goal", &PostbackValues::goal},
                             {"timestamp", &PostbackValues::timestamp}};

constexpr std::string_view kAllMacros =
    "{click_id}, {sub1} to {sub5}, {payout}, {currency}, {status}, {conversion_id}, {campaign}, {affiliate}, {event}, "
    "{goal} and {timestamp}";

std::optional<std::size_t> sub_named(std::string_view name) {
  if (name.size() != 4 || !name.starts_with("sub") || name[3] < '1' || name[3] > '5') return std::nullopt;
  return static_cast<std::size_t>(name[3] - '1');
}

std::optional<std::string> value_of(std::string_view name, const PostbackValues& values) {
  for (const Macro& macro : kMacros) {
    if (macro.name == name) return values.*macro.value;
  }
  return std::nullopt;
}

std::string encoded(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  constexpr std::string_view kPlain = "-._~";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       kPlain.find(c) != std::string_view::npos;
    if (plain) {
      out += c;
    } else {
      const char escape[] = {'%', kHex[byte >> 4], kHex[byte & 15]};
      out.append(escape, sizeof escape);
    }
  }
  return out;
}

// Where path, query or fragment begin.
std::size_t end_of_host(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return 0;
  return std::min(url.find_first_of("/?#", scheme + 3), url.size());
}

// Every "{name}" becomes what `replace` says of it; none where a brace is alone, or the macro is not known.
template <typename Replace>
std::optional<std::string> with_macros_replaced(std::string_view url, Replace replace) {
  std::string out;
  while (!url.empty()) {
    const auto brace = std::min(url.find_first_of("{}"), url.size());
    out += url.substr(0, brace);
    url.remove_prefix(brace);
    if (url.empty()) break;
    const auto close = url.find('}');
    if (url.front() == '}' || close == std::string_view::npos) return std::nullopt;
    const std::optional<std::string> text = replace(url.substr(1, close - 1));
    if (!text) return std::nullopt;
    out += *text;
    url.remove_prefix(close + 1);
  }
  return out;
}

// What stands for a macro while the rules of URLs, which know no braces, are applied.
constexpr std::string_view kMarkBegin = "zz-macro-", kMarkEnd = "-zz";

std::string with_marks_replaced(std::string_view url) {
  std::string out;
  while (true) {
    const auto begin = url.find(kMarkBegin);
    if (begin == std::string_view::npos) return out.append(url);
    const auto name = url.substr(begin + kMarkBegin.size());
    const auto end = name.find(kMarkEnd);
    out.append(url.substr(0, begin)).append("{").append(name.substr(0, end)).append("}");
    url = name.substr(end + kMarkEnd.size());
  }
}

}  // namespace

std::string expand_postback(std::string_view url, const PostbackValues& values) {
  auto expanded = with_macros_replaced(url, [&](std::string_view name) -> std::optional<std::string> {
    if (sub_named(name)) return "{" + std::string(name) + "}";
    const auto value = value_of(name, values);
    if (!value) return std::nullopt;
    return encoded(*value);
  });
  return expanded.value_or(std::string(url));
}

bool names_subs(std::string_view url) { return url.find("{sub") != std::string_view::npos; }

std::string expand_subs(std::string_view url, const PostbackSubs& subs) {
  auto expanded = with_macros_replaced(url, [&](std::string_view name) -> std::optional<std::string> {
    const auto sub = sub_named(name);
    if (!sub) return std::nullopt;
    return encoded(subs[*sub]);
  });
  return expanded.value_or(std::string(url));
}

Result<TargetUrl> parse_postback_template(std::string_view url) {
  if (url.substr(0, end_of_host(url)).find('{') != std::string_view::npos) {
    return invalid("a macro cannot stand in the scheme or the host of a URL");
  }
  if (url.find(kMarkBegin) != std::string_view::npos) return invalid("the URL cannot hold " + std::string(kMarkBegin));
  const PostbackValues none;
  const auto marked = with_macros_replaced(url, [&](std::string_view name) -> std::optional<std::string> {
    if (!sub_named(name) && !value_of(name, none)) return std::nullopt;
    return std::string(kMarkBegin).append(name).append(kMarkEnd);
  });
  if (!marked) {
    return invalid("the macros of a postback are " + std::string(kAllMacros) + "; write %7B and %7D for plain braces");
  }
  auto parsed = parse_target_url(*marked);
  if (parsed) parsed->text = with_marks_replaced(parsed->text);
  return parsed;
}

std::string sample_postback(std::string_view url) {
  const PostbackValues sample{.click_id = "00000000-0000-7000-8000-000000000000",
                              .payout = "1.00",
                              .currency = "EUR",
                              .status = "test",
                              .conversion_id = "conv_test",
                              .campaign = "test",
                              .affiliate = "test",
                              .event = "test",
                              .goal = "test",
                              .timestamp = "0"};
  return expand_subs(expand_postback(url, sample), {"test-sub1", "test-sub2", "test-sub3", "test-sub4", "test-sub5"});
}

}  // namespace footfall::core
