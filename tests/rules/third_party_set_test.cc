// Claim:  a set with what third parties' sets are made of (nested conditions, plugins that are not
//         there, look-ups in the network, tags, lists, metas over metas) loads without an error and
//         hits what it says.
// Oracle: by hand; cases/third_party.cf is the set, third_party.expect its warnings
//         (rule_parser_test.cc).

#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/arena.h"
#include "ingest/mime/message.h"
#include "rules/compiler.h"
#include "tests/support/shared_data.h"

namespace sluice::rules {
namespace {

using Names = std::set<std::string>;

std::string third_party_set() {
  const char* const given = std::getenv("SLUICE_SOURCE_DIR");
  const std::filesystem::path root = given != nullptr ? given : ".";
  return test::read_file(root / "tests/rules/cases/third_party.cf");
}

Names hits_of(const std::string& raw) {
  Diagnostics diagnostics;
  const auto set =
      compile_rules(std::vector<RuleFile>{{"a.cf", third_party_set()}}, {}, diagnostics);
  EXPECT_NE(set, nullptr);
  if (set == nullptr) return {};
  Arena arena;
  const mime::Message message = mime::read_message(raw, arena);
  Scratch scratch(*set);
  std::vector<Hit> hits;
  set->scan({.message = message}, scratch, hits);
  EXPECT_TRUE(scratch.findings().complete());
  Names out;
  for (const Hit& hit : set->judge_part().all_hits(hits)) out.insert(set->rules()[hit.rule].name);
  return out;
}

TEST(ThirdPartySet, HitsWhatItSays) {
  const Names expected = {"ACME_BOTH",       "ACME_INVOICE", "__ACME_BODY",
                          "__ACME_FUZZY",    "__ACME_SUBJ",  "__ACME_UNSET",
                          "__ACME_NOT_OURS", "__ACME_LINK",  "__ACME_URI"};
  EXPECT_EQ(hits_of("From: a@b.example\r\nSubject: Invoice #12\r\n"
                    "Content-Type: text/html\r\n\r\n"
                    "<p>Wire money. Wire the money.</p><p>4cme</p>"
                    "<a href=\"http://www.acme.example/\">acme</a>"
                    "<a href=\"http://b.example.com/\">Acme</a>\r\n"),
            expected);
}

TEST(ThirdPartySet, KnowsItsOwn) {
  const Names expected = {"__ACME_HAS_TID", "__ACME_LIST", "__ACME_CID", "__ACME_EXE",
                          "__ACME_UNSET"};
  EXPECT_EQ(hits_of("From: a@acme.example\r\nSubject: hello\r\nX-Tracking-Id: 1\r\n"
                    "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
                    "Content-Type: application/octet-stream\r\nContent-ID: <acme1>\r\n"
                    "Content-Disposition: attachment; filename=a.exe\r\n\r\n"
                    "x\r\n--b--\r\n"),
            expected);
}

}  // namespace
}  // namespace sluice::rules
