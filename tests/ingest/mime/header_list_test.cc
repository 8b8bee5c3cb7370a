// Claim:   split_headers finds the same fields and body as the grammar does, on any bytes.
// Oracles: RFC 5322 appendix A, copied by hand (kRfcExample);
//          SlowSplit below, which copies and joins lines the obvious way (random bytes, seed 1).
// Not covered: meaning of any field; that is tests/ingest/mime/address_test.cc and friends.

#include "ingest/mime/header_list.h"

#include <cstddef>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/limits.h"

namespace sluice::mime {
namespace {

constexpr std::string_view kRfcExample =  // RFC 5322 appendix A.1.1
    "From: John Doe <jdoe@machine.example>\r\n"
    "Subject: Saying Hello\r\n"
    "\r\n"
    "This is a message just to say hello.\r\n";

struct SlowSplit {
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;
};

// The reference: clear before fast. One line at a time, each kept with its own ending.
SlowSplit slow_split(std::string raw) {
  SlowSplit out;
  while (!raw.empty()) {
    const std::size_t lf = raw.find('\n');
    const std::string line = raw.substr(0, lf == std::string::npos ? lf : lf + 1);
    std::string text = line;
    if (text.ends_with("\n")) text.pop_back();
    if (text.ends_with("\r") && line.ends_with("\r\n")) text.pop_back();

    const std::size_t colon = text.find(':');
    std::string name = text.substr(0, colon == std::string::npos ? 0 : colon);
    while (name.ends_with(" ") || name.ends_with("\t")) name.pop_back();
    bool printable = !name.empty();
    for (const char c : name) printable = printable && c > ' ' && c < 0x7f;

    const bool fold = text.starts_with(" ") || text.starts_with("\t");
    if (text.empty()) {
      out.body = raw.substr(line.size());
      return out;
    }
    if (!fold && !printable) {
      out.body = raw;
      return out;
    }
    if (!fold) out.fields.emplace_back(name, line.substr(colon + 1));
    if (fold && !out.fields.empty()) out.fields.back().second += line;
    raw.erase(0, line.size());
  }
  return out;
}

std::string without_ending(std::string value) {
  const bool crlf = value.ends_with("\r\n");
  if (value.ends_with("\n")) value.resize(value.size() - (crlf ? 2 : 1));
  return value;
}

void expect_same(const std::string& raw) {
  std::pmr::monotonic_buffer_resource arena;
  const HeaderList got = split_headers(raw, arena);
  const SlowSplit want = slow_split(raw);

  ASSERT_EQ(got.fields.size(), want.fields.size()) << testing::PrintToString(raw);
  for (std::size_t i = 0; i < want.fields.size(); ++i) {
    EXPECT_EQ(got.fields[i].name, want.fields[i].first);
    EXPECT_EQ(got.fields[i].value, without_ending(want.fields[i].second));
  }
  EXPECT_EQ(got.body, want.body) << testing::PrintToString(raw);
}

TEST(HeaderList, SplitsTheRfcExample) {
  std::pmr::monotonic_buffer_resource arena;
  const HeaderList got = split_headers(kRfcExample, arena);

  ASSERT_EQ(got.fields.size(), 2U);
  EXPECT_EQ(got.fields[1].name, "Subject");
  EXPECT_EQ(got.fields[1].value, " Saying Hello");
  EXPECT_EQ(got.body, "This is a message just to say hello.\r\n");
  EXPECT_TRUE(got.defects.empty());
}

TEST(HeaderList, AgreesWithTheSlowSplitOnRandomBytes) {
  constexpr std::string_view kAlphabet =
      "aB: \t\r\n-\x80";  // small, so that grammar comes up often
  std::mt19937 random(1);
  for (int round = 0; round < 200'000; ++round) {
    std::string raw(random() % 24, '\0');
    for (char& c : raw) c = kAlphabet[random() % kAlphabet.size()];
    expect_same(raw);
    if (HasFailure()) return;
  }
}

DefectSet defects_of(const std::string& raw) {
  std::pmr::monotonic_buffer_resource arena;
  return split_headers(raw, arena).defects;
}

TEST(HeaderList, NamesWhatIsOdd) {
  EXPECT_TRUE(defects_of("A: b\n\n").has(Defect::kBareLf));
  EXPECT_TRUE(defects_of(" A: b\r\n\r\n").has(Defect::kOrphanFold));
  EXPECT_TRUE(defects_of("A: b\r\nno field\r\n").has(Defect::kNoBlankLine));
  EXPECT_TRUE(defects_of("A : b\r\n\r\n").has(Defect::kSpaceBeforeColon));
}

TEST(HeaderList, PassesOverTheLineOfAMailboxFile) {
  std::pmr::monotonic_buffer_resource arena;
  const HeaderList got = split_headers("From a@b Tue Jan 1 00:00:00 2030\r\nA: b\r\n\r\nx", arena);
  ASSERT_EQ(got.fields.size(), 1U);
  EXPECT_EQ(got.fields[0].name, "A");
  EXPECT_EQ(got.body, "x");
  EXPECT_TRUE(got.defects.has(Defect::kMboxFromLine));
  EXPECT_FALSE(got.defects.has(Defect::kNoBlankLine));
  EXPECT_FALSE(defects_of("From : a@b\r\n\r\n").has(Defect::kMboxFromLine));
  EXPECT_TRUE(defects_of("A: b\r\nFrom x y\r\n").has(Defect::kNoBlankLine));
}

// Splits `fields` and a body: the limit must not hide the body.
void expect_limit(const std::string& fields, Defect limit, std::size_t kept) {
  const std::string raw = fields + "\r\nbody";
  std::pmr::monotonic_buffer_resource arena;
  const HeaderList got = split_headers(raw, arena);
  EXPECT_TRUE(got.defects.has(limit)) << defect_name(limit);
  EXPECT_EQ(got.fields.size(), kept) << defect_name(limit);
  EXPECT_EQ(got.body, "body") << defect_name(limit);
  for (const HeaderField& field : got.fields) {
    EXPECT_LE(field.value.size(), limits::kHeaderFieldBytesMax);
  }
}

TEST(HeaderList, StopsAtItsLimits) {
  std::string many;
  for (std::size_t i = 0; i <= limits::kHeaderFieldsMax; ++i) many += "A: b\r\n";
  expect_limit(many, Defect::kLimitHeaderFields, limits::kHeaderFieldsMax);

  const std::string longest(limits::kHeaderFieldBytesMax, 'x');
  expect_limit("A: " + longest + "\r\nB: c\r\n", Defect::kLimitHeaderFieldBytes, 2);

  std::string folds = "A: b\r\n";
  for (std::size_t i = 0; i <= limits::kHeaderFoldsMax; ++i) folds += " c\r\n";
  expect_limit(folds + "B: c\r\n", Defect::kLimitHeaderFolds, 2);

  std::string large;
  const std::string field = "A: " + longest.substr(0, limits::kHeaderBytesMax / 16) + "\r\n";
  while (large.size() <= limits::kHeaderBytesMax) large += field;
  expect_limit(large, Defect::kLimitHeaderBytes, 15);
}

TEST(HeaderList, EndsAtADelimiterOfAnOpenMultipart) {
  Boundaries open;
  open.push("b: c");
  std::pmr::monotonic_buffer_resource arena;
  const HeaderList got = split_headers("A: b\r\n--b: c\r\nD: e\r\n\r\n", arena, &open);
  EXPECT_EQ(got.fields.size(), 1U);
  EXPECT_EQ(got.body, "--b: c\r\nD: e\r\n\r\n");
}

}  // namespace
}  // namespace sluice::mime
