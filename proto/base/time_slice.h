// How soon the kernel lets this program run when it has something to do.
#pragma once

namespace footfall {

// Asks that threads of this process which are started afterwards, and the calling one, run for a tenth of a millisecond
// at a time instead of some three. Their share of the processors stays the same, but whoever has the short slice is let
// in at once when it wakes, where others would finish theirs first: for a program that works for microseconds and that
// somebody waits for. Early in main. False, and nothing is changed, where the kernel cannot (before Linux 6.12) or the
// operator has chosen another scheduling policy.
bool ask_for_short_time_slices();

}  // namespace footfall
