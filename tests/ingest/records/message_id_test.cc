// Claim:   message ids are UUIDv7, and every written form reads back.
// Oracle:  RFC 9562 appendix A.6 (the example of a UUIDv7).

#include "ingest/records/message_id.h"

#include <set>

#include <gtest/gtest.h>

namespace sluice::records {
namespace {

TEST(MessageId, IsTheRfcExample) {
  // 2022-02-22 14:22:22 -0500; rand_a 0xCC3, rand_b 0x18C4DC0C0C07398F.
  const MessageId id = make_message_id(0x017F22E279B0, {'\x0C', '\xC3', '\x18', '\xC4', '\xDC',
                                                        '\x0C', '\x0C', '\x07', '\x39', '\x8F'});
  EXPECT_EQ(to_string(id), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
}

TEST(MessageId, ReadsAllThreeForms) {
  const MessageId id = make_message_id();
  const std::string text = to_string(id);
  std::string digits;
  for (const char c : text) {
    if (c != '-') digits += c;
  }
  EXPECT_EQ(parse_message_id(text), id);
  EXPECT_EQ(parse_message_id(digits), id);
  EXPECT_EQ(parse_message_id(id.view()), id);
}

TEST(MessageId, RefusesOtherTexts) {
  for (const char* text :
       {"", "0", "017f22e2-79b0-7cc3-98c4-dc0c0c07398", "017f22e2079b0-7cc3-98c4-dc0c0c07398f",
        "g17f22e279b07cc398c4dc0c0c07398f"}) {
    EXPECT_EQ(parse_message_id(text), std::nullopt) << text;
  }
}

TEST(MessageId, DoesNotRepeat) {
  std::set<MessageId> ids;
  for (int i = 0; i < 10'000; ++i) EXPECT_TRUE(ids.insert(make_message_id()).second);
}

}  // namespace
}  // namespace sluice::records
