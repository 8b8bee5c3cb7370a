// Claim:   patterns match what Perl's match, and take linear time.
// Oracle:  PCRE2 on random short texts; a clock for the time. For \i and \l, see ip_text_test.cc.

#include "rules/mail/line_pattern.h"

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace sluice::rules {
namespace {

// "yes: group|group" or "no", by PCRE2.
std::string by_pcre2(const std::string& pattern, bool ignore_case, const std::string& text) {
  int error = 0;
  std::size_t where = 0;
  const uint32_t options = PCRE2_DOTALL | PCRE2_DOLLAR_ENDONLY | (ignore_case ? PCRE2_CASELESS : 0);
  pcre2_code* code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                                   options, &error, &where, nullptr);
  EXPECT_NE(code, nullptr) << pattern;
  pcre2_match_data* data = pcre2_match_data_create_from_pattern(code, nullptr);
  const int count = pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), 0, 0,
                                data, nullptr);
  std::string out = count < 0 ? "no" : "yes:";
  const std::size_t* at = pcre2_get_ovector_pointer(data);
  for (int i = 0; i < count; ++i, at += 2) {
    out += at[0] == PCRE2_UNSET ? "|" : text.substr(at[0], at[1] - at[0]) + "|";
  }
  pcre2_match_data_free(data);
  pcre2_code_free(code);
  return out;
}

std::string by_sluice(LineMatcher& matcher, const LinePattern& pattern, const std::string& text,
                      std::size_t groups) {
  if (!matcher.match(pattern, text)) return "no";
  std::string out = "yes:";
  for (std::size_t i = 0; i <= groups; ++i) out += std::string(matcher.group(i)) + "|";
  return out;
}

// PCRE2 tells no groups behind the last that took part.
std::string without_last_empty(std::string text) {
  while (text.ends_with("||")) text.pop_back();
  return text;
}

std::string random_text(std::mt19937& random) {
  constexpr std::string_view kBytes = "aaab  ()[]<>@.:;=xX1";
  std::string text;
  for (std::size_t left = random() % 24; left > 0; --left) text += kBytes[random() % kBytes.size()];
  return text;
}

TEST(LinePattern, AgreesWithPcre2) {
  const std::vector<std::pair<std::string, bool>> patterns = {
      {R"(^(\S+) \((\S+)\[(a+)\]\))", false},
      {R"((a|ab)(b?)x)", false},
      {R"((\S*@)?\[?(a+)\]?)", false},
      {R"(a(.*?)b(.*)\))", false},
      {R"(^\s*(?:<([^>@]*\S+|\s*)>)+)", false},
      {R"(( \(.+\))* a)", false},
      {R"(\b(a{1,2})\b)", false},
      {R"(x(?!a)(.{2,4})a)", true},
      {R"((?:ab|a)(?:$| ))", false},
      {R"([^a-b\s]+?(1|x)(?![.:]))", true},
      {R"(^(\S+)[^-a-z])", false},
      {R"((?:a |b)+(.))", false},
      {R"((a++|b)*x)", false},
      {R"((?:(a)|(b)|(x)){2})", true},
  };
  std::mt19937 random(1);
  Arena arena;
  LineMatcher matcher(arena);
  for (const auto& [source, ignore_case] : patterns) {
    const LinePattern pattern(source,
                              ignore_case ? LinePattern::Case::kIgnored : LinePattern::Case::kKept);
    const auto groups = static_cast<std::size_t>(std::count(source.begin(), source.end(), '('));
    for (int i = 0; i < 3'000; ++i) {
      const std::string text = random_text(random);
      const std::string want = by_pcre2(source, ignore_case, text);
      ASSERT_EQ(without_last_empty(
                    by_sluice(matcher, pattern, text, std::min(groups, LinePattern::kGroupsMax))),
                without_last_empty(want))
          << source << " on \"" << text << '"';
    }
  }
}

TEST(LinePattern, RemembersOnHardTexts) {
  // Long enough that failures are remembered: the answer stays PCRE2's.
  const std::string source = R"(^(\S*a\S*)+(.*?)(a*)(a*) \((b+)\))";
  const LinePattern pattern(source);
  Arena arena;
  LineMatcher matcher(arena);
  for (const std::string end : {" (bb)", " (b", ")"}) {
    const std::string text = std::string(2'000, 'a') + end;
    EXPECT_EQ(matcher.match(pattern, text), end == " (bb)");
  }
}

TEST(LinePattern, FindsAddressesInPlace) {
  const LinePattern pattern(R"(\((\i)\))");
  Arena arena;
  LineMatcher matcher(arena);
  ASSERT_TRUE(matcher.match(pattern, "(1.2.3) (::1.2.3.4)"));
  EXPECT_EQ(matcher.group(1), "::1.2.3.4");
  EXPECT_FALSE(matcher.match(pattern, "(192.0.2.256)"));
}

}  // namespace
}  // namespace sluice::rules
