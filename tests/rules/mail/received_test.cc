// Claim:   Received fields are read as SpamAssassin reads them, and trust ends where it ends there.
// Oracle:  cases/received.txt, each answer SpamAssassin 4.0.1's own; for trust its documentation.
// Adding a case: two lines in that file, nothing here.

#include "rules/mail/received.h"

#include <ctime>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "rules/mail/received_line.h"
#include "tests/rules/mail/case_pairs.h"

namespace sluice::rules {
namespace {

// "ip=.. rdns=.. .. auth=..", as the cases have it.
std::string describe(std::string_view field) {
  Arena arena;
  LineMatcher matcher(arena);
  Relay relay;
  switch (read_received_line(field, matcher, arena, relay)) {
    case ReceivedOutcome::kRelay:
      break;
    case ReceivedOutcome::kUnknown:
      return "unknown";
    default:
      return "none";
  }
  std::string text(relays_text({&relay, 1}, arena));
  for (const std::string_view cut : {"[ ", " intl=0", " msa=0 ]"}) {
    text.erase(text.find(cut), cut.size());
  }
  return text + (relay.no_reverse_dns ? " no rdns" : "");
}

TEST(Received, ReadsEveryFormAsSpamAssassin) {
  const auto cases = read_case_pairs("received.txt");
  ASSERT_GT(cases.size(), 100U);
  for (const auto& [field, relay] : cases) EXPECT_EQ(describe(field), relay) << field;
}

class Path {
 public:
  explicit Path(const MailSettings& settings = {}) : trust_(settings) {}

  const Relays& read(const std::vector<std::string>& fields,
                     const std::vector<std::string>& originating = {}) {
    fields_ = fields;
    originating_ = originating;
    const std::vector<std::string_view> received(fields_.begin(), fields_.end());
    const std::vector<std::string_view> other(originating_.begin(), originating_.end());
    read_relays({received, other}, trust_, arena_, relays_);
    return relays_;
  }

 private:
  RelayTrust trust_;
  std::vector<std::string> fields_;
  std::vector<std::string> originating_;
  Arena arena_;
  Relays relays_{&arena_};
};

std::string from(const std::string& ip, const std::string& protocol = "ESMTP") {
  return "from h.example (r.example [" + ip + "]) by b.example (Postfix) with " + protocol +
         " id 1234; Sat, 8 Nov 2003 17:57:46 -0500\n";
}

TEST(RelayTrust, IsInferredFromPrivateAddressesAndAuthentication) {
  Path path;
  const Relays& relays = path.read(
      {from("10.0.0.1"), from("192.0.2.1", "ESMTPSA"), from("192.0.2.2"), from("10.0.0.2")});
  EXPECT_EQ(relays.all.size(), 4U);
  EXPECT_EQ(relays.trusted, 2U);
  EXPECT_EQ(relays.internal, 2U);
  EXPECT_EQ(relays.last_trusted_field, 1);
  EXPECT_TRUE(relays.all[3].ip_private);
  EXPECT_FALSE(relays.all[3].internal);
}

TEST(RelayTrust, FollowsConfiguredNetworks) {
  MailSettings settings;
  settings.trusted_networks = {"192.0.2.0/24", "198.51.100.0/24"};
  settings.internal_networks = {"192.0.2.0/24"};
  Path path(settings);
  const Relays& relays = path.read({from("127.0.0.1"), from("192.0.2.1"), from("198.51.100.1"),
                                    from("203.0.113.1"), from("192.0.2.2")});
  EXPECT_EQ(relays.trusted, 3U);
  EXPECT_EQ(relays.internal, 2U);
  EXPECT_EQ(relays.last_internal_field, 1);
}

TEST(RelayTrust, BehindASubmissionAgentStaysAsItIs) {
  MailSettings settings;
  settings.trusted_networks = {"192.0.2.0/24"};
  settings.msa_networks = {"192.0.2.7", "203.0.113.0/24"};  // the second is not trusted: left out
  Path path(settings);
  const Relays& relays = path.read({from("192.0.2.7"), from("203.0.113.1"), from("203.0.113.2")});
  EXPECT_EQ(relays.trusted, 3U);
  EXPECT_TRUE(relays.all[0].msa);
  EXPECT_FALSE(relays.all[1].msa);
}

TEST(Relays, CountsFieldsWithoutRelays) {
  Path path;
  const Relays& relays =
      path.read({"by b.example with SMTP id 42\n", "from h.example somehow\n", from("192.0.2.1")});
  EXPECT_EQ(relays.all.size(), 1U);
  EXPECT_EQ(relays.unparseable, 1U);
  EXPECT_EQ(relays.last_trusted_field, 1);
  EXPECT_EQ(relays.all[0].field, 2U);
}

TEST(Relays, ForgetsWhatCameBeforeAMailboxWasFetched) {
  const std::string fetched = "from p.example [192.0.2.9] by localhost with POP3 (fetchmail-6)\n";
  Path trusted;
  EXPECT_EQ(trusted.read({from("10.0.0.1"), fetched, from("192.0.2.1")}).all.size(), 1U);
  Path outside;
  const std::string plain =
      "from p.example (192.0.2.9) by b.example with POP3; 14 Apr 2010 11:14:29 +0\n";
  EXPECT_EQ(outside.read({from("192.0.2.1"), plain, from("192.0.2.2")}).all.size(), 2U);
}

TEST(Relays, TakesTheScannersSenderForTheNextField) {
  Path path;
  const Relays& relays =
      path.read({"from 192.0.2.59 by b.example (envelope-from <joe@a.example>, uid 502) with "
                 "qmail-scanner-1.24 (x)\n",
                 from("192.0.2.1"), from("192.0.2.2")});
  ASSERT_EQ(relays.all.size(), 2U);
  EXPECT_EQ(relays.all[0].env_from, "joe@a.example");
  EXPECT_FALSE(relays.all[1].has_env_from);
}

TEST(Relays, AddsOriginatingAddressesLast) {
  Path path;
  const Relays& relays = path.read({from("192.0.2.1")}, {"[198.51.100.9]\n", "none\n"});
  ASSERT_EQ(relays.all.size(), 2U);
  EXPECT_EQ(relays.all[1].ip, "198.51.100.9");
  EXPECT_EQ(relays.all[1].by, "");
}

TEST(Relays, AreWrittenAsRulesExpect) {
  Path path;
  Arena arena;
  const Relays& relays = path.read({from("10.0.0.1"), from("192.0.2.1")});
  EXPECT_EQ(relays_text(relays.all, arena),
            "[ ip=10.0.0.1 rdns=r.example helo=h.example by=b.example ident= envfrom= intl=1 "
            "id=1234 auth= msa=0 ] [ ip=192.0.2.1 rdns=r.example helo=h.example by=b.example "
            "ident= envfrom= intl=0 id=1234 auth= msa=0 ]");
  EXPECT_EQ(relays_text({}, arena), "");
}

double cpu_ms() {
  timespec now = {};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

TEST(Relays, TakeLinearTimeOnHostileFields) {
  for (const std::string_view unit :
       {"@", "a by ", "([192.0.2.1]) by x (", "authenticated ", "(HELO a) ", "[", "::", "(a "}) {
    std::string field = "from a (b [192.0.2.1]) ";
    while (field.size() < (64U << 10U)) field += unit;
    const double before = cpu_ms();
    Path().read({field + " by x (authenticated\n"});
    EXPECT_LT(cpu_ms() - before, 500) << unit;  // quadratic would be seconds
  }
}

}  // namespace
}  // namespace sluice::rules
