#include "rules/maps/text_set.h"

#include <algorithm>
#include <bit>

#include "base/assert.h"
#include "base/hash.h"

namespace sluice::rules {
namespace {

constexpr std::size_t kSlotsMin = 2;

uint32_t tag_of(uint64_t hash) {
  return static_cast<uint32_t>(hash >> 32U);
}

}  // namespace

void TextSet::reserve(std::size_t bytes) {
  texts_.reserve(std::min(bytes, kBytesMax));
}

bool TextSet::add(std::string_view text) {
  SLUICE_ASSERT(text.size() <= kTextBytesMax && slots_.empty());
  if (texts_.size() + 1 + text.size() > kBytesMax) return false;
  texts_.push_back(static_cast<char>(static_cast<uint8_t>(text.size())));
  texts_.insert(texts_.end(), text.begin(), text.end());
  ++added_;
  return true;
}

void TextSet::build() {
  slots_.assign(std::max(kSlotsMin, std::bit_ceil(added_ + added_ / 2)), {});
  for (std::size_t at = 0; at < texts_.size();) {
    const std::string_view text = text_at(at);
    const uint64_t hash = keyed_hash(random_hash_key(), text);
    Slot& slot = slots_[find(text, hash)];
    if (slot.at == 0) {
      slot = {.at = static_cast<uint32_t>(at + 1), .tag = tag_of(hash)};
      ++size_;
    }
    at += 1 + text.size();
  }
}

bool TextSet::has(std::string_view text) const {
  if (size_ == 0 || text.size() > kTextBytesMax) return false;
  return slots_[find(text, keyed_hash(random_hash_key(), text))].at != 0;
}

std::size_t TextSet::memory_bytes() const {
  return texts_.size() + slots_.size() * sizeof(Slot);
}

std::string_view TextSet::text_at(std::size_t at) const {
  return {texts_.data() + at + 1, static_cast<uint8_t>(texts_[at])};
}

std::size_t TextSet::find(std::string_view text, uint64_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = hash & mask;; i = (i + 1) & mask) {
    const Slot& slot = slots_[i];
    if (slot.at == 0) return i;
    if (slot.tag == tag_of(hash) && text_at(slot.at - 1) == text) return i;
  }
}

}  // namespace sluice::rules
