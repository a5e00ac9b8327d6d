// The words of our own pages, and how they look. Pure.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

namespace footfall::edge {

struct PageWords {
  std::string_view title, text;
};
struct PageTexts {
  int status = 0;
  std::array<PageWords, 5> words;  // in the order of kPageLanguages
};
inline constexpr std::array<std::string_view, 5> kPageLanguages = {"en", "de", "fr", "es", "pl"};
std::span<const PageTexts> page_texts();

// A whole page; `title` and `content` are HTML.
std::string write_page(std::string_view language, std::string_view title, std::string_view content);

}  // namespace footfall::edge
