// simdjson refuses JSON that is sound but beyond what it represents: integers of more than 64 bits, numbers like 1e999,
// and lone surrogates in strings (JavaScript writes one when a text is cut within an emoji). A field that nobody reads
// must not spoil a click for that (SE-24). Pure.
#pragma once

#include <cstddef>
#include <span>

namespace footfall::edge {

// Replaces such numbers by 0 and such escapes by \uFFFD, in place and without changing the length. Whatever is not
// sound JSON stays as it is, for the parser to refuse. True if anything was replaced.
bool repair_json(std::span<char> json);

}  // namespace footfall::edge
