// The file is flattened to dotted keys first, so that file and environment meet the same bindings and the same checks.
#include "proto/base/config.h"

#include <toml++/toml.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <sstream>
#include <string_view>
#include <variant>

#include "proto/base/bytes.h"

namespace footfall {
namespace {

struct IntegerField {
  std::int64_t* field;
  std::int64_t min, max;
};
struct FlagField {
  bool* field;
};
struct TextField {
  std::string* field;
  std::size_t length_max;
  bool secret;
};
struct ChoiceField {
  std::string* field;
  std::vector<std::string> allowed;
};
struct ListField {
  std::vector<std::string>* field;
};

constexpr std::size_t kTextLengthMax = 4096;
constexpr std::size_t kListLengthMax = 1024;

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      (out += '\\') += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      (out += "\\u00") += to_hex({&c, 1});
    } else {
      out += c;
    }
  }
  return out + '"';
}

template <typename Range>
std::string joined(const Range& items) {
  std::string out;
  for (const auto& item : items) out += (out.empty() ? "" : ", ") + quoted(item);
  return out;
}

struct Binding {
  std::string key;
  std::string help;
  std::string environment;
  std::string default_text;
  std::variant<IntegerField, FlagField, TextField, ChoiceField, ListField> field;

  bool is_secret() const {
    const auto* text = std::get_if<TextField>(&field);
    return text != nullptr && text->secret;
  }
  // What may stand there, for people.
  std::string range() const {
    if (const auto* integer = std::get_if<IntegerField>(&field)) {
      return "an integer from " + std::to_string(integer->min) + " to " + std::to_string(integer->max);
    }
    if (std::holds_alternative<FlagField>(field)) return "true or false";
    if (const auto* text = std::get_if<TextField>(&field)) {
      return "a string of at most " + std::to_string(text->length_max) + " bytes";
    }
    if (const auto* choice = std::get_if<ChoiceField>(&field)) return "one of " + joined(choice->allowed);
    return "a list of strings";
  }
  std::string value() const {
    if (const auto* integer = std::get_if<IntegerField>(&field)) return std::to_string(*integer->field);
    if (const auto* flag = std::get_if<FlagField>(&field)) return *flag->field ? "true" : "false";
    if (const auto* text = std::get_if<TextField>(&field)) return text->secret ? "\"\"" : quoted(*text->field);
    if (const auto* choice = std::get_if<ChoiceField>(&field)) return quoted(*choice->field);
    return "[" + joined(*std::get<ListField>(field).field) + "]";
  }
};

// A value on its way into a field, from either source.
using Value = std::variant<std::int64_t, bool, std::string, std::vector<std::string>>;

bool fits(std::string_view text, std::size_t length_max) { return text.size() <= length_max && is_valid_utf8(text); }

// Stores `value` if its type and range are the binding's.
bool assign(const Binding& binding, const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  if (const auto* integer = std::get_if<IntegerField>(&binding.field)) {
    const auto* number = std::get_if<std::int64_t>(&value);
    if (number == nullptr || *number < integer->min || *number > integer->max) return false;
    *integer->field = *number;
  } else if (const auto* flag = std::get_if<FlagField>(&binding.field)) {
    if (!std::holds_alternative<bool>(value)) return false;
    *flag->field = std::get<bool>(value);
  } else if (const auto* field = std::get_if<TextField>(&binding.field)) {
    if (text == nullptr || !fits(*text, field->length_max)) return false;
    *field->field = *text;
  } else if (const auto* choice = std::get_if<ChoiceField>(&binding.field)) {
    if (text == nullptr || std::ranges::find(choice->allowed, *text) == choice->allowed.end()) return false;
    *choice->field = *text;
  } else {
    const auto* list = std::get_if<std::vector<std::string>>(&value);
    if (list == nullptr || list->size() > kListLengthMax) return false;
    if (!std::ranges::all_of(*list, [](const auto& item) { return fits(item, kTextLengthMax); })) return false;
    *std::get<ListField>(binding.field).field = *list;
  }
  return true;
}

// A TOML value as ours; none for what no field can hold (floats, dates, mixed lists).
std::optional<Value> from_toml(const toml::node& node) {
  if (const auto* integer = node.as_integer()) return integer->get();
  if (const auto* flag = node.as_boolean()) return flag->get();
  if (const auto* text = node.as_string()) return text->get();
  const auto* array = node.as_array();
  if (array == nullptr) return std::nullopt;
  std::vector<std::string> list;
  for (const toml::node& item : *array) {
    if (!item.is_string()) return std::nullopt;
    list.push_back(item.as_string()->get());
  }
  return list;
}

// An environment variable has no type of its own: the binding's decides how it reads.
Value from_environment(const Binding& binding, std::string_view text) {
  if (std::holds_alternative<IntegerField>(binding.field)) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && end == text.data() + text.size()) return number;
  } else if (std::holds_alternative<FlagField>(binding.field)) {
    if (text == "true" || text == "false") return text == "true";
  } else if (std::holds_alternative<ListField>(binding.field)) {
    std::vector<std::string> list;
    while (!trim(text).empty()) {
      const std::size_t comma = std::min(text.find(','), text.size());
      if (const std::string_view item = trim(text.substr(0, comma)); !item.empty()) list.emplace_back(item);
      text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return list;
  }
  return std::string(text);
}

std::string place(const std::string& path, const toml::source_region& source) {
  return path + ":" + std::to_string(source.begin.line) + ": ";
}

std::string shown(const toml::node& node) {
  std::ostringstream out;
  node.visit([&out](const auto& value) { out << value; });
  return out.str().substr(0, 100);
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitution = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitution});
    }
  }
  return row.back();
}

}  // namespace

struct ConfigSchema::Implementation {
  std::string prefix;
  std::vector<Binding> bindings;

  void bind(std::string key, std::string help, decltype(Binding::field) field) {
    std::string name = prefix + "_";
    for (const char c : key) name += c == '.' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    for (const Binding& other : bindings) FOOTFALL_CHECK(other.environment != name);
    Binding& binding = bindings.emplace_back(Binding{std::move(key), std::move(help), std::move(name), {}, field});
    binding.default_text = binding.value();
  }

  const Binding* find(std::string_view name, std::string Binding::* member) const {
    const auto found = std::ranges::find(bindings, name, member);
    return found == bindings.end() ? nullptr : &*found;
  }

  // The refusal of a name nobody knows, with the one that was probably meant.
  Failure unknown(const std::string& where, std::string_view name, std::string Binding::* member) const {
    const Binding* nearest = nullptr;
    std::size_t best = 4;
    for (const Binding& binding : bindings) {
      const std::size_t distance = edit_distance(name.substr(0, 100), binding.*member);
      if (distance < best) {
        best = distance;
        nearest = &binding;
      }
    }
    const std::string hint = nearest == nullptr ? "" : "; did you mean " + nearest->*member + "?";
    return invalid(where + "unknown key " + std::string(name) + hint);
  }

  static Failure refused(const std::string& where, const std::string& name, const Binding& binding,
                         const std::string& value) {
    const std::string what = binding.is_secret() ? "the value" : value;
    return invalid(where + name + ": " + what + " is not " + binding.range() + " (" + binding.help + ")");
  }

  Result<void> read_table(const std::string& path, const toml::table& table, const std::string& prefix_of_keys) {
    for (const auto& [name, node] : table) {
      const std::string key = prefix_of_keys + std::string(name.str());
      const std::string where = place(path, node.source());
      const Binding* binding = find(key, &Binding::key);
      const bool is_section =
          std::ranges::any_of(bindings, [&key](const Binding& other) { return other.key.starts_with(key + "."); });
      if (binding == nullptr && node.is_table() && is_section) {
        if (auto inner = read_table(path, *node.as_table(), key + "."); !inner) return inner;
        continue;
      }
      if (binding == nullptr) return unknown(where, key, &Binding::key);
      const std::optional<Value> value = from_toml(node);
      if (!value || !assign(*binding, *value)) return refused(where, key, *binding, shown(node));
    }
    return {};
  }

  Result<void> read_environment() {
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
      const std::string_view variable = *entry;
      const std::string name(variable.substr(0, variable.find('=')));
      if (!name.starts_with(prefix + "_")) continue;
      const std::string_view text = variable.substr(std::min(name.size() + 1, variable.size()));
      const Binding* binding = find(name, &Binding::environment);
      if (binding == nullptr) return unknown("environment: ", name, &Binding::environment);
      if (!assign(*binding, from_environment(*binding, text))) {
        return refused("environment: ", name, *binding, quoted(text.substr(0, 100)));
      }
    }
    return {};
  }
};

ConfigSchema::ConfigSchema(std::string environment_prefix)
    : implementation_(std::make_unique<Implementation>(Implementation{std::move(environment_prefix), {}})) {}
ConfigSchema::~ConfigSchema() = default;

void ConfigSchema::integer(std::string key, std::int64_t& field, std::int64_t min, std::int64_t max, std::string help) {
  FOOTFALL_CHECK(field >= min && field <= max);
  implementation_->bind(std::move(key), std::move(help), IntegerField{&field, min, max});
}

void ConfigSchema::flag(std::string key, bool& field, std::string help) {
  implementation_->bind(std::move(key), std::move(help), FlagField{&field});
}

void ConfigSchema::text(std::string key, std::string& field, std::string help, std::size_t length_max) {
  implementation_->bind(std::move(key), std::move(help), TextField{&field, length_max, false});
}

void ConfigSchema::choice(std::string key, std::string& field, std::vector<std::string> allowed, std::string help) {
  FOOTFALL_CHECK(std::ranges::find(allowed, field) != allowed.end());
  implementation_->bind(std::move(key), std::move(help), ChoiceField{&field, std::move(allowed)});
}

void ConfigSchema::list(std::string key, std::vector<std::string>& field, std::string help) {
  implementation_->bind(std::move(key), std::move(help), ListField{&field});
}

void ConfigSchema::secret(std::string key, std::string& field, std::string help) {
  implementation_->bind(std::move(key), std::move(help), TextField{&field, kTextLengthMax, true});
}

Result<void> ConfigSchema::load(const std::string& path) {
  if (!path.empty()) {
    try {
      const toml::table table = toml::parse_file(path);
      if (auto read = implementation_->read_table(path, table, ""); !read) return read;
    } catch (const toml::parse_error& error) {
      return invalid(place(path, error.source()) + std::string(error.description()));
    }
  }
  return implementation_->read_environment();
}

std::string ConfigSchema::describe() const {
  // A section's keys stand together even when they were bound apart: TOML allows its header once.
  std::vector<std::string> sections;
  const auto section_of = [](const Binding& binding) {
    const std::size_t dot = binding.key.rfind('.');
    return dot == std::string::npos ? std::string() : binding.key.substr(0, dot);
  };
  for (const Binding& binding : implementation_->bindings) {
    const std::string section = section_of(binding);
    if (std::ranges::find(sections, section) != sections.end()) continue;
    sections.insert(section.empty() ? sections.begin() : sections.end(), section);  // keys without one come first
  }
  std::string out;
  for (const std::string& section : sections) {
    if (!section.empty()) out += "[" + section + "]\n\n";
    for (const Binding& binding : implementation_->bindings) {
      if (section_of(binding) != section) continue;
      out += "# " + binding.help + "\n# " + binding.environment + ": " + binding.range();
      out += binding.is_secret() ? "; a secret, never shown.\n# " : "; default " + binding.default_text + ".\n";
      out += binding.key.substr(section.empty() ? 0 : section.size() + 1) + " = " + binding.value() + "\n\n";
    }
  }
  return out;
}

}  // namespace footfall
