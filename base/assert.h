// SLUICE_ASSERT(condition): our own mistake stops the process, in release too.
//
//   SLUICE_ASSERT(offset < size);   prints file, line and the condition, then aborts
//
// Never on input: odd mail is a defect, a refusing world is a Result (see base/result.h).

#pragma once

#include <cstdio>
#include <cstdlib>

namespace sluice {

[[noreturn]] inline void assertion_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, condition);
  std::abort();
}

}  // namespace sluice

#define SLUICE_ASSERT(condition) \
  ((condition) ? static_cast<void>(0) : ::sluice::assertion_failed(#condition, __FILE__, __LINE__))
