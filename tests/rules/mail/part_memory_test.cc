// Claim:   a part is new, then read and remembered, then what was read before; a part of other
//          bytes, encoding, type or charset is another one. A Mail that shares texts of parts with
//          other messages shows what one shows that reads them itself. What is held stays as it
//          was, whatever is forgotten, and what is remembered stays within its bounds.
// Oracle:  by hand; a Mail that remembers nothing, on made mail and on that of mail/oracle.

#include "rules/mail/part_memory.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "rules/mail/html_facts.h"
#include "rules/mail/link_reader.h"
#include "rules/mail/mail.h"
#include "tests/support/shared_data.h"

namespace sluice::rules {
namespace {

constexpr std::size_t kBytes = 8U << 20U;
constexpr std::size_t kPartBytes = 64U << 10U;  // no part of these tests becomes more

// Long enough to be remembered.
std::string long_text(std::string_view text) {
  return std::string(text) + "\n" + std::string(limits::kRememberedPartBytesMin, '.') + "\n";
}

class PartMemoryTest : public testing::Test {
 protected:
  PartMemoryTest() { settings_.tlds = {"example", "com"}; }

  std::shared_ptr<const PartText> recall(const PartSource& source) {
    return memory_.recall(source, links_);
  }

  MailSettings settings_;
  UriRules links_{settings_};
  PartMemory memory_{kBytes};
};

TEST_F(PartMemoryTest, KnowsWhatCameTwice) {
  std::string raw = long_text("<p>Your <b>parcel</b><a href=http://www.example.com/%41>");
  const PartSource source = {.raw = raw, .type = "text/html", .rendered_type = "text/html"};
  EXPECT_EQ(recall(source), nullptr);
  const std::shared_ptr<const PartText> text = recall(source);
  ASSERT_NE(text, nullptr);
  const std::string again = raw;
  EXPECT_EQ(recall({.raw = again, .type = "text/html", .rendered_type = "text/html"}), text);
  raw.assign(raw.size(), 'x');
  EXPECT_EQ(text->decoded, again);
  EXPECT_TRUE(text->rendered.text.starts_with("\n\nYour parcel"));
  ASSERT_NE(text->html, nullptr);
  ASSERT_EQ(text->html->uris.size(), 1U);
  const ReadLink* const link = text->html->uris.front().read;
  ASSERT_NE(link, nullptr);
  EXPECT_EQ(link->forms.back(), "http://www.example.com/A");
  ASSERT_EQ(link->hosts.size(), 1U);
  EXPECT_EQ(link->hosts.front().domain, "example.com");
}

TEST_F(PartMemoryTest, TellsPartsApart) {
  const std::string raw = long_text("caf=C3=A9 <b>");
  const std::string other = long_text("caf=C3=A8 <b>");
  const PartSource source = {
      .raw = raw, .type = "text/plain", .charset = "utf-8", .rendered_type = "text/plain"};
  recall(source);
  ASSERT_NE(recall(source), nullptr);
  PartSource of_other_bytes = source;
  of_other_bytes.raw = other;
  PartSource encoded = source;
  encoded.encoding = "quoted-printable";
  PartSource typed = source;
  typed.type = "text/x-other";
  PartSource labelled = source;
  labelled.charset = "koi8-r";
  PartSource html = source;
  html.rendered_type = "text/html";
  for (const PartSource& changed : {of_other_bytes, encoded, typed, labelled, html}) {
    EXPECT_EQ(recall(changed), nullptr);
  }
  EXPECT_NE(recall(source), nullptr);
}

TEST_F(PartMemoryTest, LeavesOutWhatIsNoTextAndWhatIsShortOrLong) {
  const std::string text = long_text("text");
  const std::string too_short(limits::kRememberedPartBytesMin - 1, 'a');
  const std::string too_long(limits::kRememberedPartBytesMax + 1, 'a');
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(recall({.raw = text, .type = "image/png"}), nullptr);
    for (const std::string& raw : {too_short, too_long}) {
      EXPECT_EQ(recall({.raw = raw, .type = "text/plain", .rendered_type = "text/plain"}), nullptr);
    }
  }
  EXPECT_EQ(memory_.bytes(), 0U);
}

TEST_F(PartMemoryTest, ForgetsAllWhenTold) {
  const std::string raw = long_text("text");
  const PartSource source = {.raw = raw, .type = "text/plain", .rendered_type = "text/plain"};
  recall(source);
  const std::shared_ptr<const PartText> held = recall(source);
  memory_.clear();
  EXPECT_EQ(memory_.bytes(), 0U);
  EXPECT_EQ(recall(source), nullptr);
  EXPECT_EQ(held->decoded, raw);
}

TEST_F(PartMemoryTest, ForgetsTheFirstAndKeepsWhatIsHeld) {
  const std::string first = long_text("the first");
  const PartSource first_source = {
      .raw = first, .type = "text/plain", .rendered_type = "text/plain"};
  recall(first_source);
  const std::shared_ptr<const PartText> held = recall(first_source);
  std::string last;
  const auto last_source = [&last] {
    return PartSource{.raw = last, .type = "text/html", .rendered_type = "text/html"};
  };
  for (int i = 0; i < 3'000; ++i) {
    last = fmt::format("<a href=http://{}.example.com/>{}</a>", i, std::string(8'000, 'x'));
    recall(last_source());
    ASSERT_NE(recall(last_source()), nullptr);
    ASSERT_LE(memory_.bytes(), kBytes + kPartBytes);
  }
  EXPECT_GT(memory_.bytes(), kBytes / 2);
  EXPECT_NE(recall(last_source()), nullptr);
  EXPECT_EQ(held->decoded, first);
  EXPECT_NE(recall(first_source), held);  // new again, or read anew
}

// Or a part of very many would cost more to remember than to read.
TEST_F(PartMemoryTest, ReadsNoMoreLinksThanMessagesKeep) {
  std::string many;
  for (std::size_t i = 0; i < limits::kMailUrisMax + 9; ++i) many += fmt::format("<a href={}>", i);
  const std::string long_ones = "<base href=http://a.example.com/" + std::string(2'000, 'b') + ">" +
                                many.substr(0, many.size() / 2);
  for (const std::string& raw : {many, long_ones}) {
    const PartSource source = {.raw = raw, .type = "text/html", .rendered_type = "text/html"};
    recall(source);
    const std::shared_ptr<const PartText> text = recall(source);
    ASSERT_NE(text, nullptr);
    EXPECT_NE(text->html->uris.front().read, nullptr);
    EXPECT_EQ(text->html->uris.back().read, nullptr);
  }
}

// Many links become many times their bytes.
TEST_F(PartMemoryTest, StaysWithinItsBoundsWhateverPartsBecome) {
  constexpr std::size_t kLargePartBytes = 16U << 20U;
  for (int i = 0; i < 40; ++i) {
    std::string raw;
    while (raw.size() < limits::kRememberedPartBytesMax - 64) {
      raw += fmt::format("<a href=//{}.x.com>", raw.size() + static_cast<std::size_t>(i));
    }
    const PartSource source = {.raw = raw, .type = "text/html", .rendered_type = "text/html"};
    recall(source);
    ASSERT_NE(recall(source), nullptr);
    ASSERT_LE(memory_.bytes(), kBytes + kLargePartBytes);
  }
}

// ---- what messages show

void print(const std::pmr::vector<std::string_view>& texts, std::string& out) {
  for (const std::string_view text : texts) out += fmt::format("[{}]", text);
  out += '\n';
}

void print(const TextUnits& units, std::string& out) {
  for (std::size_t i = 0; i < units.units.size(); ++i) out += fmt::format("[{}]", units.text(i));
  out += '\n';
}

void print(const HtmlFacts& html, std::string& out) {
  for (const auto& [name, text] : html.texts) out += fmt::format("{} {}\n", name, text);
  for (const auto& [tag, open] : html.inside) out += fmt::format("{} {}\n", tag, open);
  for (const auto* texts : {&html.titles, &html.comments, &html.scripts, &html.anchors}) {
    print(*texts, out);
  }
  for (const HtmlUri& uri : html.uris) {
    out += fmt::format("{} {} {} ", uri.uri, uri.types, uri.narrow);
    print(uri.anchor_texts, out);
  }
  for (std::size_t i = 0; i < kHtmlFacts; ++i) {
    out += fmt::format("{} ", html.value(static_cast<HtmlFact>(i)).value_or(-1));
  }
  out += fmt::format("{} {}\n", html.uris_cut, html.uri_truncated);
}

void print(const MailUri& uri, std::string& out) {
  out += fmt::format("{} {} ", uri.raw, uri.types);
  for (const auto& [host, domain] : uri.hosts) out += fmt::format("{} of {} ", host, domain);
  print(uri.cleaned, out);
  print(uri.anchor_texts, out);
}

// All that a message shows of its parts.
std::string shown_by(Mail& mail) {
  std::string out;
  for (const TextUnits* units :
       {&mail.body(), &mail.visible(), &mail.invisible(), &mail.rawbody()}) {
    print(*units, out);
  }
  for (const MailUri& uri : mail.uris()) print(uri, out);
  for (const std::string_view text : mail.uri_texts()) out += fmt::format("[{}]", text);
  out += fmt::format("{} {}\n", mail.uris_truncated(), mail.uris_complete());
  for (std::size_t i = 0; i < mail.tree().size(); ++i) {
    const MailPart& part = mail.tree()[i];
    if (part.leaf) out += mail.decoded(i);
    out += fmt::format("{} {}{}{}\n", part.text.rendered_type, part.text.rendered.narrow,
                       part.text.visible.narrow, part.text.invisible.narrow);
    if (part.text.html != nullptr) print(*part.text.html, out);
  }
  return out;
}

// Texts that need all there is to reading: encodings, charsets, links that Perl holds as bytes,
// relative ones, links too long for their list, texts nobody sees.
std::vector<std::string> made_parts() {
  const std::string long_link = "http://a.example.com/" + std::string(20'000, '<') + "%41";
  return {
      "\n" + long_text("Plain www.a.example.com, text"),
      "Content-Type: text/html; charset=us-ascii\n\n" +
          long_text("<title>T</title><!-- c --><script>s</script>caf&eacute;"
                    "<a href='http://a.example.com/?&copy;=1'>x<a href=rel/b.html>y</a><base "
                    "href=http://b.example.com/><p style='display:none'>none<b>"),
      "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n" +
          long_text("<p>caf=C3=A9 =E2=82=AC<a href=3D\"http://a.example.com/=C3=A9\">x=\n"),
      "Content-Type: text/plain; charset=koi8-r\nContent-Transfer-Encoding: base64\n\n" +
          long_text("x8/E\nx8/E"),
      "Content-Type: text/plain; charset=iso-8859-1\n\n" + long_text("caf\xe9 \xa9"),
      "Content-Type: application/octet-stream; name=a.html\n\n" + long_text("<b>HTML</b>"),
      "Content-Type: text/calendar\n\n" + long_text("BEGIN:VCALENDAR"),
      "Content-Type: text/html\n\n" + long_text("<a href=\"" + long_link + "\">x"),
      "Content-Type: text/html\nContent-Transfer-Encoding: base64\n\n" + long_text("===="),
  };
}

std::vector<std::string> made_mails() {
  std::vector<std::string> out;
  const std::vector<std::string> parts = made_parts();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    out.push_back("Subject: www.b.example.com\n" + parts[i]);
    std::string several = "Content-Type: multipart/mixed; boundary=b\n\n";
    for (std::size_t k = 0; k <= i; ++k) several += "--b\n" + parts[(i + k) % parts.size()];
    out.push_back(several + "--b--\n");
  }
  return out;
}

// Three times: new, seen before, remembered.
void expect_the_same(const MailSettings& settings, const std::vector<std::string>& mails) {
  PartMemory memory(kBytes);
  Mail alone(settings);
  std::vector<std::unique_ptr<Mail>> sharing;  // several at once, as in a batch
  for (int i = 0; i < 4; ++i) {
    sharing.push_back(std::make_unique<Mail>(settings));
    sharing.back()->remember(&memory);
  }
  for (int round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < mails.size(); ++i) {
      alone.read(mails[i], {});
      Mail& mail = *sharing[i % sharing.size()];
      mail.read(mails[i], {});
      ASSERT_TRUE(shown_by(mail) == shown_by(alone)) << "message " << i << ", round " << round;
    }
  }
  EXPECT_GT(memory.bytes(), 0U);
}

TEST_F(PartMemoryTest, MadeMailShowsTheSame) {
  expect_the_same(settings_, made_mails());
}

TEST_F(PartMemoryTest, RealMailShowsTheSame) {
  const auto folder = sluice::test::shared_data("mail/oracle");
  if (!folder) GTEST_SKIP() << sluice::test::kNoSharedData;
  std::vector<std::string> mails;
  const auto files = sluice::test::files_below(*folder, ".eml");
  for (std::size_t i = 0; i < files.size(); i += 9) {
    mails.push_back(sluice::test::read_file(files[i]));
  }
  expect_the_same(settings_, mails);
}

}  // namespace
}  // namespace sluice::rules
