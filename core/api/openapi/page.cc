// The tree is walked once and written from top to bottom. Everything from the document is escaped where it is put in.
#include "core/api/openapi/page.h"

#include <string_view>

#include "proto/base/bytes.h"

namespace footfall::core {
namespace {

namespace json = boost::json;

constexpr std::string_view kStyle = R"css(
:root{--back:#fff;--ink:#1b2130;--soft:#5a6376;--line:#dde1ea;--card:#f6f7fa;--accent:#2f49bd}
@media(prefers-color-scheme:dark){:root{--back:#11141b;--ink:#e9ecf3;--soft:#a2abbd;--line:#303747;--card:#1a1f2a;
--accent:#93a7ff}}
*{box-sizing:border-box}html{scroll-padding-top:1rem}
body{margin:0;background:var(--back);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
.all{display:grid;grid-template-columns:19rem minmax(0,1fr);max-width:82rem;margin:0 auto}
nav{position:sticky;top:0;height:100vh;overflow:auto;padding:1.5rem 1rem;border-right:1px solid var(--line)}
nav h2{font-size:.8rem;text-transform:uppercase;letter-spacing:.05em;color:var(--soft);margin:1.2rem 0 .3rem}
nav a{display:block;padding:.15rem 0;text-decoration:none;color:var(--ink)}nav a:hover{color:var(--accent)}
main{padding:1.5rem 2rem 6rem}h1{margin:0 0 .5rem}h2{margin:2.5rem 0 1rem}
article{border:1px solid var(--line);border-radius:.6rem;padding:1rem 1.25rem;margin:0 0 1.25rem}
h3{margin:0 0 .25rem;font-size:1.05rem}h4{margin:1rem 0 .3rem;font-size:.85rem;color:var(--soft)}p{margin:.3rem 0}
code{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}a{color:var(--accent)}
.call{display:block;overflow-wrap:anywhere;background:var(--card);border-radius:.4rem;padding:.35rem .6rem}
.call b{color:var(--accent)}
table{border-collapse:collapse;width:100%}td{border-top:1px solid var(--line);padding:.3rem .75rem .3rem 0;
vertical-align:top;overflow-wrap:anywhere}td:first-child{width:15rem}.soft{color:var(--soft)}
@media(max-width:50rem){.all{display:block}nav{position:static;height:auto;border:0}main{padding:1rem}
td:first-child{width:9rem}}
)css";

std::string_view text_of(const json::object& object, std::string_view name) {
  const json::value* const found = object.if_contains(name);
  return found != nullptr && found->is_string() ? std::string_view(found->as_string()) : std::string_view();
}

std::string last_segment(std::string_view reference) { return std::string(reference.substr(reference.rfind('/') + 1)); }

std::string link(std::string_view kind, std::string_view name, std::string_view text) {
  return "<a href=\"#" + std::string(kind) + "-" + escape_html(name) + "\">" + escape_html(text) + "</a>";
}

class PageWriter {
 public:
  explicit PageWriter(const json::object& document) : document_(document) {}
  std::string write();

 private:
  template <typename Write>
  void each_operation(const Write& write);
  void list_operations();
  void operation(std::string_view method, std::string_view path, const json::object& said);
  void parameters(const json::array& list);
  void answers(const json::object& list);
  void fields(const json::object& schema);
  void row(const std::string& name, const std::string& type, std::string_view text);
  std::string type(const json::object& schema) const;
  std::string content(const json::object& holder) const;

  const json::object& document_;
  std::string html_;
};

std::string PageWriter::type(const json::object& schema) const {
  if (const auto reference = text_of(schema, "$ref"); !reference.empty()) {
    const std::string name = last_segment(reference);
    return link("schema", name, name);
  }
  for (const char* const choice : {"anyOf", "oneOf"}) {
    const json::value* const parts = schema.if_contains(choice);
    if (parts == nullptr) continue;
    std::string text;
    for (const json::value& part : parts->as_array()) text += (text.empty() ? "" : " or ") + type(part.as_object());
    return text;
  }
  if (const json::value* values = schema.if_contains("enum")) {
    std::string text;
    for (const json::value& value : values->as_array()) {
      text += (text.empty() ? "<code>" : ", <code>") + escape_html(json::serialize(value)) + "</code>";
    }
    return text;
  }
  std::string text;
  if (const json::value* kind = schema.if_contains("type")) {
    if (kind->is_string()) text = std::string(kind->as_string());
    if (kind->is_array()) {
      for (const json::value& one : kind->as_array()) {
        text += (text.empty() ? "" : " or ") + std::string(one.as_string());
      }
    }
  }
  if (const json::value* items = schema.if_contains("items")) text += " of " + type(items->as_object());
  const json::value* const values = schema.if_contains("additionalProperties");
  if (values != nullptr && values->is_object()) text += " of " + type(values->as_object());
  if (const auto format = text_of(schema, "format"); !format.empty()) text += " (" + std::string(format) + ")";
  return text.empty() ? "any" : text;
}

void PageWriter::row(const std::string& name, const std::string& type, std::string_view text) {
  html_ += "<tr><td><code>" + name + "</code></td><td>" + type;
  if (!text.empty()) html_ += "<br><span class=\"soft\">" + escape_html(text) + "</span>";
  html_ += "</td></tr>\n";
}

void PageWriter::fields(const json::object& schema) {
  const json::value* const properties = schema.if_contains("properties");
  if (properties == nullptr) {
    html_ += "<p>" + type(schema) + "</p>\n";
    return;
  }
  html_ += "<table>\n";
  const json::value* const required = schema.if_contains("required");
  for (const auto& property : properties->as_object()) {
    bool is_required = false;
    if (required != nullptr) {
      for (const json::value& name : required->as_array()) is_required |= name.as_string() == property.key();
    }
    const json::object& said = property.value().as_object();
    row(escape_html(property.key()) + (is_required ? "" : " <span class=\"soft\">optional</span>"), type(said),
        text_of(said, "description"));
    if (said.contains("properties")) {
      html_ += "<tr><td></td><td>";
      fields(said);
      html_ += "</td></tr>\n";
    }
  }
  html_ += "</table>\n";
}

void PageWriter::parameters(const json::array& list) {
  html_ += "<h4>Parameters</h4>\n<table>\n";
  const json::object& known = document_.at("components").as_object().at("parameters").as_object();
  for (const json::value& one : list) {
    const auto reference = text_of(one.as_object(), "$ref");
    const json::object& said = reference.empty() ? one.as_object() : known.at(last_segment(reference)).as_object();
    row(escape_html(text_of(said, "name")), type(said.at("schema").as_object()), text_of(said, "description"));
  }
  html_ += "</table>\n";
}

std::string PageWriter::content(const json::object& holder) const {
  const json::value* const types = holder.if_contains("content");
  if (types == nullptr) return {};
  std::string text;
  for (const auto& media : types->as_object()) {
    const json::object& schema = media.value().as_object().at("schema").as_object();
    const std::string shown = media.key() == "application/json" ? type(schema) : escape_html(media.key());
    text += (text.empty() ? "" : ", ") + shown;
  }
  return text;
}

void PageWriter::answers(const json::object& list) {
  html_ += "<h4>Answers</h4>\n<table>\n";
  std::string errors;
  for (const auto& answer : list) {
    const json::object& said = answer.value().as_object();
    if (said.contains("$ref")) {
      errors += (errors.empty() ? "" : ", ") + escape_html(answer.key());
    } else {
      row(escape_html(answer.key()), content(said), text_of(said, "description"));
    }
  }
  if (!errors.empty()) row(errors, link("schema", "Error", "Error"), "");
  html_ += "</table>\n";
}

void PageWriter::operation(std::string_view method, std::string_view path, const json::object& said) {
  std::string upper;
  for (const char c : method) upper += static_cast<char>(c - 'a' + 'A');
  html_ += "<article id=\"" + escape_html(text_of(said, "operationId")) + "\">\n<h3>" +
           escape_html(text_of(said, "summary")) + "</h3>\n<code class=\"call\"><b>" + escape_html(upper) + "</b> " +
           escape_html(path) + "</code>\n";
  if (const auto text = text_of(said, "description"); !text.empty()) html_ += "<p>" + escape_html(text) + "</p>\n";
  std::string keys;
  for (const json::value& any : said.at("security").as_array()) {
    for (const auto& scheme : any.as_object()) keys += (keys.empty() ? "" : " or ") + escape_html(scheme.key());
  }
  html_ += "<p class=\"soft\">" + (keys.empty() ? "No key is needed." : "Key: " + keys) + "</p>\n";
  if (const json::value* list = said.if_contains("parameters")) parameters(list->as_array());
  if (const json::value* body = said.if_contains("requestBody")) {
    html_ += "<h4>Body</h4>\n<p>" + content(body->as_object()) + "</p>\n";
  }
  answers(said.at("responses").as_object());
  html_ += "</article>\n";
}

// Writes the heading of each tag, and calls `write` for the operations under it.
template <typename Write>
void PageWriter::each_operation(const Write& write) {
  for (const json::value& tag : document_.at("tags").as_array()) {
    const json::value& name = tag.as_object().at("name");
    html_ += "<h2>" + escape_html(name.as_string()) + "</h2>\n";
    for (const auto& path : document_.at("paths").as_object()) {
      for (const auto& one : path.value().as_object()) {
        const json::object& said = one.value().as_object();
        if (said.at("tags").as_array().front() == name) write(one.key(), path.key(), said);
      }
    }
  }
}

void PageWriter::list_operations() {
  each_operation([this](std::string_view, std::string_view, const json::object& said) {
    html_ += "<a href=\"#" + escape_html(text_of(said, "operationId")) + "\">" + escape_html(text_of(said, "summary")) +
             "</a>\n";
  });
}

std::string PageWriter::write() {
  const json::object& info = document_.at("info").as_object();
  const std::string title = escape_html(text_of(info, "title"));
  html_ =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" "
      "content=\"light dark\"><link rel=\"icon\" href=\"data:,\"><title>" +
      title + "</title><style>";
  html_.append(kStyle).append("</style></head><body><div class=\"all\"><nav aria-label=\"Operations\">\n");
  list_operations();
  html_ += "<h2>More</h2>\n<a href=\"#schemas\">Schemas</a>\n</nav><main>\n<h1>" + title + "</h1>\n<p>" +
           escape_html(text_of(info, "description")) +
           "</p>\n<p><a href=\"/openapi.json\">openapi.json</a> says the same for programs, such as Postman.</p>\n";
  each_operation([this](std::string_view method, std::string_view path, const json::object& said) {
    operation(method, path, said);
  });
  if (const json::value* webhooks = document_.if_contains("webhooks")) {
    html_ += "<h2>Webhooks</h2>\n<table>\n";
    for (const auto& event : webhooks->as_object()) {
      const json::object& said = event.value().as_object().at("post").as_object();
      row(escape_html(event.key()), content(said.at("requestBody").as_object()), text_of(said, "summary"));
    }
    html_ += "</table>\n";
  }
  html_ += "<h2 id=\"schemas\">Schemas</h2>\n";
  for (const auto& schema : document_.at("components").as_object().at("schemas").as_object()) {
    html_ += "<article id=\"schema-" + escape_html(schema.key()) + "\">\n<h3>" + escape_html(schema.key()) + "</h3>\n";
    fields(schema.value().as_object());
    html_ += "</article>\n";
  }
  html_ += "</main></div></body></html>\n";
  return std::move(html_);
}

}  // namespace

std::string openapi_page(const json::object& document) { return PageWriter(document).write(); }

}  // namespace footfall::core
