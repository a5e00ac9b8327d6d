// The macros of a link's target URL, in braces as they stand and in lower case: "{click_id}", "{sub1}" … "{sub5}" of
// the short link's query, "{country}" of the visitor ("DE"; empty where it is unknown), "{code}" of the link in lower
// case, "{campaign}" and "{affiliate}" by their public ids (empty where the link credits nobody).
// Core checks targets against this list, the edge expands by it. "%7Bclick_id%7D" is no macro but the plain text of
// braces, and is sent on as it is. Pure.
#pragma once

#include <array>
#include <string_view>

namespace footfall::wire {

inline constexpr std::string_view kClickIdMacro = "{click_id}";
inline constexpr std::string_view kCountryMacro = "{country}";
inline constexpr std::string_view kCodeMacro = "{code}";
inline constexpr std::string_view kCampaignMacro = "{campaign}";
inline constexpr std::string_view kAffiliateMacro = "{affiliate}";
inline constexpr std::array<std::string_view, 10> kTargetMacros = {
    kClickIdMacro, "{sub1}",      "{sub2}",   "{sub3}",       "{sub4}",
    "{sub5}",      kCountryMacro, kCodeMacro, kCampaignMacro, kAffiliateMacro};

// The macro at the front of `text`, braces included; empty: there is none.
constexpr std::string_view target_macro_at(std::string_view text) {
  if (!text.starts_with('{')) return {};
  for (const std::string_view macro : kTargetMacros) {
    if (text.starts_with(macro)) return macro;
  }
  return {};
}
// "{sub1}" → "sub1".
constexpr std::string_view macro_name(std::string_view macro) { return macro.substr(1, macro.size() - 2); }

}  // namespace footfall::wire
