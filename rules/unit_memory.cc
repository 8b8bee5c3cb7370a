#include "rules/unit_memory.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/hash.h"
#include "base/limits.h"

namespace sluice::rules {
namespace {

constexpr std::size_t kWord = sizeof(uint64_t);
constexpr std::size_t kRingBytesPerBucket = 512;  // a unit and what was found take 64 or more
constexpr std::size_t kRingBytesMin = 4 * limits::kRememberedUnitBytesMax;
constexpr std::size_t kRingBytesMax = std::size_t{4} << 30U;
constexpr uint64_t kRingsMax = 7;  // written until all is forgotten: places are of 32 bits

static_assert(kRingsMax * (kRingBytesMax / kWord) < UINT32_MAX);

std::size_t words_for(std::size_t bytes) {
  return (bytes + kWord - 1) / kWord;
}

// What tells the keys of a bucket apart.
uint32_t tag_of(uint64_t hash) {
  return static_cast<uint32_t>(hash >> 32U);
}

}  // namespace

// Memory that is never written takes none.
UnitMemory::UnitMemory(std::size_t bytes)
    : ring_words_(std::clamp(bytes, kRingBytesMin, kRingBytesMax) / kWord),
      ring_(std::make_unique_for_overwrite<uint64_t[]>(ring_words_)),
      buckets_(std::bit_floor(ring_words_ * kWord / kRingBytesPerBucket)) {
  clear();
}

void UnitMemory::clear() {
  std::fill(buckets_.begin(), buckets_.end(), Bucket());
  written_ = kGivenUp + 1;  // no entry's place is a state
}

UnitKey UnitMemory::key_of(uint32_t view, bool subject, std::string_view text) {
  return {.text = text,
          .view = view,
          .subject = subject,
          .hash = seeded_hash(uint64_t{view} * 2 + (subject ? 1 : 0), text)};
}

// The slot of the key, or one that it gets: that of who was not asked for the longest.
UnitMemory::Slot& UnitMemory::slot_of(uint64_t hash) {
  std::array<Slot, kWays>& slots = buckets_[hash & (buckets_.size() - 1)].slots;
  const uint32_t tag = tag_of(hash);
  std::size_t i = 0;
  while (i < kWays && (slots[i].tag != tag || slots[i].place == kEmpty)) ++i;
  const Slot own = i < kWays ? slots[i] : Slot{.tag = tag};
  for (std::size_t k = std::min(i, kWays - 1); k > 0; --k) slots[k] = slots[k - 1];
  slots[0] = own;
  return slots[0];
}

bool UnitMemory::stands(uint32_t place) const {
  return place > kGivenUp && written_ - place <= ring_words_;
}

char* UnitMemory::entry_at(uint32_t place) const {
  return reinterpret_cast<char*>(ring_.get() + place % ring_words_);
}

void UnitMemory::prefetch(std::span<const UnitKey> keys) const {
  for (const UnitKey& key : keys) __builtin_prefetch(&bucket_of(key.hash), 1);
  for (const UnitKey& key : keys) {
    for (const Slot& slot : bucket_of(key.hash).slots) {
      if (slot.tag == tag_of(key.hash) && stands(slot.place)) {
        __builtin_prefetch(entry_at(slot.place));
      }
    }
  }
}

UnitMemory::Memory UnitMemory::look_up(const UnitKey& key) {
  Slot& slot = slot_of(key.hash);
  if (slot.place == kSeenOnce) return {.answer = Answer::kSeen};
  if (slot.place == kGivenUp) return {.answer = Answer::kLost};
  if (!stands(slot.place)) {
    slot.place = kSeenOnce;
    return {.answer = Answer::kNew};
  }
  const char* const at = entry_at(slot.place);
  Entry entry;
  std::memcpy(&entry, at, sizeof entry);
  const auto* const finds = reinterpret_cast<const PatternFind*>(at + sizeof entry);
  const std::string_view text(reinterpret_cast<const char*>(finds + entry.finds), entry.text_bytes);
  const bool same = entry.hash == key.hash && entry.view == key.view &&
                    (entry.subject != 0) == key.subject && text == key.text;
  if (!same) return {.answer = Answer::kSeen};  // two texts with one tag: the later one stays
  return {.answer = Answer::kKnown, .finds = {finds, entry.finds}, .work = entry.work};
}

// So that an entry of so many words does not reach over the end of the ring.
// REQUIRES: words <= ring_words_ / 2
void UnitMemory::make_room(std::size_t words) {
  const std::size_t left = ring_words_ - written_ % ring_words_;
  if (left < words) written_ += left;
  if (written_ + words > kRingsMax * ring_words_) clear();
}

void UnitMemory::remember(const UnitKey& key, std::span<const PatternFind> finds, uint32_t work) {
  const std::size_t finds_bytes = finds.size() * sizeof(PatternFind);
  const std::size_t words = words_for(sizeof(Entry) + finds_bytes + key.text.size());
  if (key.text.size() > limits::kRememberedUnitBytesMax || words > ring_words_ / 2)
    return give_up(key);
  make_room(words);
  const auto place = static_cast<uint32_t>(written_);
  const Entry entry{.hash = key.hash,
                    .text_bytes = static_cast<uint32_t>(key.text.size()),
                    .finds = static_cast<uint32_t>(finds.size()),
                    .view = key.view,
                    .work = work,
                    .subject = key.subject ? 1U : 0U};
  char* const at = entry_at(place);
  std::memcpy(at, &entry, sizeof entry);
  if (!finds.empty()) std::memcpy(at + sizeof entry, finds.data(), finds_bytes);
  key.text.copy(at + sizeof entry + finds_bytes, key.text.size());
  written_ += words;
  slot_of(key.hash).place = place;
}

void UnitMemory::give_up(const UnitKey& key) {
  slot_of(key.hash).place = kGivenUp;
}

}  // namespace sluice::rules
