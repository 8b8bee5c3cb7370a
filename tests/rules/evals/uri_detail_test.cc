// Claim:   uri_detail rules are read, and hit, as SpamAssassin's.
// Oracle:  Mail::SpamAssassin::Plugin::URIDetail 4.0.1, by hand.

#include "rules/evals/uri_detail.h"

#include <memory_resource>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace sluice::rules {
namespace {

class UriDetail : public testing::Test {
 protected:
  UriDetail() {
    MailUri uri(std::pmr::get_default_resource());
    uri.raw = "http://spam.ex%61mple/";
    uri.types = kUriA | kUriParsed;
    uri.cleaned = {uri.raw, "http://spam.example/"};
    uri.anchor_texts = {"look", "https://bank.example/"};
    uri.hosts = {{"www.spam.example", "spam.example"}};
    uris_.push_back(uri);
    MailUri image(std::pmr::get_default_resource());
    image.raw = "cid:image1";
    image.types = kUriImg;
    image.cleaned = {image.raw};
    uris_.push_back(image);
  }

  bool hits(std::string_view conditions) {
    std::string fault;
    const auto rule = UriDetailRule::parse(conditions, fault);
    EXPECT_TRUE(rule.has_value()) << conditions << ": " << fault;
    return rule && rule->matches(uris_);
  }

  std::vector<MailUri> uris_;
};

TEST_F(UriDetail, LooksAtWhatTheKeysSay) {
  EXPECT_TRUE(hits("raw =~ /%61/"));
  EXPECT_TRUE(hits("cleaned =~ m!spam\\.example/!i"));
  EXPECT_TRUE(hits("type =~ /^a$/"));
  EXPECT_TRUE(hits("type =~ /^img$/"));
  EXPECT_FALSE(hits("type =~ /^form$/"));
  EXPECT_TRUE(hits("text =~ /\\bhttps:/"));
  EXPECT_TRUE(hits("domain =~ /^spam\\.example$/"));
  EXPECT_TRUE(hits("host =~ /^www/"));
  EXPECT_FALSE(hits("host =~ /^spam/"));
}

TEST_F(UriDetail, NeedsAllOfOneLink) {
  EXPECT_TRUE(hits("type =~ /^a$/  text =~ /LOOK/i  domain =~ /spam/"));
  EXPECT_FALSE(hits("type =~ /^img$/ text =~ /look/"));
}

TEST_F(UriDetail, NegatedNeedsOneThatDoesNotMatch) {
  EXPECT_TRUE(hits("text !~ /https/"));
  EXPECT_FALSE(hits("text !~ /o/ type =~ /^img$/"));
  EXPECT_TRUE(hits("raw !~ /^http/"));
  EXPECT_FALSE(hits("host !~ /x/ domain !~ /spam/"));
}

TEST_F(UriDetail, OfAlikeConditionsTheLastCounts) {
  EXPECT_TRUE(hits("raw =~ /nothing/ raw =~ /cid/"));
}

TEST_F(UriDetail, SaysWhatIsWrong) {
  for (const char* text : {"", "raw", "raw = /x/", "colour =~ /x/", "raw =~ /(/", "raw =~ x"}) {
    std::string fault;
    EXPECT_FALSE(UriDetailRule::parse(text, fault).has_value()) << text;
    EXPECT_NE(fault, "") << text;
  }
}

}  // namespace
}  // namespace sluice::rules
