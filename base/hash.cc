#include "base/hash.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstring>

#include <sys/random.h>
#include <xxhash.h>

#include "base/assert.h"

namespace sluice {
namespace {

template <class T>
T load(const char* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

struct SipState {
  uint64_t v0, v1, v2, v3;

  void round() {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  }

  void absorb(uint64_t word) {
    v3 ^= word;
    round();
    v0 ^= word;
  }
};

constexpr std::array<uint32_t, 256> crc_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
    table[i] = crc;
  }
  return table;
}

}  // namespace

uint32_t murmur2(std::string_view bytes) {
  constexpr uint32_t kMix = 0x5bd1e995;
  uint32_t hash = 0x9747b28cU ^ static_cast<uint32_t>(bytes.size());
  while (bytes.size() >= 4) {
    uint32_t word = load<uint32_t>(bytes.data()) * kMix;
    word = (word ^ (word >> 24U)) * kMix;
    hash = (hash * kMix) ^ word;
    bytes.remove_prefix(4);
  }
  for (std::size_t i = bytes.size(); i-- > 0;) {
    hash ^= static_cast<uint32_t>(static_cast<uint8_t>(bytes[i])) << (8 * i);
  }
  if (!bytes.empty()) hash *= kMix;
  hash = (hash ^ (hash >> 13U)) * kMix;
  return hash ^ (hash >> 15U);
}

uint32_t crc32(std::string_view bytes) {
  static constexpr std::array<uint32_t, 256> kTable = crc_table();
  uint32_t crc = ~0U;
  for (const char c : bytes) crc = kTable[(crc ^ static_cast<uint8_t>(c)) & 0xFFU] ^ (crc >> 8U);
  return ~crc;
}

const HashKey& random_hash_key() {
  static const HashKey kKey = [] {
    HashKey key{};
    SLUICE_ASSERT(getrandom(key.data(), sizeof key, 0) == static_cast<ssize_t>(sizeof key));
    return key;
  }();
  return kKey;
}

uint64_t keyed_hash(const HashKey& key, std::string_view bytes) {
  SipState sip{.v0 = key[0] ^ 0x736f6d6570736575U,
               .v1 = key[1] ^ 0x646f72616e646f6dU,
               .v2 = key[0] ^ 0x6c7967656e657261U,
               .v3 = key[1] ^ 0x7465646279746573U};
  const uint64_t length = static_cast<uint64_t>(bytes.size()) << 56U;
  while (bytes.size() >= 8) {
    sip.absorb(load<uint64_t>(bytes.data()));
    bytes.remove_prefix(8);
  }
  uint64_t last = length;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    last |= static_cast<uint64_t>(static_cast<uint8_t>(bytes[i])) << (8 * i);
  }
  sip.absorb(last);
  sip.v2 ^= 0xFFU;
  for (int i = 0; i < 3; ++i) sip.round();
  return sip.v0 ^ sip.v1 ^ sip.v2 ^ sip.v3;
}

std::string digest128(std::string_view bytes) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes.data(), bytes.size()));
  return {reinterpret_cast<const char*>(canonical.digest), sizeof canonical.digest};
}

uint64_t seeded_hash(uint64_t seed, std::string_view bytes) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), random_hash_key()[0] + seed);
}

int32_t partition_of(std::string_view key, int32_t partitions) {
  SLUICE_ASSERT(partitions > 0);
  return static_cast<int32_t>((murmur2(key) & 0x7fffffffU) % static_cast<uint32_t>(partitions));
}

}  // namespace sluice
