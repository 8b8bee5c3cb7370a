// Memory that lives as long as one message and is given back all at once.
//
//   Arena arena;
//   std::span<char> out = arena.take(decoded_size);   // no free; gone at reset()
//   arena.reset();                                     // keeps its first blocks for the next
//   message
//
// Also a std::pmr::memory_resource, so pmr containers can live in it (their frees do nothing).
//
// Borrows:  everything handed out dies at reset() or with the arena.
// Bounds:   none of its own: callers bound what they ask for by base/limits.h. After reset() at
//           most kKeptBytes stay allocated, so one huge message does not pin its memory.
// Threads:  one at a time.
// Tests:    tests/base/arena_test.cc

#pragma once

#include <cstddef>
#include <memory>
#include <memory_resource>
#include <span>
#include <string_view>
#include <vector>

namespace sluice {

class Arena final : public std::pmr::memory_resource {
 public:
  static constexpr std::size_t kBlockBytes = 64U << 10U;
  static constexpr std::size_t kKeptBytes = 4U << 20U;

  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena() override = default;

  // `bytes` of uninitialised memory.
  std::span<char> take(std::size_t bytes) { return {allocate_bytes(bytes, 1), bytes}; }

  // Gives back the tail of the newest take(): only the first `used` bytes stay taken.
  // Does nothing if something else was taken since.
  void trim(std::span<char> newest, std::size_t used);

  // A copy of `text` that lives in the arena. Counted in copied().
  std::string_view copy(std::string_view text);

  // Forgets everything handed out.
  void reset();

  [[nodiscard]] std::size_t used() const { return used_; }  // bytes handed out since reset()

  [[nodiscard]] std::size_t copied() const { return copied_; }  // of these, through copy()

  [[nodiscard]] std::size_t high_water() const { return high_water_; }  // largest used() ever

 private:
  struct Block {
    std::unique_ptr<char[]> bytes;
    std::size_t size = 0;
  };

  char* allocate_bytes(std::size_t bytes, std::size_t alignment);
  void next_block(std::size_t bytes);

  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    return allocate_bytes(bytes, alignment);
  }

  void do_deallocate(void* /*p*/, std::size_t /*bytes*/, std::size_t /*alignment*/) override {}

  [[nodiscard]] bool do_is_equal(const memory_resource& other) const noexcept override {
    return this == &other;
  }

  std::vector<Block> blocks_;
  std::size_t block_ = 0;  // blocks_[block_] is being filled; == size() when none is
  char* next_ = nullptr;
  char* end_ = nullptr;
  std::size_t used_ = 0;
  std::size_t copied_ = 0;
  std::size_t high_water_ = 0;
};

}  // namespace sluice
