// Claim:   a matcher that is compiled when it is first asked gives the answers of one that is
//          compiled at once, whoever asks first, also when many threads do at the same time.
// Oracle:  the matcher that was compiled at once; spans counted by hand.

#include "rules/patterns/exact_matcher.h"

#include <atomic>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace sluice::rules {
namespace {

constexpr int64_t kSteps = 1'000'000;

MatchSpan find(const ExactMatcher& matcher, std::string_view text) {
  MatchWork work;
  work.refill(kSteps);
  return matcher.find(text, 0, work);
}

TEST(ExactMatcher, CompilesWhenFirstAsked) {
  const RegexText regex{.pattern = "(\\w)\\1", .caseless = true};
  const ExactMatcher matcher = ExactMatcher::later(regex, false);
  for (int round = 0; round < 2; ++round) {
    const MatchSpan span = find(matcher, "a boOk");
    ASSERT_EQ(span.outcome, MatchOutcome::kMatch);
    EXPECT_EQ(span.from, 3U);
    EXPECT_EQ(span.to, 5U);
  }
}

TEST(ExactMatcher, TellsTheFaultAtOnce) {
  RegexFault fault;
  EXPECT_FALSE(ExactMatcher::compile({.pattern = "a(b"}, false, fault).has_value());
  EXPECT_EQ(fault.offset, 3U);
  EXPECT_FALSE(fault.message.empty());
}

TEST(ExactMatcher, GivesUpOnWhatIsNoPattern) {
  const ExactMatcher matcher = ExactMatcher::later({.pattern = "a(b"}, false);
  EXPECT_EQ(find(matcher, "ab").outcome, MatchOutcome::kGaveUp);
  MatchWork work;
  work.refill(kSteps);
  const ExactMatcher::Window window{.from = 0, .to = 2, .width = 2};
  EXPECT_EQ(matcher.find_in("ab", window, work), MatchOutcome::kGaveUp);
}

// Threads that ask each matcher for its text; how many matches they all found.
int matches_of_threads(int count, std::span<const ExactMatcher> matchers,
                       std::span<const std::string> texts) {
  std::atomic<int> here = 0;
  std::atomic<int> found = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) {
    threads.emplace_back([&] {
      for (++here; here < count;) std::this_thread::yield();
      for (std::size_t at = 0; at < matchers.size(); ++at) {
        if (find(matchers[at], texts[at]).outcome == MatchOutcome::kMatch) ++found;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return found;
}

TEST(ExactMatcher, AnswersManyThreadsThatAskAtOnce) {
  constexpr int kThreads = 6;
  const std::vector<RegexText> patterns = {
      {.pattern = "fr[e3]{2,}\\s+money"},
      {.pattern = "(?<!not )for (sale|rent)", .caseless = true},
      {.pattern = "(a|b)\\1+c"},
      {.pattern = "^x?$"}};
  const std::vector<std::string> texts = {"get fre3e  money", "It is FOR RENT", "xaaac", ""};
  for (int round = 0; round < 20; ++round) {
    std::vector<ExactMatcher> matchers;
    for (const RegexText& regex : patterns) matchers.push_back(ExactMatcher::later(regex, false));
    EXPECT_EQ(matches_of_threads(kThreads, matchers, texts),
              kThreads * static_cast<int>(patterns.size()));
  }
}

}  // namespace
}  // namespace sluice::rules
