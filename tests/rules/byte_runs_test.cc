// Claim:   find_runs() reports exactly the longest runs that are long enough.
// Oracle:  a look at each byte.

#include "rules/patterns/byte_runs.h"

#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace sluice::rules {
namespace {

using Runs = std::vector<std::pair<std::size_t, std::size_t>>;

Runs found(const ByteRun& run, std::string_view text) {
  Runs out;
  find_runs(run, text, [&out](std::size_t from, std::size_t to) { out.emplace_back(from, to); });
  return out;
}

Runs looked_up(const ByteRun& run, std::string_view text) {
  Runs out;
  for (std::size_t from = 0; from < text.size();) {
    std::size_t to = from;
    while (to < text.size() && run.bytes[static_cast<unsigned char>(text[to])]) ++to;
    if (to - from >= run.length) out.emplace_back(from, to);
    from = to + 1;
  }
  return out;
}

TEST(ByteRuns, AreFoundAtBothEndsOfTheText) {
  ByteRun run{.length = 3};
  run.bytes.set('a');
  EXPECT_EQ(found(run, "aaa"), (Runs{{0, 3}}));
  EXPECT_EQ(found(run, "aaaxaaxaaaa"), (Runs{{0, 3}, {7, 11}}));
  EXPECT_TRUE(found(run, "aa").empty());
  EXPECT_TRUE(found(run, "").empty());
}

TEST(ByteRuns, AgreeWithALookAtEachByte) {
  std::mt19937 random(1);
  for (int round = 0; round < 20'000; ++round) {
    ByteRun run{.length = 1 + static_cast<uint32_t>(random() % 9)};
    run.bytes.set('a').set('b');
    std::string text;
    const std::size_t share = 1 + random() % 12;
    for (std::size_t i = random() % 80; i > 0; --i)
      text += random() % share == 0 ? 'x' : static_cast<char>('a' + random() % 2);
    EXPECT_EQ(found(run, text), looked_up(run, text)) << text << ' ' << run.length;
  }
}

TEST(ByteRuns, AboveAsciiAgreeWithALookAtEachByte) {
  std::mt19937 random(2);
  for (int round = 0; round < 20'000; ++round) {
    ByteRun run{.length = 1 + static_cast<uint32_t>(random() % 3)};
    run.bytes.set(0xc3).set(0xff);
    ASSERT_TRUE(run.above_ascii());
    constexpr std::string_view kBytes = "a\x7f\x80\xc3\xff";
    std::string text(random() % 30, 'a');
    for (std::size_t i = random() % 40; i > 0; --i) text += kBytes[random() % kBytes.size()];
    EXPECT_EQ(found(run, text), looked_up(run, text)) << round;
  }
}

}  // namespace
}  // namespace sluice::rules
