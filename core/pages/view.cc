#include "core/pages/view.h"

#include <kainjow/mustache.hpp>

#include "core/pages/embedded_templates.h"
#include "proto/base/result.h"

namespace footfall::core {
namespace {

using kainjow::mustache::data;

data data_of(const View& view) {
  data object;
  for (const auto& [name, text] : view.texts) object.set(name, text);
  for (const auto& [name, flag] : view.flags) object.set(name, flag);
  for (const auto& [name, elements] : view.lists) {
    data list(data::type::list);
    for (const View& element : elements) list << data_of(element);
    object.set(name, list);
  }
  return object;
}

}  // namespace

std::string_view template_text(std::string_view name) {
  for (const TemplateFile& file : template_files()) {
    if (file.name == name) return file.text;
  }
  FOOTFALL_CHECK(!"a template that is not there");
  return {};
}

std::string render(std::string_view name, const View& view) {
  kainjow::mustache::mustache page{std::string(template_text(name))};
  FOOTFALL_CHECK(page.is_valid());
  return page.render(data_of(view));
}

std::string render_page(std::string_view name, View view) {
  view.texts["page"] = render(name, view);
  return render("frame", view);
}

}  // namespace footfall::core
