// What something may cost, and what it did: CPU time of the calling thread.
//
//   const auto cost = [&] {
//     const ThreadTimer timer;
//     scan(mail);
//     return timer.seconds();
//   };
//   const double allowed = seconds_allowed(mail.size());
//   EXPECT_LE(least_cost(allowed, cost), allowed);
//
// Whoever shares the processor's core slows a thread by a half at times, and its clock does not
// tell. So work whose cost is known is measured before and after, and the time scaled to what it
// would be on the machine that the limits were set on, undisturbed.
//
// Under sanitizers the clock says nothing: there such a test only runs, on less.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace sluice::test {

#ifdef SLUICE_SANITIZED
inline constexpr bool kCostIsMeasured = false;
#else
inline constexpr bool kCostIsMeasured = true;
#endif

inline constexpr double kSecondsPerMib = 0.05;  // of one message, to read and to match

// Of a message of at least 1 MiB: smaller ones have a share of their own. Any time, where the clock
// says nothing.
constexpr double seconds_allowed(std::size_t bytes) {
  if (!kCostIsMeasured) return 1e9;
  return kSecondsPerMib * static_cast<double>(bytes) / (1U << 20U);
}

double thread_seconds();

// How many times longer than undisturbed things take just now; at least 1.
double slowness();

class ThreadTimer {
 public:
  // Since this was made, without what others cost.
  [[nodiscard]] double seconds() const {
    const double spent = thread_seconds() - begun_;
    return spent / ((slowness_ + slowness()) / 2);
  }

 private:
  double slowness_ = slowness();
  double begun_ = thread_seconds();
};

inline constexpr uint32_t kReadingsMax = 8;  // of one cost

// The least that cost() gives in a few readings, as soon as that is no more than `enough`: what
// others do on the machine only ever adds.
template <class Cost>
double least_cost(double enough, const Cost& cost) {
  double least = cost();
  for (uint32_t i = 1; i < kReadingsMax && least > enough; ++i) least = std::min(least, cost());
  return least;
}

}  // namespace sluice::test
