// Claim:   addresses of running text are found, quoted ones are not.
// Oracle:  the patterns of FreeMail; a whole mailbox was compared with the original.

#include "rules/evals/text_addresses.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace sluice::rules {
namespace {

const Registry& registry() {
  static const std::vector<std::string> kTlds = {"example", "com"};
  static const Registry kRegistry(kTlds, {}, {});
  return kRegistry;
}

std::vector<std::string_view> find_all(std::string_view text) {
  std::vector<std::string_view> found;
  TextAddresses addresses(text, registry());
  for (std::string_view one = addresses.next(); !one.empty(); one = addresses.next()) {
    found.push_back(one);
  }
  return found;
}

std::string without_quoted(std::string_view text) {
  std::string scratch;
  std::string out;
  drop_quoted_addresses(text, registry(), scratch, out);
  return out;
}

using Found = std::vector<std::string_view>;

TEST(TextAddresses, FindsThemAmongWords) {
  EXPECT_EQ(find_all("write to ann@a.example, bob.b+c@x.y.z.example."),
            (Found{"ann@a.example", "bob.b+c@x.y.z.example"}));
  EXPECT_EQ(find_all("(ann@a.example)ann@b.com"), (Found{"ann@a.example", "ann@b.com"}));
}

TEST(TextAddresses, LeavesOutWhatIsNone) {
  EXPECT_EQ(find_all("ann@a.exampl ann@ann a@b@ @a.example"), Found{});
  EXPECT_EQ(find_all("ann@a.example-1 ann@a.example.x ann@-a.example ann@a-.example"), Found{});
  EXPECT_EQ(find_all("ann@a.b.c.d.e.example"), Found{});
  EXPECT_EQ(find_all("..ann.@a.example"), Found{});
}

TEST(TextAddresses, BeginsLongOnesAtADot) {
  const std::string name(60, 'x');
  EXPECT_EQ(find_all(name + ".ann@a.example"), (Found{name + ".ann@a.example"}));
  const std::string longer(61, 'x');
  EXPECT_EQ(find_all(longer + ".ann@a.example"), (Found{"ann@a.example"}));
  EXPECT_EQ(find_all(std::string(65, 'x') + "@a.example"), Found{});
}

TEST(TextAddresses, DropsQuotedOnes) {
  EXPECT_EQ(without_quoted("a <ann@a.example> b"), "a   b");
  EXPECT_EQ(without_quoted("ann@a.example wrote: hi"), "  hi");
  EXPECT_EQ(without_quoted("ann@a.example fax: 1"), "ann@a.example fax: 1");
  EXPECT_EQ(without_quoted("<mailto:ann@a.example>"), "<mailto:ann@a.example>");
  EXPECT_EQ(without_quoted("ann@a.example, hello"), "ann@a.example, hello");
}

TEST(TextAddresses, DropsLinksThatHoldOne) {
  EXPECT_EQ(without_quoted("see <http://a.example/?ann@a.example&x=1 now"), "see   now");
  EXPECT_EQ(without_quoted("HTTPS://a.example/ann%40a.example"), " ");
  EXPECT_EQ(without_quoted("http://a.example/ ann"), "http://a.example/ ann");
}

TEST(TextAddresses, KnowsOneAtTheFront) {
  EXPECT_EQ(address_at_front("ann@a.example?subject=x", registry()), "ann@a.example");
  EXPECT_EQ(address_at_front(" ann@a.example", registry()), "");
  EXPECT_EQ(address_at_front("a..b@a.example", registry()), "");
}

}  // namespace
}  // namespace sluice::rules
