#include "tests/support/thread_cost.h"

#include <algorithm>
#include <cstring>
#include <ctime>
#include <string>

namespace sluice::test {
namespace {

constexpr std::size_t kYardBytes = 64U << 10U;
constexpr double kYardSeconds = 41e-6;  // undisturbed, on an EPYC of 3.2 GHz
constexpr int kYards = 4;               // the quickest counts

// Short searches, one independent of the other, keep a core as busy as it can be: what another
// thread takes of it shows.
std::size_t search(const std::string& text) {
  constexpr std::size_t kStep = 7;
  constexpr std::size_t kWindow = 40;
  std::size_t found = 0;
  for (std::size_t at = 0; at + kWindow <= text.size(); at += kStep) {
    if (std::memchr(text.data() + at, 'b', kWindow) != nullptr) ++found;
  }
  return found;
}

}  // namespace

double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double slowness() {
  static const std::string kText(kYardBytes, 'a');
  static volatile std::size_t sink = 0;  // or the compiler sees that nobody needs it
  double best = 1;
  for (int i = 0; i < kYards; ++i) {
    const double begun = thread_seconds();
    sink = sink + search(kText);
    best = std::min(best, thread_seconds() - begun);
  }
  return std::max(1.0, best / kYardSeconds);
}

}  // namespace sluice::test
