// The body is copied into padded memory and parsed there. What simdjson refuses may be sound JSON beyond its limits
// (json_repair.h), so it is repaired and parsed once more; an ordinary body never takes that way. Nesting is allowed as
// deep as the body is long.
#include "edge/handlers/click_body.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "edge/handlers/json_repair.h"
#include "edge/handlers/visitor.h"
#include "proto/base/bytes.h"
#include "proto/base/result.h"
#include "proto/wire/placeholder.h"

namespace footfall::edge {
namespace {

namespace dom = simdjson::dom;

constexpr std::string_view kReplacementCharacter = "\xEF\xBF\xBD";

std::string_view wrong_type(dom::element_type type) {
  switch (type) {
    case dom::element_type::ARRAY:
      return "Expected string, received array";
    case dom::element_type::OBJECT:
      return "Expected string, received object";
    case dom::element_type::BOOL:
      return "Expected string, received boolean";
    default:
      return "Expected string, received number";
  }
}

bool has_control(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return true;
  }
  return false;
}

}  // namespace

struct ClickBodyParser::Implementation {
  dom::parser parser{kClickBodyBytesMax};
  std::array<char, kClickBodyBytesMax + simdjson::SIMDJSON_PADDING> padded{};
  ClickBody body;

  Implementation() { FOOTFALL_CHECK(parser.allocate(kClickBodyBytesMax, kClickBodyBytesMax) == simdjson::SUCCESS); }

  bool is_repaired = false;

  // What stands in the first `size` bytes of `padded`.
  bool parse_object(std::size_t size, dom::object& object) {
    const auto parse = [&] { return parser.parse(padded.data(), size, false).get_object().get(object); };
    is_repaired = false;
    if (parse() == simdjson::SUCCESS) return true;
    is_repaired = repair_json({padded.data(), size});
    return is_repaired && parse() == simdjson::SUCCESS;
  }

  void problem(std::string_view field, std::string_view message) {
    const auto is_same = [field](const Problem& other) { return other.field == field; };
    if (std::ranges::none_of(body.problems, is_same)) body.problems.push_back({field, message});
  }

  void read(const dom::object& object) {
    for (const auto [name, value] : object) {
      if (name == "ref") {
        text("ref", value, body.ref);
      } else if (name == "url" || name == "page_url") {
        text(name == "url" ? "url" : "page_url", value, body.url);
      } else if (name == "referrer") {
        text("referrer", value, body.referrer);
      } else if (name == "visitor_token") {
        std::string_view token;
        if (text("visitor_token", value, token) && !wire::is_placeholder(token)) body.visitor_token = token;
      } else if (name == "click_id") {
        std::string_view id;
        if (text("click_id", value, id) && !id.empty() && !wire::is_placeholder(id)) body.click_id = id;
      } else if (name == "merchant" || name == "public_key" || name == "data-merchant") {
        if (value.is_string()) body.key = value.get_string().value_unsafe();
      }
    }
  }

  // False for null, and for what is no string.
  bool text(std::string_view field, const dom::element& value, std::string_view& out) {
    if (value.is_null()) return false;
    if (!value.is_string()) {
      problem(field, wrong_type(value.type()));
      return false;
    }
    out = value.get_string().value_unsafe();
    return true;
  }
};

ClickBodyParser::ClickBodyParser() : implementation_(std::make_unique<Implementation>()) {
  implementation_->body.problems.reserve(8);
}
ClickBodyParser::~ClickBodyParser() = default;

const ClickBody& ClickBodyParser::parse(std::string_view text) {
  const std::string_view json = without_byte_order_mark(text);
  Implementation& self = *implementation_;
  std::vector<Problem> memory = std::move(self.body.problems);
  memory.clear();
  self.body = {};
  self.body.problems = std::move(memory);
  if (json.empty() || json.size() > kClickBodyBytesMax) {
    self.problem("body", "Expected a JSON object");
    return self.body;
  }
  std::memcpy(self.padded.data(), json.data(), json.size());
  dom::object object;
  if (!self.parse_object(json.size(), object)) {
    self.problem("body", "Expected a JSON object");
    return self.body;
  }
  self.read(object);
  ClickBody& body = self.body;
  if (body.ref.empty()) self.problem("ref", "Required");
  // Only fields that decide nothing may hold half a character: a link that is asked for by one is a fault of the page.
  if (self.is_repaired && body.ref.find(kReplacementCharacter) != std::string_view::npos) {
    self.problem("ref", "Expected valid Unicode text");
  }
  if (body.ref.size() > kRefBytesMax) self.problem("ref", "Must contain at most 255 characters");
  if (body.visitor_token.size() > wire::kVisitorTokenBytesMax || has_control(body.visitor_token)) {
    self.problem("visitor_token", "Must contain at most 256 characters and no control characters");
  }
  return body;
}

}  // namespace footfall::edge
