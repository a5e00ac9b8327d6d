// A recursive-descent parser of RFC 8259 that keeps the members of the outermost object or array and only checks what
// lies deeper. It is our own because ready-made ones judge more than the grammar: simdjson 3.0 refuses integers of more
// than 64 bits, and Boost.JSON 1.81 refuses unpaired surrogates.
#include "core/api/json_input.h"

#include <algorithm>
#include <charconv>

#include "proto/base/bytes.h"

namespace footfall::core {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

void append_utf8(std::string& out, std::uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (code >> 18));
    out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

class Parser {
 public:
  Parser(std::string_view text, std::vector<JsonMember>& members) : text_(text), members_(members) {}

  // The whole document is one value.
  bool document(JsonKind& kind) {
    skip_blanks();
    if (!value(0, kind)) return false;
    skip_blanks();
    return at_ == text_.size();
  }
  bool has_too_many() const { return has_too_many_; }
  bool is_too_deep() const { return is_too_deep_; }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool accept(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void skip_blanks() {
    while (at_ < text_.size() && std::string_view(" \t\n\r").find(text_[at_]) != std::string_view::npos) ++at_;
  }
  bool word(std::string_view expected) {
    if (!text_.substr(at_).starts_with(expected)) return false;
    at_ += expected.size();
    return true;
  }
  std::size_t digits() {
    const std::size_t begin = at_;
    while (is_digit(peek())) ++at_;
    return at_ - begin;
  }

  bool number() {
    accept('-');
    if (!accept('0') && digits() == 0) return false;
    if (accept('.') && digits() == 0) return false;
    if (accept('e') || accept('E')) {
      if (!accept('+')) accept('-');
      if (digits() == 0) return false;
    }
    return true;
  }

  bool hex4(std::uint32_t& code) {
    if (text_.size() - at_ < 4) return false;
    const char* const begin = text_.data() + at_;
    const auto [rest, error] = std::from_chars(begin, begin + 4, code, 16);
    if (error != std::errc() || rest != begin + 4) return false;
    at_ += 4;
    return true;
  }

  // After "\u".
  bool unicode_escape(std::string& out, bool& is_text) {
    std::uint32_t code = 0;
    if (!hex4(code)) return false;
    if (code >= 0xD800 && code < 0xDC00 && text_.substr(at_).starts_with("\\u")) {
      const std::size_t before = at_;
      at_ += 2;
      std::uint32_t low = 0;
      if (!hex4(low)) return false;
      if (low >= 0xDC00 && low < 0xE000) {
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
      } else {
        at_ = before;  // an escape of its own
      }
    }
    if (code >= 0xD800 && code < 0xE000) {
      is_text = false;
      code = 0xFFFD;
    }
    append_utf8(out, code);
    return true;
  }

  bool string(std::string& out, bool& is_text) {
    if (!accept('"')) return false;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c != '\\') {
        out += c;
        continue;
      }
      constexpr std::string_view kEscapes = "\"\\/bfnrt";
      constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
      const char escape = peek();
      ++at_;
      if (escape == 'u') {
        if (!unicode_escape(out, is_text)) return false;
      } else if (const std::size_t which = kEscapes.find(escape); which != std::string_view::npos) {
        out += kMeanings[which];
      } else {
        return false;
      }
    }
    return false;
  }

  // An element of an array or the value of a member, kept when it lies at the top.
  bool element(int depth, std::string name) {
    skip_blanks();
    JsonMember member{std::move(name), JsonKind::null, {}, true};
    const std::size_t begin = at_;
    if (peek() == '"') {
      member.kind = JsonKind::string;
      if (!string(member.text, member.is_text)) return false;
    } else {
      if (!value(depth, member.kind)) return false;
      if (depth == 1) member.text = text_.substr(begin, at_ - begin);
    }
    if (depth == 1) {
      if (members_.size() >= JsonObject::kMembersMax) has_too_many_ = true;
      if (!has_too_many_) members_.push_back(std::move(member));
    }
    skip_blanks();
    return true;
  }

  bool array(int depth) {
    skip_blanks();
    if (accept(']')) return true;
    do {
      if (!element(depth, {})) return false;
    } while (accept(','));
    return accept(']');
  }

  bool object(int depth) {
    skip_blanks();
    if (accept('}')) return true;
    do {
      skip_blanks();
      std::string name;
      bool is_text = true;
      if (!string(name, is_text)) return false;
      skip_blanks();
      if (!accept(':') || !element(depth, std::move(name))) return false;
    } while (accept(','));
    return accept('}');
  }

  bool value(int depth, JsonKind& kind) {
    if (static_cast<std::size_t>(depth) >= JsonObject::kDepthMax) {
      is_too_deep_ = true;
      return false;
    }
    switch (peek()) {
      case '{':
        kind = JsonKind::object;
        ++at_;
        return object(depth + 1);
      case '[':
        kind = JsonKind::array;
        ++at_;
        return array(depth + 1);
      case '"': {
        kind = JsonKind::string;
        std::string ignored;
        bool is_text = true;
        return string(ignored, is_text);
      }
      case 't':
        kind = JsonKind::boolean;
        return word("true");
      case 'f':
        kind = JsonKind::boolean;
        return word("false");
      case 'n':
        kind = JsonKind::null;
        return word("null");
      default:
        kind = JsonKind::number;
        return number();
    }
  }

  std::string_view text_;
  std::vector<JsonMember>& members_;
  std::size_t at_ = 0;
  bool has_too_many_ = false;
  bool is_too_deep_ = false;
};

}  // namespace

std::string_view json_kind_name(JsonKind kind) {
  constexpr std::string_view kNames[] = {"null", "boolean", "number", "string", "array", "object"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::optional<std::int64_t> JsonMember::integer() const {
  if (kind != JsonKind::number) return std::nullopt;
  std::int64_t whole = 0;
  const char* const end = text.data() + text.size();
  auto [rest, error] = std::from_chars(text.data(), end, whole);
  if (error == std::errc() && rest == end) return whole;
  double value = 0;
  auto [double_rest, double_error] = std::from_chars(text.data(), end, value);
  constexpr double kExactMax = 9007199254740992.0;  // beyond, a double no longer tells neighbours apart
  if (double_error != std::errc() || double_rest != end || value > kExactMax || value < -kExactMax) return std::nullopt;
  whole = static_cast<std::int64_t>(value);
  if (static_cast<double>(whole) != value) return std::nullopt;
  return whole;
}

std::optional<JsonObject> JsonObject::parse(std::string_view document, std::string& problem) {
  const std::string_view body = without_byte_order_mark(document);
  JsonObject result;
  Parser parser(body, result.members_);
  JsonKind kind = JsonKind::null;
  const bool is_document = parser.document(kind);
  if (parser.is_too_deep()) {
    problem = "Request body is nested too deeply";
  } else if (!is_document || !is_valid_utf8(body)) {
    problem = "Request body is not valid JSON";
  } else if (kind != JsonKind::object) {
    problem = "Expected object, received " + std::string(json_kind_name(kind));
  } else if (parser.has_too_many()) {
    problem = "Request body has too many members";
  } else {
    return result;
  }
  return std::nullopt;
}

std::optional<std::vector<JsonMember>> parse_json_array(std::string_view text) {
  std::vector<JsonMember> elements;
  Parser parser(text, elements);
  JsonKind kind = JsonKind::null;
  if (!parser.document(kind) || kind != JsonKind::array || parser.has_too_many()) return std::nullopt;
  return elements;
}

const JsonMember* JsonObject::find(std::string_view name) const {
  for (auto member = members_.rbegin(); member != members_.rend(); ++member) {
    if (member->name == name) return member->kind == JsonKind::null ? nullptr : &*member;
  }
  return nullptr;
}

}  // namespace footfall::core
