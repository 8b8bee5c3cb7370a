#include "base/arena.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace sluice {

char* Arena::allocate_bytes(std::size_t bytes, std::size_t alignment) {
  const auto misaligned = reinterpret_cast<std::uintptr_t>(next_) & (alignment - 1);
  const std::size_t padding = misaligned == 0 ? 0 : alignment - misaligned;
  if (next_ == nullptr || bytes + padding > static_cast<std::size_t>(end_ - next_)) {
    next_block(bytes + alignment);
    return allocate_bytes(bytes, alignment);
  }
  char* const out = next_ + padding;
  next_ = out + bytes;
  used_ += bytes + padding;
  high_water_ = std::max(high_water_, used_);
  return out;
}

void Arena::next_block(std::size_t bytes) {
  if (next_ != nullptr) ++block_;
  while (block_ < blocks_.size() && blocks_[block_].size < bytes) ++block_;
  if (block_ == blocks_.size()) {
    // Doubling keeps the number of blocks logarithmic, whatever is asked for.
    const std::size_t last = blocks_.empty() ? kBlockBytes / 2 : blocks_.back().size;
    const std::size_t size = std::max(bytes, std::min(last * 2, kKeptBytes / 2));
    blocks_.push_back({.bytes = std::unique_ptr<char[]>(new char[size]), .size = size});
  }
  next_ = blocks_[block_].bytes.get();
  end_ = next_ + blocks_[block_].size;
}

void Arena::trim(std::span<char> newest, std::size_t used) {
  if (newest.data() + newest.size() != next_) return;
  next_ = newest.data() + used;
  used_ -= newest.size() - used;
}

std::string_view Arena::copy(std::string_view text) {
  if (text.empty()) return {};
  char* const out = allocate_bytes(text.size(), 1);
  std::memcpy(out, text.data(), text.size());
  copied_ += text.size();
  return {out, text.size()};
}

void Arena::reset() {
  std::size_t kept = 0;
  std::erase_if(blocks_, [&kept](const Block& block) {
    if (kept + block.size > kKeptBytes) return true;
    kept += block.size;
    return false;
  });
  block_ = 0;
  next_ = blocks_.empty() ? nullptr : blocks_[0].bytes.get();
  end_ = blocks_.empty() ? nullptr : next_ + blocks_[0].size;
  used_ = 0;
  copied_ = 0;
}

}  // namespace sluice
