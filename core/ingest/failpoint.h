// A crash test names one of these points in the configuration, and the process ends there as if by kill -9
// (PROTOCOL.md 6). Off unless configured.
#pragma once

#include <string>
#include <string_view>

namespace footfall::core {

// `configured` is "NAME", or "NAME:N" to end when the point is passed for the Nth time. Call it once, before any thread
// starts.
void set_failpoint(const std::string& configured);
void pass_failpoint(std::string_view name);

inline constexpr std::string_view kBeforeRead = "before_read";
inline constexpr std::string_view kAfterRead = "after_read";
inline constexpr std::string_view kBeforeCommit = "before_commit";
inline constexpr std::string_view kAfterCommit = "after_commit";
inline constexpr std::string_view kAfterPublish = "after_publish";
inline constexpr std::string_view kAfterTrim = "after_trim";

}  // namespace footfall::core
