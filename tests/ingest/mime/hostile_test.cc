// Claim:  mail that is made to be slow costs little, and twice of it costs about twice.
// Oracle: the thread's CPU clock; limits.h for sizes.
// Not covered: sanitizer builds, whose clock says nothing; they read smaller mail for its views.

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "base/text.h"
#include "ingest/mime/message.h"
#include "tests/support/hostile_mail.h"
#include "tests/support/message_views.h"
#include "tests/support/thread_cost.h"

namespace sluice::mime {
namespace {

constexpr double kSecondsMax = 0.3;
constexpr double kNoise = 0.03;  // below this a clock cannot tell linear from not

constexpr std::size_t kBytes = test::kCostIsMeasured ? 4U << 20U : 256U << 10U;

// The best of a few readings: what others do on the machine only ever adds.
double cost(const std::string& raw) {
  double best = 1e9;
  Arena arena;
  for (int i = 0; i < 3; ++i) {
    arena.reset();
    const test::ThreadTimer timer;
    read_message(raw, arena);
    best = std::min(best, timer.seconds());
  }
  return best;
}

class Hostile : public testing::TestWithParam<test::HostileMail> {};

TEST_P(Hostile, CostsLittle) {
  const std::string raw = GetParam().make(2 * kBytes);
  Arena arena;
  EXPECT_EQ(test::stray_view(read_message(raw, arena)), "");
  EXPECT_LE(arena.used(), 16 * raw.size() + (4U << 20U));
  if (!test::kCostIsMeasured) return;

  const double half = cost(GetParam().make(kBytes));
  const double whole = cost(raw);
  EXPECT_LE(whole, kSecondsMax);
  EXPECT_LE(whole, std::max(kNoise, 3 * half));
}

// The mail's name as GoogleTest allows it.
std::string test_name(const testing::TestParamInfo<test::HostileMail>& tested) {
  std::string name(tested.param.name);
  for (char& c : name) {
    if (!is_alnum(c)) c = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Mail, Hostile,
                         testing::ValuesIn(test::hostile_mail().begin(),
                                           test::hostile_mail().end()),
                         test_name);

}  // namespace
}  // namespace sluice::mime
