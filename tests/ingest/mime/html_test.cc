// Claim:   HTML and plain text are rendered as a reader sees them, links are found, what is hidden
//          is left out and flagged, and any bytes are rendered in linear time and bounded space.
// Oracles: the HTML standard's rules, by hand; invariants on random bytes (seed 1).
// Not covered: style sheets, which are not applied.

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/limits.h"
#include "base/text.h"
#include "ingest/mime/entities.h"
#include "ingest/mime/render.h"
#include "ingest/mime/text_sink.h"
#include "tests/support/thread_cost.h"

namespace sluice::mime {
namespace {

struct Rendered {
  std::string text;
  std::vector<std::string> urls;
  DefectSet defects;
};

Rendered render(std::string_view input, bool html) {
  Arena arena;
  UrlList urls(arena);
  Rendered out;
  const RenderTarget target{.arena = arena, .urls = urls, .defects = out.defects, .part = 0};
  out.text = html ? render_html(input, target) : render_plain(input, target);
  for (const Url& url : urls.take()) out.urls.emplace_back(url.canonical);
  return out;
}

std::string html(std::string_view input) {
  return render(input, true).text;
}

std::string plain(std::string_view input) {
  return render(input, false).text;
}

TEST(RenderPlain, ParagraphsAreLines) {
  EXPECT_EQ(plain("Dear friend,\r\n\r\nclick   here\nnow\n \n\nBye\n"),
            "Dear friend,\nclick here now\nBye");
  EXPECT_EQ(plain(""), "");
  EXPECT_EQ(plain("  \n \n"), "");
  EXPECT_EQ(plain("a\xC2\xA0\xC2\xA0"
                  "b"),
            "a b");
}

TEST(RenderPlain, InvisibleCharactersAreDroppedAndFlagged) {
  const Rendered out = render(
      "pass\xE2\x80\x8B"
      "word \xE2\x80\xAE"
      "x\xEF\xBB\xBFy",
      false);
  EXPECT_EQ(out.text, "password xy");
  EXPECT_TRUE(out.defects.has(Defect::kInvisibleCharacters));
}

TEST(RenderHtml, BlocksAreParagraphs) {
  EXPECT_EQ(html("<p>Dear&nbsp;friend<p>click <b>he</b>re<br>now"), "Dear friend\nclick here\nnow");
  EXPECT_EQ(html("<table><tr><td>a<td>b</table>c"), "a\nb\nc");
  EXPECT_EQ(html("one\n two<span> three</span>"), "one two three");
}

TEST(RenderHtml, WhatIsNoTextIsNotShown) {
  EXPECT_EQ(html("a<!-- b --!>c<!--> d <!-->e<!doctype x>f<?php g ?>h"), "ac d efh");
  EXPECT_EQ(html("<title>t</title>x<script>if (a<b) y</script>z<style>p{}</style>"), "xz");
  EXPECT_EQ(html("1 < 2 <3 << 4"), "1 < 2 <3 << 4");
  EXPECT_EQ(html("a<b title='>' x=\">\">c</b"), "ac");
  EXPECT_EQ(html("<textarea>edit <b> me</textarea>"), "edit <b> me");
}

TEST(RenderHtml, ReferencesAreDecoded) {
  EXPECT_EQ(html("&lt;&#x41;&#66;&eacute;&euro;&#150;&#0;&notit;&amp"),
            "<AB\xC3\xA9\xE2\x82\xAC\xE2\x80\x93\xEF\xBF\xBD\xC2\xACit;&");
  EXPECT_EQ(html("&nGt; &bogus; & &#; &#x; a&b"),
            "\xE2\x89\xAB\xE2\x83\x92 &bogus; & &#; &#x; a&b");
  EXPECT_EQ(html("&#xD800;&#x110000;&#99999999999999999999;"),
            "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(RenderHtml, HiddenTextIsLeftOutAndFlagged) {
  for (const char* hidden :
       {"<div style='display:none'>x</div>", "<span style=\"font-size:0px\">x</span>",
        "<p style='color:#FFF;background-color:white'>x</p>", "<i hidden>x</i>",
        "<b style=visibility:hidden>x</b>", "<div style='max-height:0;overflow:hidden'>x</div>",
        "<div style='DISPLAY : NONE !important'><div>x</div>y</div>",
        "<div style='text-indent:-9999px'>x</div>", "<font style='opacity:0.0'>x</font>"}) {
    const Rendered out = render(std::string("a ") + hidden + "b", true);
    EXPECT_EQ(out.text.find_first_of("xy"), std::string::npos) << hidden;
    EXPECT_TRUE(out.text.ends_with("b")) << hidden;
    EXPECT_TRUE(out.defects.has(Defect::kHtmlHiddenText)) << hidden;
  }
  for (const char* shown :
       {"<p style='color:#fff'>x</p>", "<p style='font-size:12px'>x</p>",
        "<p style='width:0'>x</p>", "<p style=''>x</p>", "<p style='font-size:0.9em'>x</p>"}) {
    EXPECT_EQ(html(shown), "x") << shown;
  }
}

TEST(RenderHtml, AHiddenCellDoesNotHideTheRest) {
  EXPECT_EQ(html("<p style='display:none'>x<p>seen"), "seen");
  EXPECT_EQ(html("<table><td style='display:none'>x<td>seen</table>"), "seen");
  EXPECT_EQ(html("<table><td style='display:none'>x</table>seen"), "seen");
}

TEST(RenderHtml, LinksAreFound) {
  const Rendered out = render(
      "<base href='https://base.example/dir/'><a href='HTTP://a.example?x=1&amp;y=2'>A</a>"
      "<img src=//img.example/p.gif><form action='/post'></form><a href='page'>B</a><a "
      "href='#x'>C</a>"
      "<meta http-equiv=refresh content='0; URL=http://go.example/'>",
      true);
  EXPECT_EQ(out.urls,
            (std::vector<std::string>{"http://a.example/?x=1&y=2", "https://img.example/p.gif",
                                      "https://base.example/post", "https://base.example/dir/page",
                                      "http://go.example/"}));
  EXPECT_TRUE(out.defects.has(Defect::kHtmlBaseHref));
  EXPECT_TRUE(out.defects.has(Defect::kHtmlForm));
  EXPECT_TRUE(out.defects.has(Defect::kHtmlMetaRefresh));
}

TEST(RenderHtml, ALinkThatShowsAnotherHostIsFlagged) {
  const auto flagged = [](std::string_view input) {
    return render(input, true).defects.has(Defect::kLinkTextMismatch);
  };
  EXPECT_TRUE(flagged("<a href='http://evil.example/'>https://www.bank.com/login</a>"));
  EXPECT_TRUE(flagged("<a href='http://evil.example/'> <b>www.bank.com</b> </a>"));
  EXPECT_FALSE(flagged("<a href='http://login.bank.com/'>www.bank.com</a>"));
  EXPECT_FALSE(flagged("<a href='http://evil.example/'>click here</a>"));
  EXPECT_FALSE(flagged("<a href='http://evil.example/'>Read more...</a>"));
}

TEST(RenderHtml, OtherSignsAreFlagged) {
  EXPECT_TRUE(render("<script>x</script>", true).defects.has(Defect::kHtmlScript));
  EXPECT_TRUE(render("<a href='data:text/html,x'>y</a>", true).defects.has(Defect::kHtmlDataUrl));
}

TEST(RenderHtml, NothingHidesBehindALimit) {
  std::string many;
  for (std::size_t i = 0; i < limits::kHtmlTokensMax; ++i) many += "<b>";
  const Rendered tokens = render(many + "secret http://late.example/", true);
  EXPECT_TRUE(tokens.defects.has(Defect::kLimitHtmlTokens));
  EXPECT_NE(tokens.text.find("secret"), std::string::npos);
  EXPECT_EQ(tokens.urls, std::vector<std::string>{"http://late.example/"});

  const Rendered bytes = render(std::string(limits::kHtmlBytesMax, ' ') + "secret", true);
  EXPECT_TRUE(bytes.defects.has(Defect::kLimitHtmlBytes));
  EXPECT_EQ(bytes.text, "secret");

  std::string deep;
  for (std::size_t i = 0; i <= limits::kHtmlDepthMax; ++i) deep += "<div>";
  EXPECT_TRUE(render(deep + "x", true).defects.has(Defect::kLimitHtmlDepth));

  std::string attributes = "<a ";
  for (std::size_t i = 0; i <= limits::kHtmlAttributesMax; ++i) attributes += "x=1 ";
  EXPECT_TRUE(render(attributes + ">x", true).defects.has(Defect::kLimitHtmlAttributes));
}

TEST(RenderHtml, RandomBytesStayInBounds) {
  constexpr std::string_view kAlphabet = "<>/!-&;#x= \"'ab\n\xC2\xA0\xE2\x80\x8Bpdiv";
  std::mt19937 random(1);
  for (int round = 0; round < 100'000; ++round) {
    std::string input(random() % 80, '\0');
    for (char& c : input) c = kAlphabet[random() % kAlphabet.size()];
    for (const bool as_html : {true, false}) {
      const Rendered out = render(input, as_html);
      ASSERT_LE(out.text.size(), TextSink::room_for(input.size()) - 16);
      ASSERT_EQ(out.text.find("  "), std::string::npos);
      ASSERT_EQ(out.text.find("\n\n"), std::string::npos);
      for (const char c : out.text) ASSERT_TRUE(static_cast<uint8_t>(c) >= ' ' || c == '\n');
      ASSERT_EQ(out.text, trim(out.text));
    }
  }
}

TEST(RenderHtml, CollapsingAgreesWithTheObviousWay) {
  std::mt19937 random(2);
  for (int round = 0; round < 50'000; ++round) {
    std::string input(random() % 100, '\0');
    for (char& c : input) c = "ab \t\nc"[random() % 6];
    std::string expected;
    std::size_t newlines = 0;
    bool space = false;
    for (const char c : input) {
      if (is_space(c)) {
        space = true;
        if (c == '\n') ++newlines;
        continue;
      }
      if (space && !expected.empty()) expected += newlines > 1 ? '\n' : ' ';
      expected += c;
      space = false;
      newlines = 0;
    }
    ASSERT_EQ(plain(input), expected) << testing::PrintToString(input);
  }
}

std::string repeated(std::string_view piece, std::size_t bytes) {
  std::string out;
  while (out.size() < bytes) out += piece;
  return out;
}

TEST(RenderHtml, HostileInputCostsLinearTime) {
  constexpr std::size_t kBytes = test::kCostIsMeasured ? 4U << 20U : 256U << 10U;
  constexpr double kSecondsMax = 2.0;  // quadratic would be minutes
  for (const char* piece : {"<",
                            "&",
                            "<!--",
                            "<!-- -->",
                            "<a href=",
                            "<a href=http://x.example>",
                            "<p>",
                            "</p>",
                            "<a b='",
                            "<td style='display:none'>x",
                            "&#",
                            "&aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                            "http://",
                            "a.a.",
                            "<script>",
                            "</",
                            "<![CDATA[",
                            "x=",
                            "<a x=y ",
                            "www.",
                            ":",
                            "(",
                            "<div hidden>",
                            "\xC2\xA0",
                            "<a href=http://x.example>www.y.com</a>",
                            "<style>/**/"}) {
    const std::string input = repeated(piece, kBytes);
    const auto cost = [&input] {
      const test::ThreadTimer timer;
      render(input, true);
      render(input, false);
      return timer.seconds();
    };
    EXPECT_LE(test::least_cost(kSecondsMax, cost), kSecondsMax) << piece;
  }
}

}  // namespace
}  // namespace sluice::mime
