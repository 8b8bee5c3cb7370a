// Claim:   every way of writing a URL that browsers accept gives one canonical form, and URLs in
//          running text are found where mail clients make them clickable.
// Oracle:  the WHATWG URL standard's examples and rules, worked out by hand.

#include "ingest/mime/url.h"

#include <chrono>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/limits.h"
#include "ingest/mime/render.h"

namespace sluice::mime {
namespace {

struct Case {
  const char* written;
  const char* canonical;
  const char* host;
};

class UrlCase : public testing::TestWithParam<Case> {};

TEST_P(UrlCase, HasOneCanonicalForm) {
  Arena arena;
  DefectSet defects;
  const CanonicalUrl url = canonical_url(GetParam().written, arena, defects);
  EXPECT_EQ(url.canonical, GetParam().canonical);
  EXPECT_EQ(url.host, GetParam().host);
  const CanonicalUrl again = canonical_url(url.canonical, arena, defects);
  EXPECT_EQ(again.canonical, url.canonical) << "not idempotent";
}

INSTANTIATE_TEST_SUITE_P(
    Urls, UrlCase,
    testing::Values(Case{"http://example.com/a?b#c", "http://example.com/a?b#c", "example.com"},
                    Case{"HTTP://EXAMPLE.com", "http://example.com/", "example.com"},
                    Case{"https://user:pw@bank.example@evil.example/x", "https://evil.example/x",
                         "evil.example"},
                    Case{"http:\\\\example.com\\a\\b", "http://example.com/a/b", "example.com"},
                    Case{"http:/example.com", "http://example.com/", "example.com"},
                    Case{"http:////example.com/", "http://example.com/", "example.com"},
                    Case{" ht\ntp://exa\tmple.com/ ", "http://example.com/", "example.com"},
                    Case{"http://example.com:80/", "http://example.com/", "example.com"},
                    Case{"https://example.com:80/", "https://example.com:80/", "example.com"},
                    Case{"http://example.com./", "http://example.com/", "example.com"},
                    Case{"http://0x7f.1/", "http://127.0.0.1/", "127.0.0.1"},
                    Case{"http://2130706433/", "http://127.0.0.1/", "127.0.0.1"},
                    Case{"http://0177.0.0.01/", "http://127.0.0.1/", "127.0.0.1"},
                    Case{"http://%65xample.com/", "http://example.com/", "example.com"},
                    Case{"http://b\xC3\xBC"
                         "cher.example/",
                         "http://xn--bcher-kva.example/", "xn--bcher-kva.example"},
                    Case{"http://a.example/b/../c/./d", "http://a.example/c/d", "a.example"},
                    Case{"http://a.example/../..", "http://a.example/", "a.example"},
                    Case{"http://[2001:DB8::1]:8080/x", "http://[2001:db8::1]:8080/x",
                         "[2001:db8::1]"},
                    Case{"MailTo:a@b.example", "mailto:a@b.example", ""},
                    Case{"relative/path", "", ""}, Case{"http://", "", ""}));

TEST(Url, SaysWhatWasObfuscated) {
  Arena arena;
  DefectSet defects;
  canonical_url("http://a@b.example/", arena, defects);
  EXPECT_TRUE(defects.has(Defect::kUrlUserinfo));
  EXPECT_FALSE(defects.has(Defect::kUrlObfuscatedHost));
  canonical_url("http://0x7f000001/", arena, defects);
  EXPECT_TRUE(defects.has(Defect::kUrlObfuscatedHost));
}

TEST(Url, CanonicalFormsAreNotCopied) {
  Arena arena;
  DefectSet defects;
  const std::string written = "https://www.example.com/path?query";
  EXPECT_EQ(canonical_url(written, arena, defects).canonical.data(), written.data());
  EXPECT_EQ(arena.used(), 0U);
}

TEST(Url, RegistrableDomains) {
  EXPECT_TRUE(same_registrable_domain("a.example.com", "www.example.com"));
  EXPECT_FALSE(same_registrable_domain("example.com", "example.org"));
  EXPECT_FALSE(same_registrable_domain("a.co.uk", "b.co.uk"));
  EXPECT_TRUE(has_known_tld("x.com"));
  EXPECT_FALSE(has_known_tld("readme.text"));
}

std::vector<std::string> found_in(std::string_view text) {
  Arena arena;
  UrlList urls(arena);
  DefectSet defects;
  find_urls(text, UrlSource::kText, {.arena = arena, .urls = urls, .defects = defects, .part = 0});
  std::vector<std::string> out;
  for (const Url& url : urls.take()) out.emplace_back(url.canonical);
  return out;
}

TEST(FindUrls, WhereMailClientsDo) {
  using List = std::vector<std::string>;
  EXPECT_EQ(found_in("see https://a.example/x, or (http://b.example/y)."),
            (List{"https://a.example/x", "http://b.example/y"}));
  EXPECT_EQ(found_in("<http://a.example/w_(x)>"), List{"http://a.example/w_(x)"});
  EXPECT_EQ(found_in("go to www.shop.example!"), List{"http://www.shop.example/"});
  EXPECT_EQ(found_in("go to shop.com/offer now"), List{"http://shop.com/offer"});
  EXPECT_EQ(found_in("mailto:a@b.example?subject=x"), List{"mailto:a@b.example?subject=x"});
  EXPECT_EQ(found_in("write to anna@kunde.com/x or read a file.txt/x. Then e.g. stop."), List{});
  EXPECT_EQ(found_in("xhttp://a.example/ http:nothing"), List{});
  EXPECT_EQ(found_in("http://a.example http://a.example/"), List{"http://a.example/"});
}

TEST(FindUrls, LimitsAreDefectsNotSilence) {
  std::string text;
  for (int i = 0; i < 3'000; ++i) text += "http://h" + std::to_string(i) + ".example/ ";
  Arena arena;
  UrlList urls(arena);
  DefectSet defects;
  find_urls(text, UrlSource::kText, {.arena = arena, .urls = urls, .defects = defects, .part = 0});
  EXPECT_EQ(urls.found(), 3'000U);
  EXPECT_EQ(urls.take().size(), limits::kUrlsMax);
  EXPECT_TRUE(defects.has(Defect::kLimitUrls));

  std::string repeated;
  for (std::size_t i = 0; i <= limits::kUrlsReadMax; ++i) repeated += "http://h.example/ ";
  UrlList again(arena);
  DefectSet spent;
  find_urls(repeated, UrlSource::kText,
            {.arena = arena, .urls = again, .defects = spent, .part = 0});
  EXPECT_TRUE(again.full());
  EXPECT_EQ(again.found(), limits::kUrlsReadMax + 1);
  EXPECT_TRUE(spent.has(Defect::kLimitUrls));

  const std::string longest = "http://a.example/" + std::string(100'000, 'x');
  EXPECT_LE(found_in(longest).front().size(), limits::kUrlBytesMax);
}

TEST(FindUrls, RandomBytesStayInBounds) {
  constexpr std::string_view kAlphabet = "aw.:/@ht ps()[]%0x\\\n?#\xC3\xA9";
  std::mt19937 random(1);
  for (int round = 0; round < 50'000; ++round) {
    std::string text(random() % 60, '\0');
    for (char& c : text) c = kAlphabet[random() % kAlphabet.size()];
    for (const std::string& url : found_in(text)) {
      Arena arena;
      DefectSet defects;
      ASSERT_EQ(canonical_url(url, arena, defects).canonical, url);
    }
  }
}

}  // namespace
}  // namespace sluice::mime
