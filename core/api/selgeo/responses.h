// What the dashboard's endpoints share: pages of lists, and the refusals of actions in Selgeo's words.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/api/dialect_api.h"
#include "core/api/paging.h"

namespace footfall::core::selgeo {

inline constexpr wire::Dialect kSelgeo = wire::Dialect::selgeo;
inline constexpr std::int64_t kPageDefault = 20;  // SEL-53
inline constexpr std::int64_t kPageMax = 100;

inline NumberedPage read_page(FieldReader& read) { return read_numbered_page(read, kPageDefault, kPageMax); }

// 400 VALIDATION_ERROR with one detail for each field (SEL-34).
ApiResponse validation_response(const std::vector<FieldProblem>& problems);
// `noun`: what the path names, for "Partner not found". What an action finds invalid is 400 and names the field, a
// conflict 409 with the code that Selgeo has for it.
ApiResponse refusal_response(const Error& error, std::string_view noun, const ApiRequest& request);

// 503 for what the operator has not set up. Retry-After is an hour, because a person has to do something first.
ApiResponse not_set_up_response(std::string_view message);
// 429 for an action's "too_often" (SE-43), as every other 429 (D-19): `limit` tries, another one in so many seconds.
ApiResponse too_often_response(const Result<std::int64_t>& wait_s, std::int64_t limit, const ApiRequest& request,
                               const Clock& clock);

// A URL of a change that may be empty: a null is the empty text, by which the actions clear it.
std::optional<std::string> read_clearable_url(FieldReader& read, const char* name);

// The half of the account that a log-in, or what leads to one, is for; live unless given.
wire::Mode read_mode(FieldReader& read);
std::optional<wire::Mode> read_mode_if_given(FieldReader& read);

}  // namespace footfall::core::selgeo
