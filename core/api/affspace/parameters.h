// What a caller sent, whichever way it came: a JSON body, a form body (which postback senders use) or a query string,
// read under all of a field's aliases. The canonical name wins over its aliases, whatever their order in the request
// (AF-6); an empty value counts as absent, for a tracker's macro without a value leaves one behind.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/exchange.h"

namespace footfall::core::affspace {

inline constexpr std::size_t kValueCharactersMax = 255;
inline constexpr std::size_t kUrlCharactersMax = 2048;

// Aliases, canonical name first (AFS-18…24, AFS-43).
inline constexpr std::string_view kClickNames[] = {"clickid", "click_id", "cid"};
inline constexpr std::string_view kAmountNames[] = {"sum", "amount", "revenue"};
inline constexpr std::string_view kTransactionNames[] = {"action_id", "txid", "order_id"};
inline constexpr std::string_view kCustomerNames[] = {"user_id", "customer_id"};
inline constexpr std::string_view kGoalNames[] = {"goal", "event", "event_type"};

struct Problem {
  std::string field;
  std::string message;
};

class Parameters {
 public:
  // Reads body and query. A body that cannot be read leaves a problem under the field "body".
  explicit Parameters(const Call& call);
  // Only the query string: GET callbacks.
  static Parameters of_query(const Call& call);

  // The text of the first alias that has a value. A value of another kind than text or number, one with more than
  // `characters_max` characters, or one that is not text (NUL, broken UTF-8) is a problem.
  std::optional<std::string> text(std::span<const std::string_view> names,
                                  std::size_t characters_max = kValueCharactersMax);
  std::optional<std::string> text(std::string_view name, std::size_t characters_max = kValueCharactersMax) {
    return text(std::span(&name, 1), characters_max);
  }

  bool has(std::string_view name) const;  // with whatever value
  const std::vector<Problem>& problems() const { return problems_; }
  // What may be logged: name=value pairs as they came, with the value of `secure` blanked.
  std::string loggable() const;

 private:
  struct Value {
    std::string name;
    std::string text;
    bool scalar = true;
  };
  Parameters() = default;
  void take_form(std::string_view text);
  void take_json(std::string_view text);

  std::vector<Value> values_;
  std::vector<Problem> problems_;
};

}  // namespace footfall::core::affspace
