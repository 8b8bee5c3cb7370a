// Claim:  address lists are read as RFC 5322 section 3.4 says, and what breaks it is named.
// Oracle: the examples of RFC 5322 appendix A; cases written by hand.

#include "ingest/mime/address.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/limits.h"

namespace sluice::mime {
namespace {

struct Addresses {
  std::vector<std::string> list;  // name|local|domain
  DefectSet defects;
};

Addresses read(std::string_view value) {
  Arena arena;
  Addresses out;
  for (const Mailbox& mailbox : read_addresses(value, arena, out.defects)) {
    out.list.push_back(std::string(mailbox.name) + '|' + std::string(mailbox.local) + '|' +
                       std::string(mailbox.domain));
  }
  return out;
}

struct Case {
  std::string_view value;
  std::vector<std::string> list;
};

const std::vector<Case> kGood = {
    {"", {}},
    {"john@x.example", {"|john|x.example"}},
    {"John Doe <jdoe@machine.example>", {"John Doe|jdoe|machine.example"}},
    {"\"Joe Q. Public\" <john.q.public@example.com>", {"Joe Q. Public|john.q.public|example.com"}},
    {"Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>",
     {"Mary Smith|mary|x.test", "|jdoe|example.org", "Who?|one|y.test"}},
    {"<boss@nil.test>, \"Giant; \\\"Big\\\" Box\" <sysservices@example.net>",
     {"|boss|nil.test", "Giant; \"Big\" Box|sysservices|example.net"}},
    {"A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;",
     {"Ed Jones|c|a.test", "|joe|where.test", "John|jdoe|one.test"}},
    {"Undisclosed recipients:;", {}},
    {"(Empty list)(start)Hidden recipients  :(nobody(that I know))  ;", {}},
    {" (a \\) (b)) john@x.example (c)", {"|john|x.example"}},
    {"<@a.test,@b.test:c@d.test>", {"|c|d.test"}},
    {"\"a@b\"@c.test", {"|a@b|c.test"}},
    {"a@[127.0.0.1]", {"|a|[127.0.0.1]"}},
    {"=?utf-8?q?caf=C3=A9?= <a@b.test>", {"caf\xc3\xa9|a|b.test"}},
    {"<>", {}},
    {"\"Doe, J\" =?utf-8?q?caf=C3=A9?= (c) x <a@b.test>", {"Doe, J caf\xc3\xa9 x|a|b.test"}},
    {"a (b) @ c (d) . \r\n test", {"|a|c.test"}},
    {"a@b.test,,c@d.test,", {"|a|b.test", "|c|d.test"}},
};

TEST(Address, ReadsWhatTheRfcAllows) {
  for (const Case& wanted : kGood) {
    const Addresses got = read(wanted.value);
    EXPECT_EQ(got.list, wanted.list) << wanted.value;
    EXPECT_TRUE(got.defects.empty()) << wanted.value;
  }
}

const std::vector<Case> kBad = {
    {"john", {"|john|"}},
    {"a@b@c.test", {"|a@b|c.test"}},
    {"p@bank.test <a@b.test>", {"p@bank.test|a|b.test"}},
    {"John <a@b.test", {"John|a|b.test"}},
    {"John <a@b.test> more", {"John|a|b.test", "|more|"}},
    {"(open a@b.test", {}},
    {"\"open <a@b.test>", {"|open <a@b.test>|"}},
    {"@", {}},
    {"> a@b.test", {"|> a|b.test"}},
};

TEST(Address, NamesWhatTheRfcDoesNotAllow) {
  for (const Case& wanted : kBad) {
    const Addresses got = read(wanted.value);
    EXPECT_EQ(got.list, wanted.list) << wanted.value;
    EXPECT_TRUE(got.defects.has(Defect::kBadAddress)) << wanted.value;
  }
}

TEST(Address, StopsAtItsLimit) {
  std::string value;
  for (std::size_t i = 0; i <= limits::kAddressesMax; ++i) value += "a@b.test,";
  const Addresses got = read(value);
  EXPECT_EQ(got.list.size(), limits::kAddressesMax);
  EXPECT_TRUE(got.defects.has(Defect::kLimitAddresses));
}

}  // namespace
}  // namespace sluice::mime
