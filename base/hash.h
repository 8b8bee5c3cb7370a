// The hashes Sluice uses, each for one purpose.
//
//   murmur2(key) % partitions   where Kafka's own clients put a key (Java's default partitioner)
//   keyed_hash(key, bytes)      SipHash-1-3: for anything a sender chooses (tables, references)
//   crc32(bytes)                librdkafka's default partitioner, to recognise a misconfigured edge
//   digest128(bytes)            XXH3-128: contents we wrote ourselves (rule sets, caches)
//   seeded_hash(seed, bytes)    XXH3-64: whole texts in tables that compare what they find
//
// Source:   kafka clients Utils.murmur2; SipHash (Aumasson, Bernstein 2012), 1-3 rounds; xxHash
// 0.8. Tests:    tests/base/hash_test.cc

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

using HashKey = std::array<uint64_t, 2>;

uint32_t murmur2(std::string_view bytes);

uint32_t crc32(std::string_view bytes);

// A key from the system's random source, the same for the life of the process.
const HashKey& random_hash_key();

uint64_t keyed_hash(const HashKey& key, std::string_view bytes);

// 16 bytes, big-endian.
std::string digest128(std::string_view bytes);

// Of this process: a secret is mixed in. Quicker than keyed_hash() and weaker; who finds two texts
// with the same hash must only be able to make a table forget.
uint64_t seeded_hash(uint64_t seed, std::string_view bytes);

// The partition that Kafka's default partitioner gives `key`. REQUIRES: partitions > 0.
int32_t partition_of(std::string_view key, int32_t partitions);

}  // namespace sluice
