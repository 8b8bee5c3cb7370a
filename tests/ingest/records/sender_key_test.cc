// Claim:   every sender gets one key, whatever bytes name him, and only such keys are accepted.
// Oracle:  the rule in sender_key.h, by hand; random names from seed 1.

#include "ingest/records/sender_key.h"

#include <random>
#include <string>

#include <gtest/gtest.h>

namespace sluice::records {
namespace {

TEST(SenderKey, EncodesWhatIsNotPlain) {
  EXPECT_EQ(sender_key("Hoster", SenderKind::kMailbox, "Anna+x@Kunde.example"),
            "hoster/u:anna+x@kunde.example");
  EXPECT_EQ(sender_key("a/b", SenderKind::kHost, "2001:db8::1"), "a%2fb/h:2001:db8::1");
  EXPECT_EQ(sender_key("t", SenderKind::kHostingAccount, "J\xc3\xb6rg 100%"),
            "t/x:j%c3%b6rg%20100%25");
}

TEST(SenderKey, MadeKeysAreAccepted) {
  std::mt19937 random(1);
  for (int i = 0; i < 10'000; ++i) {
    std::string tenant(1 + random() % 20, '\0');
    std::string id(1 + random() % 40, '\0');
    for (char& c : tenant) c = static_cast<char>(random());
    for (char& c : id) c = static_cast<char>(random());
    const std::string key = sender_key(tenant, SenderKind::kList, id);
    ASSERT_TRUE(is_sender_key(key)) << key;
    ASSERT_EQ(root_tenant(key), key.substr(0, key.find('/')));
  }
}

TEST(SenderKey, OtherKeysAreRefused) {
  for (const char* key :
       {"", "x", "/u:a", "t/u:", "t/u", "t/q:a", "t/u:A", "t/u:a b", "t/u:\xc3\xb6"}) {
    EXPECT_FALSE(is_sender_key(key)) << key;
  }
  EXPECT_TRUE(is_sender_key("t/u:" + std::string(251, 'a')));
  EXPECT_FALSE(is_sender_key("t/u:" + std::string(252, 'a')));
}

}  // namespace
}  // namespace sluice::records
