// The one reader of fields for every dialect. It takes typed values out of a RequestInput and collects what is wrong,
// all problems at once, in the dialect's style:
//
//   FieldReader read(admitted.input, FieldStyle::terse);
//   const auto name = read.text("name", {.required = true, .characters_max = 100});
//   const auto limit = read.integer("limit", {.min = 1, .max = 100});
//   if (!read.problems().empty()) return …;
//
// A field is absent when it is null (but see NullMeaning) or blank, and, but for free text, when it is nothing but a
// placeholder that a tracker left unexpanded ("{order_id}"). A value from a form or a query is text and read as
// whatever is asked for; a JSON value must be of that kind, where a rule does not say otherwise. In a query that is a
// route's only input, a field that stands there twice with different values, or with brackets ("status[]"), is a
// problem. One thread.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/request_input.h"

namespace footfall::core {

// Terse messages are for lists that name the field beside them ("Expected string, received number"); sentences are for
// errors that are one text ("name must be a string").
enum class FieldStyle : std::uint8_t { terse, sentence };

// What a JSON null means. `clears` is for changes of what is there: cleared() asks whether a field is to be emptied,
// and whoever reads a null without having asked finds a problem, for that field cannot be empty.
enum class NullMeaning : std::uint8_t { absent, clears };

// One field's name or its aliases, the canonical name first: it wins whatever the order in the request (AF-6). Views.
class FieldNames {
 public:
  constexpr FieldNames(const char* name) : one_(name) {}       // NOLINT: a name is a field's names
  constexpr FieldNames(std::string_view name) : one_(name) {}  // NOLINT
  template <std::size_t N>
  constexpr FieldNames(const std::string_view (&names)[N]) : aliases_(names) {}  // NOLINT
  std::span<const std::string_view> all() const { return aliases_.empty() ? std::span(&one_, 1) : aliases_; }

 private:
  std::string_view one_;
  std::span<const std::string_view> aliases_;
};

struct TextRule {
  bool required = false;
  std::size_t characters_max = 255;
  bool is_free = false;          // what a person wrote: "null" is a name, and its blanks stay
  bool accepts_numbers = false;  // a JSON number counts as the text of its digits
};
struct IntegerRule {
  bool required = false;
  std::int64_t min = std::numeric_limits<std::int64_t>::min();
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
  bool clamps = false;  // what is out of range becomes the nearest value that is not
};
struct DecimalRule {
  bool required = false;
  bool accepts_text = false;  // a JSON string counts as a number
};

class FieldReader {
 public:
  // A body that could not be read is the first problem, under the field "body". `input` outlives the reader.
  FieldReader(RequestInput& input, FieldStyle style, NullMeaning nulls = NullMeaning::absent);

  // Each returns none when the field is absent or a problem was added.
  std::optional<std::string> text(FieldNames names, TextRule rule = {});  // tidy_identifier(), unless it is free
  std::optional<std::int64_t> integer(FieldNames names, IntegerRule rule = {});
  std::optional<std::string> decimal(FieldNames names, DecimalRule rule = {});  // as written: money is exact
  std::optional<bool> boolean(FieldNames names, bool required = false);
  std::optional<std::string> choice(FieldNames names, std::span<const std::string_view> allowed, bool required = false);
  std::optional<std::int64_t> time(FieldNames names, bool required = false);  // ISO 8601 → wall us
  std::optional<std::string> email(FieldNames names, bool required = false);
  std::optional<std::string> url(FieldNames names, bool required = false);       // http(s), normalised
  std::optional<std::string> currency(FieldNames names, bool required = false);  // upper case, known
  // A JSON object as it was written, at most `bytes_max` of it.
  std::optional<std::string> object(FieldNames names, std::size_t bytes_max);
  // The elements of a JSON array of texts; a form or query has one element.
  std::optional<std::vector<std::string>> texts(FieldNames names, TextRule each);

  bool has(std::string_view name) { return input_.has(name); }  // with whatever value
  // The sender says null, and that clears the field.
  bool cleared(std::string_view name) { return nulls_ == NullMeaning::clears && input_.is_null(name); }
  // A problem that the caller found.
  void add_problem(std::string_view field, std::string message);
  const std::vector<FieldProblem>& problems() const { return problems_; }

 private:
  struct Found {
    const RequestInput::Value* value = nullptr;
    std::string_view name;
  };
  Found find(FieldNames names, bool required, bool is_free = false);
  bool is_ambiguous(std::string_view name);
  std::optional<std::string> check_text(const Found& found, const RequestInput::Value& value, const TextRule& rule);
  void add(std::string_view field, std::string terse, std::string_view sentence);
  void add_wrong_kind(const Found& found, std::string_view expected);

  RequestInput& input_;
  FieldStyle style_;
  NullMeaning nulls_;
  std::vector<FieldProblem> problems_;
};

// A query turns the '+' of "…T10:00:00+01:00" into a blank when the sender did not encode it: the text with the '+'
// back.
std::string with_plus_restored(std::string_view time);
std::size_t character_count(std::string_view utf8);
bool is_email(std::string_view text);

}  // namespace footfall::core
