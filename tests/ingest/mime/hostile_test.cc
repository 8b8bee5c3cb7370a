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

double cost(const std::string& raw, Arena& arena) {
  arena.reset();
  const test::ThreadTimer timer;
  read_message(raw, arena);
  return timer.seconds();
}

// What others do on the machine only ever adds.
struct LeastCosts {
  double half = 1e9;
  double whole = 1e9;

  [[nodiscard]] bool linear() const { return whole <= std::max(kNoise, 3 * half); }

  static LeastCosts of(const std::string& half, const std::string& whole) {
    constexpr uint32_t kReadingsMin = 3;
    LeastCosts out;
    Arena arena;
    for (uint32_t i = 0; i < test::kReadingsMax; ++i) {
      out.half = std::min(out.half, cost(half, arena));
      out.whole = std::min(out.whole, cost(whole, arena));
      if (i + 1 >= kReadingsMin && out.linear() && out.whole <= kSecondsMax) break;
    }
    return out;
  }
};

class Hostile : public testing::TestWithParam<test::HostileMail> {};

TEST_P(Hostile, CostsLittle) {
  const std::string raw = GetParam().make(2 * kBytes);
  Arena arena;
  EXPECT_EQ(test::stray_view(read_message(raw, arena)), "");
  EXPECT_LE(arena.used(), 16 * raw.size() + (4U << 20U));
  if (!test::kCostIsMeasured) return;

  const LeastCosts costs = LeastCosts::of(GetParam().make(kBytes), raw);
  EXPECT_LE(costs.whole, kSecondsMax);
  EXPECT_TRUE(costs.linear()) << costs.half << " s, twice of it " << costs.whole << " s";
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
