// Claim:   HTML parts are rendered, their links found and their facts counted as SpamAssassin does,
//          in time linear in the text.
// Oracle:  Mail::SpamAssassin::HTML 4.0.1 over HTML::Parser 3.81 on the same texts.

#include "rules/mail/html.h"

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/mail/html_facts.h"
#include "rules/mail/html_prepare.h"
#include "rules/mail/html_target.h"
#include "rules/mail/perl_chars.h"
#include "rules/mail/uris.h"

namespace sluice::rules {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class HtmlTest : public testing::Test {
 protected:
  const HtmlFacts& read(std::string text, bool wide = true) {
    texts_.push_back(std::move(text));
    facts_.emplace(&arena_);
    out_ = {};
    const std::string& kept = texts_.back();
    render_html_part({.text = kept, .wide = wide, .part_bytes = kept.size()}, arena_, *facts_,
                     out_);
    return *facts_;
  }

  std::string rendered(std::string text, bool wide = true) {
    read(std::move(text), wide);
    return std::string(out_.rendered);
  }

  std::string visible(std::string text) {
    read(std::move(text));
    return std::string(out_.visible);
  }

  std::string invisible(std::string text) {
    read(std::move(text));
    return std::string(out_.invisible);
  }

  // "http://a.example/ [anchor text]" for each.
  std::vector<std::string> links(std::string text) {
    std::vector<std::string> all;
    for (const HtmlUri& uri : read(std::move(text)).uris) {
      std::string& link = all.emplace_back(uri.uri);
      for (const std::string_view anchor : uri.anchor_texts) {
        link += " [" + std::string(anchor) + "]";
      }
    }
    return all;
  }

  std::optional<double> fact(std::string text, std::string_view name) {
    return read(std::move(text)).value(name);
  }

  Arena arena_;
  std::deque<std::string> texts_;
  std::optional<HtmlFacts> facts_;
  RenderedHtml out_;
};

// ---- text and the blanks between

TEST_F(HtmlTest, PutsBlanksWhereTagsStand) {
  EXPECT_EQ(rendered("<p>Hi <b>Bob</b>"), "\n\nHi Bob");
  EXPECT_EQ(rendered("a<br>b<div>c</div>d"), "a\nb\nc\nd");
  EXPECT_EQ(rendered("<ul><li>a</li><li>b</li></ul>"), " a  b ");
  EXPECT_EQ(rendered("<h1>a</h1><hr>b"), " a \n\nb");
  EXPECT_EQ(rendered("<td>a<th>b<span>c</span><foo>d"), " a bcd");
}

TEST_F(HtmlTest, MakesRowsOfWhiteSpaceOneBlank) {
  EXPECT_EQ(rendered("a \t\r\n b&nbsp;&nbsp;c x"), "a b c x");
  EXPECT_EQ(rendered("a <br> b x"), "a\nb x");
  EXPECT_EQ(rendered("a\xc2\xa0 b x"), "a\xc2\xa0 b x");  // of characters it is none
}

TEST_F(HtmlTest, LeavesTheLastWordsBlanksToNobody) {
  // The parser waits for more of a text: it comes in two pieces.
  EXPECT_EQ(rendered("one two"), "one two");
  EXPECT_EQ(rendered("one two  "), "one two ");
}

TEST_F(HtmlTest, TreatsSelfClosedTagsAsTags) {
  EXPECT_EQ(rendered("a<br/>b<br />c<br&nbsp;/>d"), "a\nb\nc\nd");
  EXPECT_EQ(rendered("a<br x=y/>b"), "a\nb");
}

TEST_F(HtmlTest, KeepsTextsOfScriptsAndStylesOut) {
  const HtmlFacts& facts =
      read("<script>var a='<p>';</script><style>p{}</style>x <title>T</title>");
  EXPECT_EQ(out_.rendered, "x\n\nT\n\n");
  EXPECT_THAT(facts.scripts, ElementsAre("var a='<p>';"));
  EXPECT_THAT(facts.titles, ElementsAre("T"));
  EXPECT_EQ(rendered("a<script>b"), "a");
  EXPECT_EQ(rendered("a<style>b</p>"), "a");
}

// ---- entities

TEST_F(HtmlTest, DecodesReferences) {
  EXPECT_EQ(rendered("&lt;b&gt; &amp;amp; &eacute; &#233; &#xE9; &hellip; x"),
            "<b> &amp; \xc3\xa9 \xc3\xa9 \xc3\xa9 \xe2\x80\xa6 x");
  EXPECT_EQ(rendered("&notit; &foo; &; &#; & x"), "\xc2\xacit; &foo; &; &#; & x");
  EXPECT_EQ(rendered("&#150;&#x80; x"), "\xc2\x96\xc2\x80 x");
}

TEST_F(HtmlTest, TellsWhetherPerlHoldsCharacters) {
  read("caf&eacute; x", false);
  EXPECT_FALSE(out_.rendered_wide);
  EXPECT_EQ(out_.rendered, "caf\xc3\xa9 x");
  read("&hellip; x", false);
  EXPECT_TRUE(out_.rendered_wide);
}

TEST_F(HtmlTest, ReadsReferencesInAttributes) {
  EXPECT_THAT(links("<img src='http://a.example/?a=1&amp;b=2'>"),
              ElementsAre("http://a.example/?a=1&b=2"));
  EXPECT_THAT(links("<img src=\"http://a.example/?a=1&copy=2\">"),
              ElementsAre("http://a.example/?a=1\xc2\xa9=2"));
}

// ---- tokens

TEST_F(HtmlTest, ReadsMalformedMarkupAsTheParserDoes) {
  EXPECT_EQ(rendered("a < b <1> c"), "a < b <1> c");
  EXPECT_EQ(rendered("x <b y"), "x ");
  EXPECT_EQ(rendered("a</>b </b c=\">\">d x"), "ab d x");
  EXPECT_EQ(rendered("a<?php x ?>b x"), "ab x");
  EXPECT_EQ(rendered("a<p title='>'>b x"), "a\n\nb x");
}

TEST_F(HtmlTest, ReadsCommentsAndDeclarations) {
  EXPECT_EQ(rendered("a<!-- <p> -->b<!doctype html>c<!x>d"), "abcd");
  EXPECT_THAT(read("<!-- a --><!--b--").comments, ElementsAre("<!-- a -->", "<!--b--"));
  EXPECT_EQ(rendered("a<!-->b-->c"), "ac");
  EXPECT_EQ(rendered("a<!-- b > c x"), "a c x");  // never closed: it ends at ">"
}

TEST_F(HtmlTest, HeedsMarkedSections) {
  EXPECT_EQ(rendered("a<![CDATA[<p>&amp;]]>b"), "a<p>&amp;b");
  EXPECT_EQ(rendered("a<![IGNORE[<p>x]]>b"), "ab");
  EXPECT_EQ(rendered("a<![INCLUDE[<p>x]]>b"), "a\n\nxb");
  EXPECT_EQ(rendered("a<![if !mso]>b<![endif]>c"), "abc");
}

TEST_F(HtmlTest, HasNoEndInsideAnIgnoredSection) {
  const HtmlFacts& facts = read("<a href=http://a.example/>x</a><![IGNORE[");
  EXPECT_EQ(facts.value(HtmlFact::kHtml), 1);
  EXPECT_EQ(facts.value(HtmlFact::kMaxSize), std::nullopt);
  EXPECT_THAT(facts.uris, IsEmpty());
}

// ---- what a reader sees

TEST_F(HtmlTest, HidesTextOfLowContrast) {
  EXPECT_EQ(invisible("a <font color=white>b</font> c x"), "b");
  EXPECT_EQ(visible("a <font color=white>b</font> c x"), "a  c x");
  EXPECT_EQ(facts_->value("font_low_contrast"), 1);
  EXPECT_EQ(invisible("<body text=white>a</body>b x"), "ab x");
  EXPECT_EQ(invisible("<body bgcolor=#000000>a <p style='color:#010101'>b"), "");  // not heeded
  EXPECT_EQ(invisible("<p style='color:red;background-color:rgb(255,0,0)'>b</p>c x"), "b");
  EXPECT_EQ(invisible("<p style='background: url(x) black'>b</p>c x"), "b");
}

TEST_F(HtmlTest, HidesTextThatIsSmallOrNotDisplayed) {
  EXPECT_EQ(invisible("<font size=1>a</font>b x"), "a");
  EXPECT_EQ(invisible("<font size=-2>a</font>b x"), "a");
  EXPECT_EQ(invisible("<span style='display: NONE'>a</span>b x"), "a");
  EXPECT_EQ(invisible("<div style='visibility:hidden'>a<p>b</p></div>c x"), "ab");
  EXPECT_EQ(invisible("<font size='\xd9\xa3'>a</font>b x"), "a");  // an Arabic 3 counts nothing
}

TEST_F(HtmlTest, NotesColorsThatAreNone) {
  EXPECT_EQ(fact("<font color=nocolor>a</font>", "font_invalid_color"), 1);
  EXPECT_EQ(fact("<p style='color:inherit'>a</p>", "font_invalid_color"), std::nullopt);
  EXPECT_EQ(fact("<p style='color:red !important'>a</p>", "font_invalid_color"), std::nullopt);
}

// ---- links

TEST_F(HtmlTest, FindsLinksAndTheirAnchorTexts) {
  EXPECT_THAT(links("<a href='http://a.example/'>go <b>there</b></a>"),
              ElementsAre("http://a.example/ [go there]"));
  EXPECT_THAT(links("<a href=' cid:x '><img src=b></a>"), ElementsAre("cid:x [<img>\n]", "b"));
  EXPECT_THAT(links("<a>x</a>"), ElementsAre(" [x]"));
  EXPECT_THAT(
      links("<form action=a><td background=b><meta http-equiv=refresh content='1;URL = c'>"),
      ElementsAre("a", "b", "c"));
}

TEST_F(HtmlTest, NamesTheTagOfALink) {
  const HtmlFacts& facts =
      read("<table background=a><tr background=b><td background=c><bgsound src=d>");
  ASSERT_EQ(facts.uris.size(), 4U);
  EXPECT_EQ(facts.uris[0].types, kUriTable);
  EXPECT_EQ(facts.uris[1].types, kUriTr);
  EXPECT_EQ(facts.uris[2].types, kUriTd);
  EXPECT_EQ(facts.uris[3].types, kUriBgsound);
}

TEST_F(HtmlTest, ResolvesRelativeLinks) {
  EXPECT_THAT(
      links("<base href='http://a.example/x/y.html'><img src=../z><img src='?q'>"),
      ElementsAre("http://a.example/x/y.html", "http://a.example/z", "http://a.example/x/?q"));
  EXPECT_EQ(target_uri("http://a.example/b/", "/c/./d/../e", arena_), "http://a.example/c/e");
  EXPECT_EQ(target_uri("", "//www1.a.example/x", arena_), "http://www1.a.example/x");
  EXPECT_EQ(target_uri("", "//a.example/x", arena_), "//a.example/x");
  EXPECT_EQ(target_uri("", "0", arena_), "");
}

TEST_F(HtmlTest, ReadsAttributesWithOddNames) {
  EXPECT_THAT(links("<img alt/src=a>"), ElementsAre("a"));
  EXPECT_THAT(links("<img /src=a>"), IsEmpty());
  EXPECT_THAT(links("<a href=\xe2\x80\x9d"
                    "a\xe2\x80\x9d>"),
              ElementsAre("a []"));
}

TEST_F(HtmlTest, CutsLinksThatAreTooLong) {
  const HtmlFacts& facts = read("<img src=" + std::string(9000, 'a') + ">");
  EXPECT_TRUE(facts.uri_truncated);
  EXPECT_EQ(facts.value("uri_truncated"), 1);
  EXPECT_EQ(facts.uris.at(0).uri.size(), 8192U);
}

TEST_F(HtmlTest, TellsLinksOfLatin1) {
  EXPECT_TRUE(read("<img src='a&copy=b'>", false).uris.at(0).narrow);
  EXPECT_FALSE(read("<img src='a&copy=b'>", true).uris.at(0).narrow);
}

// ---- facts

TEST_F(HtmlTest, CountsTags) {
  const HtmlFacts& facts = read("<!DOCTYPE html><html><p>a<p>b</i><foo>");
  EXPECT_EQ(facts.open_tags("p"), 2);
  EXPECT_EQ(facts.open_tags("i"), 0);
  EXPECT_EQ(facts.value("closed_extra_ratio"), 1.0 / 6);
  EXPECT_EQ(facts.value("bad_tag_ratio"), 1.0 / 6);
  EXPECT_EQ(facts.value("non_element_ratio"), 1.0 / 4);
}

TEST_F(HtmlTest, MeasuresTexts) {
  const HtmlFacts& facts = read("<b>a\xc3\xa9 b</b>");
  EXPECT_EQ(facts.value("length"), 11);
  EXPECT_EQ(facts.value("html_length"), 4);
  EXPECT_EQ(facts.value("non_space_len"), 3);
  EXPECT_EQ(facts.value("ratio"), 8.0 / 12);
}

TEST_F(HtmlTest, CountsCutWords) {
  EXPECT_EQ(fact("via<b>gr</b>a", "obfuscation_ratio"), 1);
  EXPECT_EQ(fact("via<b>gr</b>a", "backhair_count"), 2);
  EXPECT_EQ(fact("via <b>gr</b> a", "backhair_count"), std::nullopt);
}

TEST_F(HtmlTest, KnowsPicturesFormsAndFonts) {
  EXPECT_EQ(fact("<img width=10 height=20><img width=50% height=x>", "image_area"),
            200 + 400 * 200);
  EXPECT_EQ(fact("<form action='mailto:a@b.example'>", "form_action_mailto"), 1);
  EXPECT_EQ(fact("<embed src=x>", "embeds"), 1);
  EXPECT_EQ(fact("<font face='Arial, sans-serif'>", "font_face_bad"), std::nullopt);
  EXPECT_EQ(fact("<font face='Ar1al'>", "font_face_bad"), 1);
  EXPECT_EQ(fact("<font size=7><basefont size=1><font size=+1>", "max_size"), 7);
}

// ---- pieces

TEST_F(HtmlTest, PreparesText) {
  EXPECT_EQ(prepare_html("<br />&nbsp;x", true, arena_), "<br> x");
  EXPECT_EQ(prepare_html("\xe2\x80\x9cx\xe2\x80\x9d", true, arena_), "\"x\"");
  EXPECT_EQ(prepare_html("<a b/>", true, arena_), "<a b/>");
}

TEST(PerlChars, KnowTheClassesOfPerl) {
  EXPECT_TRUE(is_perl_space(0xa0, true));
  EXPECT_FALSE(is_perl_space(0xa0, false));
  EXPECT_TRUE(is_perl_word(0xe9, true));
  EXPECT_FALSE(is_perl_word(0xe9, false));
  EXPECT_TRUE(is_wide_digit(0x663));
  EXPECT_EQ(trim_perl("\xc2\xa0 a\n", true), "a");
  EXPECT_EQ(count_chars("\xc3\xa9t"), 2U);
}

// ---- hostile texts

std::string many(std::string_view piece) {
  std::string text;
  while (text.size() < (1U << 20U)) text += piece;
  return text;
}

TEST_F(HtmlTest, TakesLinearTimeOnHostileText) {
  const std::vector<std::string> hostile = {many("<"),
                                            many("<a"),
                                            many("<a href="),
                                            many("<a b='"),
                                            many("&"),
                                            many("&#x"),
                                            many("<!--"),
                                            many("<!doctype \""),
                                            many("<![CDATA["),
                                            many("<![IGNORE[ ]]"),
                                            many("<title>"),
                                            "<script>" + many("</script"),
                                            many("<style></style"),
                                            many("<div>"),
                                            many("<td>"),
                                            "<div>" + many("</p>"),
                                            "<a " + many("a/href=x "),
                                            "<p style=\"" + many("color:red;") + "\">",
                                            "<p style=\"" + many(" ") + "\">",
                                            "<p style=\"background:" + many("(") + "\">",
                                            "<font face=\"" + many("a ") + "!\">",
                                            "<a href=\"http://a.example/" + many("../") + "\">",
                                            "<a>" + many("x<b>"),
                                            many("a<b>a</b>"),
                                            many("<font color=white>x</font>"),
                                            many("</a \"")};
  for (const std::string& text : hostile) {
    SCOPED_TRACE(text.substr(0, 24));
    const auto begin = std::chrono::steady_clock::now();
    read(text);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    EXPECT_LT(taken.count(), 5);  // a quadratic reader takes minutes
    arena_.reset();
  }
}

}  // namespace
}  // namespace sluice::rules
