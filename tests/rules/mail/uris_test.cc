// Claim:   links are found, cleaned and gathered as SpamAssassin does.
// Oracle:  Mail::SpamAssassin 4.0.1, run on these texts by hand.

#include "rules/mail/uris.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/arena.h"
#include "base/limits.h"

namespace sluice::rules {
namespace {

using Texts = std::vector<std::string>;

MailSettings settings() {
  MailSettings out;
  out.tlds = {"com net org uk us"};
  out.two_level_tlds = {"co.uk"};
  out.redirector_patterns = {R"(m'^https?://jump\.example\.com/\?to=(.*?)(?:$|&)'i)"};
  return out;
}

class Uris : public testing::Test {
 protected:
  // The links of a text, each with its types: "http://example.com parsed schemeless".
  Texts found(std::string_view text) {
    UriList list(rules_, arena_);
    list.add_text(text);
    Texts out;
    for (const MailUri& uri : list.uris()) out.push_back(std::string(uri.raw) + types(uri));
    return out;
  }

  static std::string types(const MailUri& uri) {
    std::string out;
    for (unsigned bit = 0; bit < 31; ++bit) {
      if ((uri.types >> bit & 1U) == 0) continue;
      out += ' ';
      out += uri_type_name(static_cast<UriType>(1U << bit));
    }
    return out;
  }

  Texts forms(std::string_view uri, UriBytes bytes = UriBytes::kOctets) {
    UriCanonicalizer canonicalizer(rules_, arena_);
    const auto out = canonicalizer.forms(uri, bytes);
    return {out.begin(), out.end()};
  }

  std::string host(std::string_view uri) {
    const auto out = host_of_uri(uri, rules_.registry, arena_);
    return out.has_value() ? std::string(out->host) + " " + std::string(out->domain) : "none";
  }

  Arena arena_;
  UriRules rules_{settings()};
};

// ---- running text

TEST_F(Uris, SchemesAndWwwAreLinks) {
  EXPECT_EQ(found("see http://example.com/a?b, and (https://www.example.org/x)."),
            (Texts{"http://example.com/a?b parsed", "https://www.example.org/x parsed"}));
  EXPECT_EQ(
      found("WWW.example.com ftp.example.com www2.example.com"),
      (Texts{"http://WWW.example.com parsed schemeless", "ftp://ftp.example.com parsed schemeless",
             "http://www2.example.com parsed schemeless"}));
}

TEST_F(Uris, HostsNeedAKnownTopLevelDomain) {
  EXPECT_EQ(found("go to example.com or example.co.uk:8080/x; not to example.invalid"),
            (Texts{"http://example.com parsed unlinked schemeless",
                   "http://example.co.uk:8080/x parsed unlinked schemeless"}));
  EXPECT_EQ(found("http://example.invalid/ www.example.invalid a.b"), Texts{});
}

// Only a port or a path may stand between such a host and what ends a link: no comma, no lone
// slash.
TEST_F(Uris, NothingElseFollowsAHostWithoutScheme) {
  EXPECT_EQ(found("example.com, example.com/ example.com:x example.com:123456 example.com.."),
            Texts{});
  EXPECT_EQ(found("example.com."), (Texts{"http://example.com parsed unlinked schemeless"}));
}

TEST_F(Uris, AddressesAreLinks) {
  EXPECT_EQ(found("mail bob@example.com, or <mailto:eve@example.org>; e-mail:x@example.net"),
            (Texts{"mailto:bob@example.com parsed schemeless", "mailto:eve@example.org parsed",
                   "mailto:x@example.net parsed schemeless"}));
  EXPECT_EQ(found("Vi@gra x@y a@.com cid:part@example.com"), Texts{});
  // Without an @ it is none, whatever it stands for.
  EXPECT_EQ(found("mailto:bob%40example.com"), Texts{});
}

TEST_F(Uris, DelimitersEndLinks) {
  EXPECT_EQ(found("http://example.com/a(b)c http://example.com/d)e http://example.com/f{g"),
            (Texts{"http://example.com/a(b)c parsed", "http://example.com/d parsed",
                   "http://example.com/f parsed"}));
  // The shift's last byte looks like the host's first.
  EXPECT_EQ(found("\x1b(Bwww.example.com\x1b$B"),
            (Texts{"http://Bwww.example.com parsed unlinked schemeless"}));
  EXPECT_EQ(found("x\xa0www.example.com\xa0"), (Texts{"http://www.example.com parsed schemeless"}));
}

TEST_F(Uris, LinksInTheMiddleOfWords) {
  EXPECT_EQ(found("x:http://example.com y\"http://example.net"),
            (Texts{"http://example.com parsed", "http://example.net parsed"}));
  EXPECT_EQ(found("xhttp://example.com"), (Texts{"http://example.com parsed unlinked schemeless"}));
}

TEST_F(Uris, EachIsReadOnce) {
  EXPECT_EQ(found("http://example.com http://example.com").size(), 1U);
}

// What is too long for one kind may begin another one, later.
TEST_F(Uris, LengthsAreLimited) {
  const std::string longest = "http://example.com/" + std::string(2'036, 'x');
  EXPECT_EQ(found(longest), (Texts{longest + " parsed"}));
  EXPECT_EQ(found(longest + "x"), (Texts{longest + "x parsed unlinked schemeless"}));
  const std::string address = std::string(251, 'x') + "@example.com";
  EXPECT_EQ(found(address), (Texts{"mailto:" + address + " parsed schemeless"}));
  EXPECT_EQ(found("x" + address), (Texts{"http://example.com parsed unlinked schemeless"}));
}

// ---- canonical forms

TEST_F(Uris, SpellingIsMadePlain) {
  EXPECT_EQ(forms("http:\\\\%77ww.example.com?id=3"),
            (Texts{"http:\\\\%77ww.example.com?id=3", "http://www.example.com/?id=3"}));
  EXPECT_EQ(forms(" http:www.exam\nple.com/ "),
            (Texts{"http:www.example.com/", "http://www.example.com/"}));
  EXPECT_EQ(forms("http://www.ex%61mple.com/&#97;&#x2e;&#x7a;&#65294;").back(),
            "http://www.example.com/a.z.");
  // The # of a reference in a host begins the fragment first.
  EXPECT_EQ(forms("www.ex&#97;mple&#x2e;com/%20%zz")[1], "http://www.ex&/#97;mple.com/%20%25zz");
  EXPECT_EQ(forms("http://example.com/"), (Texts{"http://example.com/"}));
}

TEST_F(Uris, WhatLeadsNowhereIsLeftAlone) {
  for (const std::string text : {"", "#", "#top", "?next", "&x", "/a.gif"}) {
    EXPECT_EQ(forms(text), Texts{text});
  }
}

TEST_F(Uris, PortsAndUsersAreDropped) {
  EXPECT_EQ(forms("http://example.com:80/x"),
            (Texts{"http://example.com:80/x", "http://example.com/x"}));
  EXPECT_EQ(forms("http://example.com:8080/x"), (Texts{"http://example.com:8080/x"}));
  EXPECT_EQ(forms("https://bob:pw@example.com:443"),
            (Texts{"https://bob:pw@example.com:443", "https://example.com"}));
  EXPECT_EQ(forms("http://bob@example.com/x"), (Texts{"http://bob@example.com/x"}));
  EXPECT_EQ(forms("http://example.com!!/x"),
            (Texts{"http://example.com!!/x", "http://example.com/x"}));
}

TEST_F(Uris, NumbersAreAddresses) {
  EXPECT_EQ(forms("http://0x7f.1.010.0377/"),
            (Texts{"http://0x7f.1.010.0377/", "http://127.1.8.255/"}));
  EXPECT_EQ(forms("http://127.0.0.1/"), (Texts{"http://127.0.0.1/", "http://127...1/"}));
  EXPECT_EQ(forms("http://0x7f000001/"), (Texts{"http://0x7f000001/", "http://127.0.0.1/"}));
  EXPECT_EQ(forms("http://2130706433/"), (Texts{"http://2130706433/", "http://127.0.0.1/"}));
  EXPECT_EQ(forms("http://99999999999999999999999/"),
            (Texts{"http://99999999999999999999999/", "http://255.255.255.255/"}));
}

TEST_F(Uris, BareNamesAreCompleted) {
  EXPECT_EQ(forms("http://Example/x"), (Texts{"http://Example/x", "http://www.example.com/x"}));
  EXPECT_EQ(forms("http://localhost/"), (Texts{"http://localhost/"}));
  EXPECT_EQ(forms("https://example/"), (Texts{"https://example/"}));
}

TEST_F(Uris, LinksInsideLinksAreFollowed) {
  EXPECT_EQ(forms("http://x.example.com/?u=http://y.example.net/&v=1"),
            (Texts{"http://x.example.com/?u=http://y.example.net/&v=1", "http://y.example.net/"}));
  EXPECT_EQ(forms("http://jump.example.com/?to=www.example.net&x"),
            (Texts{"http://jump.example.com/?to=www.example.net&x", "www.example.net",
                   "http://www.example.net"}));
}

TEST_F(Uris, AddressesLoseWhatIsNoAddress) {
  EXPECT_EQ(forms("mailto:bob@example.com?subject=hi"),
            (Texts{"mailto:bob@example.com?subject=hi", "mailto:bob@example.com"}));
  EXPECT_EQ(forms("mailto:bob@example.com&x"),
            (Texts{"mailto:bob@example.com&x", "mailto:bob@example.com"}));
  EXPECT_EQ(forms("mailto:%20bob@example.com%20"),
            (Texts{"mailto:%20bob@example.com%20", "mailto:bob@example.com"}));
  EXPECT_EQ(forms("Bob<bob@example.com>"),
            (Texts{"Bob<bob@example.com>", "mailto:bob@example.com"}));
}

TEST_F(Uris, OctetsAndCharactersBecomeOtherCodes) {
  EXPECT_EQ(forms("http://a.com/%41\xc3\xa9\xe4\xb8\xad").back(), "http://a.com/A%c3%a9%e4%b8%ad");
  EXPECT_EQ(forms("http://a.com/%41\xc3\xa9\xe4\xb8\xad", UriBytes::kCharacters).back(),
            "http://a.com/A%e9\xe4\xb8\xad");
}

TEST_F(Uris, HostsOfCharactersBecomeOctets) {
  const Texts all = forms("http://\xc3\xa9.example.com/\xc3\xa9", UriBytes::kCharacters);
  EXPECT_NE(std::find(all.begin(), all.end(), "http://\xc3\x83\xc2\xa9.example.com/\xc3\xa9"),
            all.end());
  EXPECT_EQ(forms("http://\xc3\xa9.example.com/").size(), 1U);
}

// ---- hosts

TEST_F(Uris, HostsAndDomains) {
  EXPECT_EQ(host("http://bob@WWW.Example.co.uk:80/x"), "www.example.co.uk example.co.uk");
  EXPECT_EQ(host("mailto:bob@mail.example.com?x"), "mail.example.com example.com");
  EXPECT_EQ(host("http://192.0.2.1:80/"), "192.0.2.1 192.0.2.1");
  EXPECT_EQ(host("domainkeys:example.com"), "example.com example.com");
  for (const std::string_view none :
       {"javascript:example.com", "cid:a@example.com", "mailto:a@b@example.com", "mailto:bob",
        "http://example.invalid/", "http://ex%61mple.com/", "http://-x.com/", ""}) {
    EXPECT_EQ(host(none), "none") << none;
  }
}

// ---- the list

TEST_F(Uris, HtmlAndTextAreMerged) {
  HtmlFacts html(&arena_);
  HtmlUri& link = html.uris.emplace_back(&arena_);
  link.uri = "http://example.com/";
  link.types = kUriA | kUriImg;
  for (const char* text : {"click", "here", "click"}) link.anchor_texts.push_back(text);
  html.uris.emplace_back(&arena_).uri = "a.html";

  UriList list(rules_, arena_);
  list.add_text("http://example.com/\n");
  list.add_html(html);
  ASSERT_EQ(list.uris().size(), 2U);
  const MailUri& merged = list.uris()[0];
  EXPECT_EQ(types(merged), " parsed a img");
  EXPECT_EQ(merged.anchor_texts.size(), 2U);
  ASSERT_EQ(merged.hosts.size(), 1U);
  EXPECT_EQ(merged.hosts[0].first, "example.com");
  EXPECT_EQ(types(list.uris()[1]), " parsed");
  const auto texts = list.texts();
  EXPECT_EQ((Texts{texts.begin(), texts.end()}),
            (Texts{"http://example.com/", "a.html", "http://a.html"}));
  EXPECT_FALSE(list.truncated());
}

TEST_F(Uris, SignersHaveHostsOnly) {
  UriList list(rules_, arena_);
  list.add_signature("v=1; bd=no.example.com; d = mail.\n example.com ; s=x; d=x.invalid");
  ASSERT_EQ(list.uris().size(), 1U);
  EXPECT_EQ(list.uris()[0].raw, "domainkeys:mail.example.com");
  EXPECT_EQ(types(list.uris()[0]), " domainkeys nocanon noclean");
  EXPECT_TRUE(list.uris()[0].cleaned.empty());
  EXPECT_TRUE(list.texts().empty());
}

TEST_F(Uris, LinksThatPerlHoldsAsBytesAreLatin1) {
  HtmlFacts html(&arena_);
  HtmlUri& link = html.uris.emplace_back(&arena_);
  link.uri = "http://example.com/?\xc2\xa9=1";
  link.narrow = true;
  UriList list(rules_, arena_);
  list.add_html(html);
  ASSERT_EQ(list.uris().size(), 1U);
  EXPECT_EQ(list.uris().front().raw, "http://example.com/?\xa9=1");
}

TEST_F(Uris, LongLinksAreCut) {
  HtmlFacts html(&arena_);
  const std::string uri =
      "http://example.com/" + std::string(limits::kMailUriCleanBytesMax, '<') + "%41";
  html.uris.emplace_back(&arena_).uri = uri;
  UriList list(rules_, arena_);
  list.add_html(html);
  EXPECT_TRUE(list.truncated());
  for (const std::string_view text : list.texts()) {
    EXPECT_EQ(text.size(), limits::kMailUriCleanBytesMax);
  }
}

// Claim: what is said of one link does not depend on how often hostile text repeats itself.
TEST_F(Uris, HostileTextIsRead) {
  constexpr std::size_t kBytes = 1U << 20U;
  for (const std::string piece :
       {"a.", "@", "a@", "@@a", ":/", "mailto:", "http://", "www.", "a.com'", "%41<", "a.com:1'",
        "http://a.co/", "http://jump.example.com/?to=", "\x1b(B", "((((", "x.com/%"}) {
    std::string text;
    while (text.size() < kBytes) text += piece;
    UriList list(rules_, arena_);
    list.add_text(text);
    EXPECT_LE(list.uris().size(), 1U) << piece;
    arena_.reset();
  }
}

TEST_F(Uris, LinksInLinksAreBounded) {
  HtmlFacts html(&arena_);
  std::string uri;
  while (uri.size() < limits::kMailUriCleanBytesMax) uri += "http://a.co/";
  html.uris.emplace_back(&arena_).uri = uri;
  UriList list(rules_, arena_);
  list.add_html(html);
  EXPECT_LE(list.texts().size(), limits::kUriRedirectsMax + 2);
}

}  // namespace
}  // namespace sluice::rules
