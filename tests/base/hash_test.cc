// Claim:   the hashes are the ones other programs compute.
// Oracles: murmur2: values of Kafka's own UtilsTest; SipHash-1-3 and CRC-32: published check
// values.

#include "base/hash.h"

#include <string>

#include <gtest/gtest.h>

#include "base/text.h"

namespace sluice {
namespace {

TEST(Hash, Murmur2IsKafkas) {  // org.apache.kafka.common.utils.UtilsTest.testMurmur2
  EXPECT_EQ(static_cast<int32_t>(murmur2("21")), -973932308);
  EXPECT_EQ(static_cast<int32_t>(murmur2("foobar")), -790332482);
  EXPECT_EQ(static_cast<int32_t>(murmur2("a-little-bit-long-string")), -985981536);
  EXPECT_EQ(static_cast<int32_t>(murmur2("a-little-bit-longer-string")), -1486304829);
  EXPECT_EQ(static_cast<int32_t>(murmur2("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8")),
            -58897971);
  EXPECT_EQ(static_cast<int32_t>(murmur2("abc")), 479470107);
}

TEST(Hash, Crc32IsTheUsualOne) {
  EXPECT_EQ(crc32("123456789"), 0xCBF43926U);
}

TEST(Hash, KeyedHashDependsOnKeyAndEveryByte) {
  const HashKey key{0x0706050403020100U, 0x0f0e0d0c0b0a0908U};
  std::string text = "0123456789abcdef!";
  const uint64_t before = keyed_hash(key, text);
  for (char& c : text) {
    c ^= 1;
    EXPECT_NE(keyed_hash(key, text), before);
    c ^= 1;
  }
  EXPECT_NE(keyed_hash({key[0] + 1, key[1]}, text), before);
}

TEST(Hash, KeyedHashIsSipHash13) {  // vectors of the reference code with c=1, d=3
  const HashKey key{0x0706050403020100U, 0x0f0e0d0c0b0a0908U};
  EXPECT_EQ(keyed_hash(key, ""), 0xabac0158050fc4dcU);
  EXPECT_EQ(keyed_hash(key, std::string_view("\0", 1)), 0xc9f49bf37d57ca93U);
  EXPECT_EQ(keyed_hash(key, std::string_view("\0\1", 2)), 0x82cb9b024dc7d44dU);
}

TEST(Hash, SeededHashDependsOnSeedAndEveryByte) {
  std::string text(300, 'x');
  const uint64_t before = seeded_hash(7, text);
  EXPECT_EQ(seeded_hash(7, text), before);
  EXPECT_NE(seeded_hash(8, text), before);
  for (char& c : text) {
    c ^= 1;
    EXPECT_NE(seeded_hash(7, text), before);
    c ^= 1;
  }
}

TEST(Hash, PartitionIsNeverNegative) {
  for (int i = 0; i < 1'000; ++i) {
    const int32_t partition = partition_of(std::to_string(i), 12);
    EXPECT_GE(partition, 0);
    EXPECT_LT(partition, 12);
  }
}

}  // namespace
}  // namespace sluice
