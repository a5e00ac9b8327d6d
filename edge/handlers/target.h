// Makes the URL to which a short link sends its visitor. The target is the campaign's or the link's URL; from COMMON.md
// D-12, D-13:
//
// - Macros (proto/wire/macros.h) stand for the click's id, the short link's parameters sub1 … sub5, and what is known
//   of visitor and link, anywhere in the target; %7Bclick_id%7D is plain text. A value is encoded whole, so it stays
//   within its place; a sub's placeholder that was left unexpanded counts as absent.
// - The short link's query parameters pass through; one replaces the target's parameters of the same name.
// - Without {click_id} in the target, the id comes as the last query parameter. Its name never passes through, nor does
//   any that the target fills with {click_id}: what arrives there is ours or nothing.
// - The fragment stays at the end.
//
// What comes out is always a valid header value: visible ASCII, everything else percent-encoded. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace footfall::edge {

inline constexpr std::size_t kLocationBytesMax = 16 * 1024;

struct TargetParts {
  std::string_view target;
  std::string_view query;          // the short link's, as received
  std::string_view parameter;      // the click id's name in the query
  std::string_view click_id;       // as the dialect writes it; empty: the visitor goes without one
  std::string_view withheld = {};  // the name of a parameter that is meant for us and never passes; empty: none
  std::string_view country = {}, code = {}, campaign = {}, affiliate = {};  // what these macros stand for
};

// What append_target() wrote, from where `out` ended before.
struct WrittenTarget {
  bool is_whole = true;  // false: too long with the short link's query, which was left out
  // The piece that bears the click id; without it the URL is that of a visitor who goes without one. No bytes: none was
  // asked for, or the target has a place for it ({click_id}).
  std::size_t id_at = 0;
  std::size_t id_bytes = 0;
};

// Appends the URL to `out`. If it would be longer than kLocationBytesMax the short link's query is left out of it.
WrittenTarget append_target(std::string& out, const TargetParts& parts);

}  // namespace footfall::edge
