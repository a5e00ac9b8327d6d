// What several actions check in the same way, and the refusal of what is taken already. Every error says what to do.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "proto/base/result.h"
#include "proto/wire/ids.h"

namespace footfall::core {

// A conflict with a stable code ("code_taken", "email_taken", "already_joined", "participant_erased", "key_taken").
Failure taken(std::string code, std::string message);

// An invalid field, by a name of the actions' own: a code that field_of() reads. The second keeps an error that is not
// `invalid`, or has a code already, as it is.
Failure about(std::string_view field, std::string message);
Failure about(std::string_view field, Error error);
// "target_url"; empty: the error does not tell.
std::string_view field_of(const Error& error);

// What a caller gets who names the account's other mode.
Failure other_mode_not_found(wire::Mode mode);

// 1 to 200 characters of UTF-8 without control characters.
Result<void> check_name(std::string_view what, std::string_view name);
// One @ between two non-empty parts, no blanks or control characters, at most 254 bytes.
// Returned without the blanks and invisible characters that came along with it.
Result<std::string> parse_email(std::string_view email);
// A parameter's name in a URL: letters, digits, _ . -, 1 to 40.
Result<void> check_parameter_name(std::string_view name);
// The allowed word that `value` names, in any case and with blanks around it.
Result<std::string> parse_choice(std::string_view what, std::string_view value,
                                 std::initializer_list<std::string_view> allowed);
Result<void> check_range(std::string_view what, std::int64_t value, std::int64_t min, std::int64_t max);
// Lower case, without port.
Result<std::string> check_link_host(std::string_view host);
// The normalised text of a target or fallback URL; `what` opens the error.
Result<std::string> check_url(std::string_view what, std::string_view url);

std::uint64_t random_bits();

}  // namespace footfall::core
