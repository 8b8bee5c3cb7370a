// What something may cost, and what it did: CPU time of the calling thread.
//
//   const ThreadTimer timer;
//   scan(mail);
//   if (kCostIsMeasured) EXPECT_LE(timer.seconds(), seconds_allowed(mail.size()));
//
// Under sanitizers the clock says nothing: there such a test only runs, on less.

#pragma once

#include <cstddef>
#include <ctime>

namespace sluice::test {

#ifdef SLUICE_SANITIZED
inline constexpr bool kCostIsMeasured = false;
#else
inline constexpr bool kCostIsMeasured = true;
#endif

inline constexpr double kSecondsPerMib = 0.05;  // of one message, to read and to match

// Of a message of at least 1 MiB: smaller ones have a share of their own.
constexpr double seconds_allowed(std::size_t bytes) {
  return kSecondsPerMib * static_cast<double>(bytes) / (1U << 20U);
}

inline double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

class ThreadTimer {
 public:
  [[nodiscard]] double seconds() const { return thread_seconds() - begun_; }

 private:
  double begun_ = thread_seconds();
};

}  // namespace sluice::test
