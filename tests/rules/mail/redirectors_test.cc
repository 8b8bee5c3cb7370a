// Claim:   the link inside a redirector's link is found as the pattern says, at a bounded price.
// Oracle:  redirector_pattern in the manual of SpamAssassin 4.0.1; cases written by hand.

#include "rules/mail/redirectors.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace sluice::rules {
namespace {

std::string target(const std::vector<std::string>& patterns, std::string_view uri) {
  const Redirectors redirectors(patterns);
  RedirectorWork work;
  return std::string(redirectors.target(uri, work).value_or("none"));
}

TEST(Redirectors, GiveWhatTheGroupHolds) {
  const std::vector<std::string> patterns = {R"(/^http:\/\/go\.example\/\?to=(.*)$/)"};
  EXPECT_EQ(target(patterns, "http://go.example/?to=www.example.com/x"), "www.example.com/x");
  EXPECT_EQ(target(patterns, "http://GO.example/?to=www.example.com/x"), "none");
  EXPECT_EQ(target(patterns, "http://other.example/?to=www.example.com/x"), "none");
}

TEST(Redirectors, TakeAllDelimitersAndFlags) {
  EXPECT_EQ(target({"m'^HTTP.*?/jump\\?(?:.*&)?(?<=[?&])to=(.*?)(?:$|[&#])'i"},
                   "http://x.example/jump?a=b&to=a.example&c=d"),
            "a.example");
  EXPECT_EQ(target({"m{ jump \\? (.*) # the target\n}x"}, "http://x/jump?a.b"), "a.b");
  EXPECT_EQ(target({"qr!jump/(.*)!"}, "http://x/jump/a.b"), "a.b");
}

TEST(Redirectors, ATargetHasADotOrTheNextPatternIsAsked) {
  const std::vector<std::string> patterns = {"/jump=([a-z]*)/", "/jump=(.*)/"};
  EXPECT_EQ(target(patterns, "http://x/?jump=a.b"), "a.b");
  EXPECT_EQ(target(patterns, "http://x/?jump=ab"), "none");
}

TEST(Redirectors, WordsThatMayBeMissingAreNotAskedFor) {
  EXPECT_EQ(target({"/abcd?(?:zzzz)?[yyyy]?to(?:xxxx|=)(.*)/"}, "http://x/abcto=a.b"), "a.b");
  EXPECT_EQ(target({"/abcdef(.*)|ghijkl=(.*)/"}, "http://x/abcdefa.b"), "a.b");
  EXPECT_EQ(target({"/\\x61bcde{0,2}f(.*)/"}, "http://x/abcdf.b"), ".b");
  EXPECT_EQ(target({"/www.+x(.*)/"}, "http://www.x.b/"), ".b/");
}

TEST(Redirectors, FaultyPatternsAreCounted) {
  const std::vector<std::string> patterns = {"/(/", "no pattern", "", "/fine(.*)/"};
  EXPECT_EQ(Redirectors(patterns).faulty(), 3U);
}

TEST(Redirectors, StopWhenTheWorkIsSpent) {
  const Redirectors redirectors(std::vector<std::string>{"/(?:.*a)*(?:.*b)*(?:.*c)*jumpd(.*)/"});
  RedirectorWork work;
  std::string uri = "http://x/jumpd";
  for (int i = 0; i < 1'000; ++i) uri += "abc";
  for (int i = 0; i < 1'000; ++i) (void)redirectors.target(uri, work);
  work.steps_left = 1;
  EXPECT_FALSE(redirectors.target(uri, work).has_value());
}

}  // namespace
}  // namespace sluice::rules
