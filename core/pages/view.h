// A page is a template and what stands in it. Text is escaped by the template library, wherever it comes from; only
// what this folder draws itself (QR codes, charts, a page inside the frame) is put in as it is. The only door to the
// template library.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace footfall::core {

// The values of one template: texts, conditions and lists, by the names that the template uses.
struct View {
  std::map<std::string, std::string, std::less<>> texts = {};
  std::map<std::string, bool, std::less<>> flags = {};
  std::map<std::string, std::vector<View>, std::less<>> lists = {};
};

// A file of core/pages/templates by its name without ending; "style.css" and its kin with it. Unknown: the program's
// fault.
std::string_view template_text(std::string_view name);
std::string render(std::string_view name, const View& view);
// Inside of the frame that all pages share; `view.texts["title"]` is the page's.
std::string render_page(std::string_view name, View view);

}  // namespace footfall::core
