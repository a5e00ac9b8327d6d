// Objects become lines of "name  value", arrays become tables whose columns are as wide as their longest cell. What
// came from outside is cleaned of control characters first.
#include "core/cli/render.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <utility>
#include <vector>

namespace footfall::core {
namespace {

using boost::json::value;

// A terminal must not obey what a visitor sent as his user agent.
std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  return out;
}

std::string plain(const value& v) {
  if (v.is_null()) return "-";
  if (v.is_bool()) return v.get_bool() ? "yes" : "no";
  if (v.is_string()) return printable(std::string_view(v.get_string().data(), v.get_string().size()));
  if (!v.is_array()) return printable(boost::json::serialize(v));
  std::string out;
  for (const auto& element : v.get_array()) out += (out.empty() ? "" : ", ") + plain(element);
  return out.empty() ? "-" : out;
}

using Lines = std::vector<std::pair<std::string, std::string>>;

void flatten(const std::string& name, const value& v, Lines& lines) {
  const bool of_objects = v.is_array() && !v.get_array().empty() && v.get_array().front().is_object();
  if (v.is_object() && !v.get_object().empty()) {
    for (const auto& member : v.get_object()) {
      flatten((name.empty() ? "" : name + ".") + std::string(member.key()), member.value(), lines);
    }
  } else if (of_objects) {
    std::size_t number = 1;
    for (const auto& element : v.get_array()) flatten(name + "." + std::to_string(number++), element, lines);
  } else {
    lines.emplace_back(name, v.is_object() ? "-" : plain(v));
  }
}

const value* find(const value& row, std::string_view column) {
  const value* at = &row;
  while (true) {
    const auto dot = column.find('.');
    const auto name = column.substr(0, dot);
    if (!at->is_object()) return nullptr;
    at = at->get_object().if_contains(boost::json::string_view(name.data(), name.size()));
    if (!at || dot == std::string_view::npos) return at;
    column.remove_prefix(dot + 1);
  }
}

// Characters, not bytes: names may be in any language.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string padded(const std::string& text, std::size_t width) {
  return text + std::string(width - std::min(width, width_of(text)), ' ');
}

}  // namespace

std::string render_object(const boost::json::object& object) {
  Lines lines;
  flatten("", object, lines);
  std::size_t width = 0;
  for (const auto& [name, text] : lines) width = std::max(width, name.size());
  std::string out;
  for (const auto& [name, text] : lines) out += padded(name, width + 2) + text + "\n";
  return out;
}

std::string render_table(const boost::json::array& rows, std::initializer_list<std::string_view> columns) {
  if (rows.empty()) return "(none)\n";
  std::vector<std::vector<std::string>> table(1);
  for (const auto column : columns) table.front().emplace_back(column);
  for (const auto& row : rows) {
    auto& line = table.emplace_back();
    for (const auto column : columns) {
      const value* cell = find(row, column);
      line.push_back(cell ? plain(*cell) : "-");
    }
  }
  std::vector<std::size_t> widths(columns.size(), 0);
  for (const auto& line : table) {
    for (std::size_t c = 0; c < line.size(); ++c) widths[c] = std::max(widths[c], width_of(line[c]));
  }
  std::string out;
  for (const auto& line : table) {
    std::string text;
    for (std::size_t c = 0; c < line.size(); ++c) text += padded(line[c], widths[c] + 2);
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + "\n";
  }
  return out;
}

}  // namespace footfall::core
