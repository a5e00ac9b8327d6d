// The target is split into base, query and fragment, and macros are expanded in each part while it is copied. The
// guard bounds the short link's parameters. Each of them is compared with the first kParametersCompared parameters of
// the target, so the work stays bounded whatever a merchant configures.
#include "edge/handlers/target.h"

#include <algorithm>
#include <array>

#include "proto/base/bytes.h"
#include "proto/wire/macros.h"
#include "proto/wire/placeholder.h"
#include "proto/wire/query.h"

namespace footfall::edge {
namespace {

constexpr std::size_t kParametersCompared = 32;
constexpr std::size_t kSubBytesMax = 255;  // of a decoded value, as in core

// May stand in a URL and in a header as it is. '#' may not: only the fragment's own mark is one.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (std::size_t c = 0x21; c < 0x7F; ++c) plain[c] = true;
  for (const char c : std::string_view("\"#<>\\^`{|}")) plain[static_cast<unsigned char>(c)] = false;
  return plain;
}();

bool is_plain(char c) { return kPlain[static_cast<unsigned char>(c)]; }

// What others wrote, fit for a header. Escapes that are there stay.
void append_header_safe(std::string& out, std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  while (!text.empty()) {
    const auto stop = static_cast<std::size_t>(std::ranges::find_if_not(text, is_plain) - text.begin());
    out += text.substr(0, stop);
    if (stop == text.size()) return;
    const auto byte = static_cast<unsigned char>(text[stop]);
    out += '%';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
    text.remove_prefix(stop + 1);
  }
}

bool has_click_macro(std::string_view text) { return text.find(wire::kClickIdMacro) != std::string_view::npos; }

// Percent-encoding and decoding leave it as it is. Codes, public ids and most sub ids are of that kind, and are copied
// without a string in between.
bool is_unreserved(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
  });
}

void append_encoded(std::string& out, std::string_view text) {
  if (is_unreserved(text)) {
    out += text;
  } else {
    out += percent_encode(text);
  }
}

// What the short link gives for "sub1" … "sub5", as it is stored with the click. A placeholder that the network left
// unexpanded counts as absent.
void append_sub(std::string& out, std::string_view query, std::string_view name) {
  const std::string_view given = wire::find_parameter(query, name);
  if (given.size() <= kSubBytesMax && is_unreserved(given)) {
    if (!wire::is_placeholder(given)) out += given;
    return;
  }
  const std::string value = valid_utf8(percent_decode(given, true));
  if (!wire::is_placeholder(value)) out += percent_encode(truncate_utf8(value, kSubBytesMax));
}

void append_macro(std::string& out, std::string_view macro, const TargetParts& parts) {
  if (macro == wire::kClickIdMacro) return append_header_safe(out, parts.click_id);
  if (macro == wire::kCountryMacro) return append_encoded(out, parts.country);
  if (macro == wire::kCodeMacro) return append_encoded(out, parts.code);
  if (macro == wire::kCampaignMacro) return append_encoded(out, parts.campaign);
  if (macro == wire::kAffiliateMacro) return append_encoded(out, parts.affiliate);
  append_sub(out, parts.query, wire::macro_name(macro));
}

void append_expanded(std::string& out, std::string_view text, const TargetParts& parts) {
  while (!text.empty()) {
    const std::size_t brace = std::min(text.find('{'), text.size());
    append_header_safe(out, text.substr(0, brace));
    text.remove_prefix(brace);
    if (text.empty()) return;
    const std::string_view macro = wire::target_macro_at(text);
    if (macro.empty()) {
      append_header_safe(out, text.substr(0, 1));
      text.remove_prefix(1);
      continue;
    }
    append_macro(out, macro, parts);
    text.remove_prefix(macro.size());
    if (out.size() > 2 * kLocationBytesMax) return;  // too long already: append_target() starts over
  }
}

// The target's own query, and what of the short link's may not pass.
class TargetQuery {
 public:
  TargetQuery(std::string_view query, const TargetParts& parts, bool has_macro)
      : click_parameter_(parts.parameter), withheld_(parts.withheld), has_macro_(has_macro) {
    wire::QueryReader reader(query);
    for (wire::QueryParameter parameter; count_ < kParametersCompared && reader.next(parameter); ++count_) {
      const std::string_view segment = parameter.segment;
      const bool is_ours = has_macro && has_click_macro(segment);
      parameters_[count_] = {segment.data(), segment.size(), parameter.name.size(), is_ours};
    }
    rest_ = reader;
  }

  bool passes(std::string_view name) const {
    if (wire::names_parameter(name, click_parameter_) || is_withheld(name)) return false;
    return std::none_of(parameters_.begin(), parameters_.begin() + count_,
                        [name](const Own& own) { return own.is_ours && wire::same_parameter_name(own.name(), name); });
  }

  template <typename Append>
  void for_each_kept(std::string_view incoming, const Append& append) const {
    for (std::size_t i = 0; i < count_; ++i) {
      const Own& own = parameters_[i];
      const bool is_replaceable = !has_macro_ && wire::names_parameter(own.name(), click_parameter_);
      if (own.is_ours || !(is_replaceable || has(incoming, own.name()))) append(own.segment());
    }
    wire::QueryReader reader = rest_;
    for (wire::QueryParameter parameter; reader.next(parameter);) append(parameter.segment);
  }

 private:
  struct Own {  // a segment; without initialisers, so that only those in use are written
    const char* begin;
    std::size_t bytes;
    std::size_t name_bytes;
    bool is_ours;  // holds {click_id}
    std::string_view segment() const { return {begin, bytes}; }
    std::string_view name() const { return {begin, name_bytes}; }
  };
  bool is_withheld(std::string_view name) const { return !withheld_.empty() && wire::names_parameter(name, withheld_); }
  bool has(std::string_view query, std::string_view name) const {
    if (is_withheld(name)) return false;
    wire::QueryReader reader(query);
    for (wire::QueryParameter parameter; reader.next(parameter);) {
      if (wire::same_parameter_name(parameter.name, name)) return true;
    }
    return false;
  }

  std::string_view click_parameter_;
  std::string_view withheld_;
  bool has_macro_;  // then the target's own parameter of the click id's name is none of our business
  std::array<Own, kParametersCompared> parameters_;
  std::size_t count_ = 0;
  wire::QueryReader rest_{std::string_view()};
};

WrittenTarget append_whole(std::string& out, const TargetParts& parts) {
  const std::size_t start = out.size();
  WrittenTarget written;
  const std::size_t fragment_at = std::min(parts.target.find('#'), parts.target.size());
  const std::string_view before = parts.target.substr(0, fragment_at);
  const std::size_t query_at = std::min(before.find('?'), before.size());
  const bool has_macro = has_click_macro(parts.target);
  append_expanded(out, before.substr(0, query_at), parts);

  char separator = '?';
  const auto begin_segment = [&out, &separator] {
    out += separator;
    separator = '&';
  };
  const TargetQuery own(before.substr(std::min(query_at + 1, before.size())), parts, has_macro);
  own.for_each_kept(parts.query, [&](std::string_view segment) {
    begin_segment();
    append_expanded(out, segment, parts);
  });
  wire::QueryReader reader(parts.query);
  for (wire::QueryParameter parameter; reader.next(parameter);) {
    if (!own.passes(parameter.name)) continue;
    begin_segment();
    append_header_safe(out, parameter.segment);
  }
  if (!parts.click_id.empty() && !has_macro) {
    written.id_at = out.size() - start;
    begin_segment();
    append_header_safe(out, parts.parameter);
    out += '=';
    append_header_safe(out, parts.click_id);
    written.id_bytes = out.size() - start - written.id_at;
  }
  if (fragment_at == parts.target.size()) return written;
  out += '#';
  append_expanded(out, parts.target.substr(fragment_at + 1), parts);
  return written;
}

}  // namespace

WrittenTarget append_target(std::string& out, const TargetParts& parts) {
  const std::size_t before = out.size();
  WrittenTarget written = append_whole(out, parts);
  if (out.size() - before <= kLocationBytesMax) return written;
  out.resize(before);
  TargetParts alone = parts;
  alone.query = {};
  written = append_whole(out, alone);
  written.is_whole = false;
  return written;
}

}  // namespace footfall::edge
