// The files of core/pages/templates, embedded at build time.
#pragma once

#include <span>
#include <string_view>

namespace footfall::core {

struct TemplateFile {
  std::string_view name;  // "portal", "style.css"
  std::string_view text;
};
std::span<const TemplateFile> template_files();

}  // namespace footfall::core
