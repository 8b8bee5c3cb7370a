// Claim:   look-ups and conditions hit exactly where their texts and fields say, count distinct
//          texts, obey tflags, take part in metas and tests, and explain themselves; what maps hold
//          does not change the rule set's id, but the version of its maps.
// Oracle:  by hand.

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "rules/compiler.h"
#include "rules/self_test.h"
#include "tests/rules/maps/map_folder.h"

namespace sluice::rules {
namespace {

constexpr std::string_view kMail =
    "Received: from mail.relay.example ([198.51.100.7]) by mx.shop.example; Mon, 1 Jan 2024 "
    "00:00:00 +0000\r\n"
    "From: Ann <Ann@Shop.example>\r\n"
    "To: bob@a.example, carol@b.example\r\n"
    "Subject: hello\r\n"
    "DKIM-Signature: v=1; a=rsa-sha256; d=mail.shop.example; s=x;\r\n"
    " h=from; bh=; b=\r\n"
    "MIME-Version: 1.0\r\n"
    "Content-Type: multipart/mixed; boundary=b\r\n"
    "\r\n"
    "--b\r\n"
    "Content-Type: text/html\r\n"
    "\r\n"
    "<a href=\"http://www.evil.example/1\">x</a> <a href=\"http://evil.example/2\">y</a>\r\n"
    "<a href=\"http://good.example/\">z</a> <a href=\"http://192.0.2.9/\">z</a>\r\n"
    "--b\r\n"
    "Content-Type: application/octet-stream; name=a.bin\r\n"
    "Content-Transfer-Encoding: base64\r\n"
    "\r\n"
    "YWJj\r\n"
    "--b--\r\n";

class FactScan : public testing::Test {
 protected:
  void SetUp() override {
    folder_.write("domains.txt", "evil.example\nmail.shop.example\n");
    folder_.write("hosts.txt", "www.evil.example\nmail.relay.example\n");
    folder_.write("ips.txt", "192.0.2.0/24\n198.51.100.7\n");
    folder_.write("hashes.txt",  // of "abc": RFC 1321, FIPS 180-4
                  "900150983cd24fb0d6963f7d28e17f72\n"
                  "a9993e364706816aba3e25717850c26c9cd0d89d\n"
                  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n");
    folder_.write("addresses.txt", "ann@shop.example\n@b.example\n");
    const std::string_view recipients[] = {"bob@a.example", "carol@b.example", "dan@b.example"};
    recipients_.assign(std::begin(recipients), std::end(recipients));
    envelope_ = {.mail_from = "Ann@shop.example",
                 .has_mail_from = true,
                 .recipients = recipients_,
                 .sender = "acme/a:ann",
                 .tenants = tenants_,
                 .origin = "script",
                 .mode = "live",
                 .dkim = "will_sign",
                 .client_ip = "192.0.2.77",
                 .helo = "mail.relay.example",
                 .account_created_ms = 1'000'000,
                 .received_ms = 1'000'000 + 3 * 3'600'000,
                 .bytes = 5'000,
                 .attributes = attributes_};
  }

  std::shared_ptr<const RuleSet> compile(const std::string& rules) {
    const std::string maps =
        "map DOMAINS domains file:domains.txt\nmap HOSTS hosts file:hosts.txt\n"
        "map IPS ips file:ips.txt\nmap HASHES hashes file:hashes.txt\n"
        "map ADDRESSES addresses file:addresses.txt\n";
    Diagnostics diagnostics;
    auto set = compile_rules(std::vector<RuleFile>{{folder_.path("a.cf"), maps + rules}},
                             {.maps = library_}, diagnostics);
    for (const Diagnostic& one : diagnostics) {
      EXPECT_NE(one.severity, Severity::kError) << to_string(one);
    }
    return set;
  }

  // "A=1 C=3": the rules that hit, with their counts.
  std::string hits_of(const RuleSet& set, Scratch& scratch) {
    std::vector<Hit> hits;
    Arena arena;
    const mime::Message message = mime::read_message(mail_, arena, set.extent());
    set.scan({.message = message, .envelope = &envelope_}, scratch, hits);
    EXPECT_TRUE(scratch.findings().complete());
    std::string out;
    for (const Hit& hit : hits) {
      out +=
          (out.empty() ? "" : " ") + set.rules()[hit.rule].name + "=" + std::to_string(hit.count);
    }
    return out;
  }

  std::string hits_of(const std::string& rules) {
    const auto set = compile(rules);
    if (set == nullptr) return "does not compile";
    Scratch scratch(*set);
    return hits_of(*set, scratch);
  }

  // Whether the condition, "structure parts == 3", holds.
  bool holds(const std::string& condition) {
    const std::size_t blank = condition.find(' ');
    return hits_of(condition.substr(0, blank) + " A" + condition.substr(blank) + "\n") == "A=1";
  }

  test::MapFolder folder_;
  std::shared_ptr<MapLibrary> library_ = std::make_shared<MapLibrary>();
  std::string mail_{kMail};
  std::vector<std::string_view> recipients_;
  std::vector<std::string_view> tenants_ = {"acme", "site-7"};
  std::vector<NamedText> attributes_ = {{"plan", "trial"}, {"logins", "12"}};
  std::string sender_;
  EnvelopeFacts envelope_;
};

// The others find what they ask for where no more was read, as all tests here do.
TEST_F(FactScan, TextsAreReadForThoseWhoAskForThem) {
  for (const char* rule :
       {"structure A text_bytes > 0\n", "structure A html_bytes > 0\n", "structure A urls > 0\n",
        "structure A hosts > 0\n", "lookup A uri:host in HOSTS\n", "defect A html_form\n"}) {
    EXPECT_EQ(compile(rule)->extent(), mime::Extent::kTexts) << rule;
  }
  for (const char* rule : {"structure A parts > 0\n", "structure A attachments > 0\n",
                           "lookup A attachment:md5 in HASHES\n",
                           "lookup A From:addr in ADDRESSES\n", "body A /x/\n", "uri A /x/\n"}) {
    EXPECT_EQ(compile(rule)->extent(), mime::Extent::kStructure) << rule;
  }
}

TEST_F(FactScan, LookUpsSeeTheirTexts) {
  EXPECT_EQ(hits_of("lookup A uri:host in DOMAINS\nlookup B uri:host in HOSTS\n"
                    "lookup C uri:host in IPS\n"),
            "A=1 B=1 C=1");
  EXPECT_EQ(hits_of("lookup A mail_from in ADDRESSES\nlookup B mail_from in DOMAINS\n"
                    "lookup C recipients in ADDRESSES\nlookup D client_ip in IPS\n"
                    "lookup E helo in HOSTS\nlookup F received:ip in IPS\n"
                    "lookup G dkim:domain in DOMAINS\n"),
            "A=1 C=1 D=1 E=1 F=1 G=1");
  EXPECT_EQ(hits_of("lookup A attachment:md5 in HASHES\nlookup B attachment:sha1 in HASHES\n"
                    "lookup C attachment:sha256 in HASHES\n"),
            "A=1 B=1 C=1");
  EXPECT_EQ(hits_of("lookup A From:addr in ADDRESSES\nlookup B ToCc:addr in ADDRESSES\n"
                    "lookup C Cc:addr in ADDRESSES\nlookup D Received:ip in IPS\n"
                    "lookup F EnvelopeFrom:addr in ADDRESSES\n"),
            "A=1 B=1 D=1");
}

// What is registered is known below real top level domains only.
TEST_F(FactScan, RegisteredDomainsAreLookedUp) {
  folder_.write("hosts.txt", "example.org\nmx.example.net\n");
  mail_ =
      "Received: from mx.example.net (mx.example.net [192.0.2.1]) by a.example.com\n"
      "DKIM-Signature: d=example.net\n\nSee http://a.b.example.org/ now.\n";
  EXPECT_EQ(hits_of("lookup A uri:domain in HOSTS\nlookup B uri:host in HOSTS\n"
                    "lookup C Received:host in HOSTS\nlookup D Received:domain in HOSTS\n"),
            "A=1 C=1");
}

TEST_F(FactScan, ASignatureIsNoLink) {
  folder_.write("domains.txt", "example.net\n");
  mail_ = "DKIM-Signature: v=1; d=example.net; s=x\n\nhello\n";
  EXPECT_EQ(hits_of("lookup A uri:host in DOMAINS\nlookup B dkim:domain in DOMAINS\n"), "B=1");
}

TEST_F(FactScan, MultipleCountsDistinctTexts) {
  EXPECT_EQ(hits_of("lookup A uri:host in DOMAINS\ntflags A multiple\n"
                    "lookup B recipients in ADDRESSES\ntflags B multiple\n"
                    "lookup C recipients in ADDRESSES\ntflags C multiple maxhits=1\n"
                    "lookup D recipients in ADDRESSES\n"),
            "A=2 B=2 C=1 D=1");
}

TEST_F(FactScan, WhatIsNotKnownIsInNoMap) {
  envelope_ = {};
  EXPECT_EQ(hits_of("lookup A mail_from in ADDRESSES\nlookup B recipients in ADDRESSES\n"
                    "lookup C client_ip in IPS\nlookup D helo in HOSTS\n"),
            "");
}

TEST_F(FactScan, EnvelopeConditionsCompare) {
  for (const char* const condition : {"envelope recipients == 3",
                                      "envelope recipients>2",
                                      "envelope recipients <= 3",
                                      "envelope recipients != 4",
                                      "envelope recipient == BOB@a.example",
                                      "envelope recipient =~ /^dan\\@/",
                                      "envelope recipient != eve@a.example",
                                      "envelope recipient !~ /^eve/",
                                      "envelope mail_from == ann@shop.example",
                                      "envelope mail_from != <>",
                                      "envelope tenant == site-7",
                                      "envelope tenant == acme",
                                      "envelope tenant != other",
                                      "envelope origin == Script",
                                      "envelope origin != api",
                                      "envelope mode == live",
                                      "envelope dkim == will_sign",
                                      "envelope bytes >= 5000",
                                      "envelope client_ip =~ /^192\\.0\\.2\\./",
                                      "envelope account_age_h == 3",
                                      "envelope attribute:plan == trial",
                                      "envelope attribute:logins > 11",
                                      "envelope attribute:plan !~ /^paid/",
                                      "envelope sender =~ m{^acme/}"}) {
    EXPECT_TRUE(holds(condition)) << condition;
  }
  for (const char* const condition :
       {"envelope recipients == 4", "envelope recipients < 3", "envelope recipients > 3",
        "envelope recipient != bob@a.example", "envelope recipient !~ /^dan/",
        "envelope tenant != acme", "envelope mail_from == <>", "envelope origin == smtp",
        "envelope attribute:logins > 12", "envelope attribute:plan > 1",
        "envelope attribute:none == x", "envelope attribute:none != x",
        "envelope attribute:none !~ /x/", "envelope account_age_h > 3", "envelope edge != x"}) {
    EXPECT_FALSE(holds(condition)) << condition;
  }
}

TEST_F(FactScan, OfWhatIsNotKnownNoConditionHolds) {
  envelope_ = {};
  for (const char* const condition :
       {"envelope recipients < 100", "envelope recipients != 1", "envelope mail_from == <>",
        "envelope mail_from != <>", "envelope origin != smtp", "envelope account_age_h < 1",
        "envelope bytes < 1", "auth mail_from_aligned == no"}) {
    EXPECT_FALSE(holds(condition)) << condition;
  }
}

TEST_F(FactScan, TheEmptySenderIsKnown) {
  envelope_.mail_from = "";
  EXPECT_TRUE(holds("envelope mail_from == <>"));
  EXPECT_TRUE(holds("envelope mail_from =~ /^$/"));
  EXPECT_FALSE(holds("envelope mail_from != <>"));
}

TEST_F(FactScan, StructureConditionsCompare) {
  const std::size_t header = kMail.find("\r\n\r\n") + 4;
  for (const std::string& condition :
       {"structure bytes == " + std::to_string(kMail.size()),
        "structure header_bytes == " + std::to_string(header), std::string("structure parts == 3"),
        std::string("structure header_fields == 7"), std::string("structure depth == 1"),
        std::string("structure attachments == 1"), std::string("structure images == 0"),
        std::string("structure text_bytes == 0"), std::string("structure html_bytes > 100"),
        std::string("structure urls == 4"), std::string("structure hosts == 4"),
        std::string("structure to_cc == 2"), std::string("structure longest_line == 101")}) {
    EXPECT_TRUE(holds(condition)) << condition;
  }
}

TEST_F(FactScan, TheLongestLineIsOneWithoutItsEndToo) {
  mail_ = "Subject: a\n\n" + std::string(50, 'x');
  EXPECT_TRUE(holds("structure longest_line == 50"));
  mail_ = "Subject: 12345\r\n\r\nx\r\n";
  EXPECT_TRUE(holds("structure longest_line == 14"));
}

TEST_F(FactScan, AuthConditionsCompare) {
  for (const char* const condition :
       {"auth dkim_signatures == 1", "auth dkim_domain == mail.shop.example",
        "auth from_domain == shop.example", "auth from_domains == 1", "auth dkim_aligned == yes",
        "auth mail_from_aligned == yes"}) {
    EXPECT_TRUE(holds(condition)) << condition;
  }
}

// RFC 7489 section 3.1, relaxed: the organizational domain counts, of every author.
TEST_F(FactScan, AlignmentIsOfOrganizationalDomains) {
  const auto with = [this](const std::string& from, const std::string& dkim,
                           const std::string& mail_from) {
    mail_ = "From: " + from + "\nDKIM-Signature: v=1; d=" + dkim + "; s=x\n\nx\n";
    sender_ = mail_from;
    envelope_.mail_from = sender_;
    envelope_.helo = "mx.helo.co.uk";
    return std::string(holds("auth dkim_aligned == yes") ? "dkim " : "") +
           (holds("auth mail_from_aligned == yes") ? "spf" : "");
  };
  EXPECT_EQ(with("a@x.shop.co.uk", "y.shop.co.uk", "b@shop.co.uk"), "dkim spf");
  EXPECT_EQ(with("a@shop.co.uk", "bank.co.uk", "b@bank.co.uk"), "");
  EXPECT_EQ(with("a@shop.co.uk", "co.uk", "b@co.uk"), "");
  EXPECT_EQ(with("a@SHOP.co.uk", "Shop.CO.UK.", "b@SHOP.co.uk"), "dkim spf");
  EXPECT_EQ(with("a@shop.co.uk, b@bank.co.uk", "shop.co.uk", "b@shop.co.uk"), "");
  EXPECT_EQ(with("a@b\xc3\xbc"
                 "cher.co.uk",
                 "xn--bcher-kva.co.uk", "b@x.example"),
            "dkim ");
  EXPECT_EQ(with("undisclosed", "shop.co.uk", "b@shop.co.uk"), "");
  EXPECT_EQ(with("a@w.helo.co.uk", "shop.co.uk", ""), "spf");
}

TEST_F(FactScan, OneOfSeveralSignaturesAligns) {
  mail_ =
      "From: a@shop.example\nDKIM-Signature: d=other.example\n"
      "DKIM-Signature: v=1; bh=d=x; \n d = shop.example ; s=x\nDKIM-Signature: s=x\n\nx\n";
  EXPECT_TRUE(holds("auth dkim_aligned == yes"));
  EXPECT_TRUE(holds("auth dkim_signatures == 3"));
  mail_ = "From: a@shop.example\n\nx\n";
  EXPECT_TRUE(holds("auth dkim_aligned == no"));
  EXPECT_FALSE(holds("auth dkim_domain != x.example"));
}

TEST_F(FactScan, TheyAreRulesLikeOthers) {
  const auto set = compile(
      "lookup __A uri:host in DOMAINS\nstructure __B attachments > 0\nenvelope C recipients > 2\n"
      "meta D __A && __B\ndescribe D both\nscore D 2.5\ntflags C shadow\nlookup E uri:host in "
      "DOMAINS\nscore E 0\n");
  ASSERT_NE(set, nullptr);
  Scratch scratch(*set);
  std::vector<Hit> hits;
  Arena arena;
  const mime::Message message = mime::read_message(mail_, arena);
  set->scan({.message = message, .envelope = &envelope_}, scratch, hits);
  Evaluation evaluation;
  set->judge_part().evaluate(hits, evaluation);
  EXPECT_EQ(evaluation.score, 2'500);
  std::string names;
  for (const WeightedHit& hit : evaluation.hits) names += set->rules()[hit.rule].name + " ";
  EXPECT_EQ(names, "C D ");
}

TEST_F(FactScan, TestsGiveWhatIsLookedUpOrCompared) {
  const auto set = compile(
      "lookup A uri:host in DOMAINS\ntest A ok x.evil.example\ntest A fail good.example\n"
      "lookup B attachment:md5 in HASHES\ntest B ok 900150983CD24FB0D6963F7D28E17F72\n"
      "test B fail 00\n"
      "structure C hosts > 4\ntest C ok 5\ntest C fail 4\n"
      "envelope D mail_from == <>\ntest D ok <>\ntest D fail a@b.example\n"
      "envelope E tenant =~ /^x/\ntest E ok xy\ntest E fail yx\n"
      "lookup F From:addr in ADDRESSES\nbody G /hello/\nmeta H F && G\n"
      "test H ok From: ann@shop.example || body: hello\ntest H fail From: a@b || body: hello\n");
  ASSERT_NE(set, nullptr);
  const auto results = run_rule_tests(*set);
  EXPECT_EQ(results.size(), 12U);
  for (const TestResult& result : results) {
    EXPECT_TRUE(result.passed) << set->rules()[result.rule].name << ": " << result.text;
  }
}

TEST_F(FactScan, ExplainsWhatWasFoundAndWhere) {
  const auto set = compile(
      "lookup A uri:host in DOMAINS\nlookup B attachment:md5 in HASHES\n"
      "structure C attachments > 0\nenvelope D recipient =~ /^dan/\nenvelope E tenant != x\n");
  ASSERT_NE(set, nullptr);
  Scratch scratch(*set);
  Arena arena;
  const mime::Message message = mime::read_message(mail_, arena);
  std::string out;
  for (const Match& match : explain(*set, {.message = message, .envelope = &envelope_}, scratch)) {
    out += set->rules()[match.rule].name + " " + std::string(match.view_name) + ": " +
           std::string(match.text) + "\n";
  }
  EXPECT_EQ(out,
            "A uri:host in DOMAINS (domains): evil.example\n"
            "B attachment:md5 in HASHES (hashes): 900150983cd24fb0d6963f7d28e17f72\n"
            "C structure attachments: 1\n"
            "D envelope recipient: dan@b.example\n"
            "E envelope tenant: acme\n");
}

TEST_F(FactScan, ANewMapChangesAnswersAndItsVersionButNoId) {
  const std::string rules = "lookup A uri:host in DOMAINS\n";
  const auto set = compile(rules);
  ASSERT_NE(set, nullptr);
  Scratch scratch(*set);
  EXPECT_EQ(scratch.maps_version(), "");
  EXPECT_EQ(hits_of(*set, scratch), "A=1");
  const std::string version(scratch.maps_version());
  EXPECT_EQ(version.size(), 16U);

  folder_.write("domains.txt", "other.example\n");
  EXPECT_EQ(hits_of(*set, scratch), "A=1");
  std::vector<MapReport> reports;
  library_->refresh(reports);
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(hits_of(*set, scratch), "");
  EXPECT_NE(scratch.maps_version(), version);
  EXPECT_EQ(scratch.maps_version().size(), 16U);
  EXPECT_EQ(compile(rules)->id(), set->id());
}

TEST_F(FactScan, ASetWithoutMapsHasNoVersionOfThem) {
  Diagnostics diagnostics;
  const auto set =
      compile_rules(std::vector<RuleFile>{{"a.cf", "structure A parts > 0\n"}}, {}, diagnostics);
  ASSERT_NE(set, nullptr);
  Scratch scratch(*set);
  EXPECT_EQ(hits_of(*set, scratch), "A=1");
  EXPECT_EQ(scratch.maps_version(), "");
}

}  // namespace
}  // namespace sluice::rules
