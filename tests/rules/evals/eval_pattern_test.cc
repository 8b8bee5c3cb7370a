// Claim:   patterns in arguments match as SpamAssassin compiles them: qr/.../aa on characters.
// Oracle:  perl -e for each.

#include "rules/evals/eval_pattern.h"

#include <string>

#include <gtest/gtest.h>

namespace sluice::rules {
namespace {

bool matches(std::string_view pattern, std::string_view text,
             EvalPattern::Form form = EvalPattern::kBare) {
  std::string fault;
  const auto compiled = EvalPattern::compile(pattern, form, fault);
  EXPECT_NE(compiled, nullptr) << pattern << ": " << fault;
  return compiled != nullptr && compiled->matches(text);
}

TEST(EvalPatterns, SeeCharacters) {
  EXPECT_TRUE(matches("^.{4}$", "caf\u00e9"));
  EXPECT_TRUE(matches("^.{4}$", "caf\xe9"));  // Latin-1
  EXPECT_FALSE(matches("\\w{4}", "caf\u00e9"));
  EXPECT_TRUE(matches("[^\\x00-\\x7f]", "caf\xe9"));
  EXPECT_FALSE(matches("\\s", "a\u00a0b"));
  EXPECT_TRUE(matches("", "x"));
}

TEST(EvalPatterns, KnowTheirLiteralFront) {
  EXPECT_TRUE(matches("<img>", "see <img>"));
  EXPECT_FALSE(matches("<img>", "see <IMG>"));
  EXPECT_TRUE(matches("(?i)<img>", "see <IMG>"));
  EXPECT_TRUE(matches("ab?c", "ac"));
  EXPECT_TRUE(matches("ab|c", "xc"));
  EXPECT_TRUE(matches("<!(?!-).{0,6}>", "<!abc>"));
  EXPECT_FALSE(matches("<!(?!-).{0,6}>", "<!-abc>"));
}

TEST(EvalPatterns, TakeDelimitersAndFlags) {
  EXPECT_TRUE(matches("/^ab/i", "ABc", EvalPattern::kDelimited));
  EXPECT_TRUE(matches("m{^a b}x", "ab", EvalPattern::kDelimited));
  EXPECT_TRUE(matches("m!a/b!", "a/b", EvalPattern::kDelimited));
  EXPECT_TRUE(matches("/a\\/b/", "a/b", EvalPattern::kDelimited));
}

TEST(EvalPatterns, SayWhatIsWrong) {
  for (const char* text : {"ab", "/ab", "/a/b/", "m\\a\\", "/(/", "/a/q", ""}) {
    std::string fault;
    EXPECT_EQ(EvalPattern::compile(text, EvalPattern::kDelimited, fault), nullptr) << text;
    EXPECT_NE(fault, "") << text;
  }
}

TEST(EvalPatterns, GiveUpWhereTheyCostTooMuch) {
  EXPECT_FALSE(matches("^(a+)+$", std::string(5'000, 'a') + "b"));
}

}  // namespace
}  // namespace sluice::rules
