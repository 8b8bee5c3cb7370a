// Hyperscan, wrapped: compiled databases, the memory a scan needs, and a check that this libhs
// finds what it should.
//
//   check_hyperscan()                        at start: an Error names the pattern it got wrong
//   Database::compile({{"foo+", HS_FLAG_CASELESS}})
//
// Debian's Vectorscan 5.4.9 has the file name of Hyperscan 5.4 and misses matches: a library that
// fails the check must not be used.
//
// Failure:  what Hyperscan refuses to compile is an Error. Literal APIs (hs_compile_lit*) are never
//           used: they are broken in 5.4.0.
// Threads:  a Database is immutable; a HyperscanScratch belongs to one thread.
// Tests:    tests/rules/rule_set_test.cc

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

struct hs_database;
struct hs_scratch;

namespace sluice::rules {

struct HyperscanPattern {
  std::string text = {};
  unsigned flags = 0;  // HS_FLAG_*
};

// Called for each match: the index of the pattern and the offset after its last byte. True stops
// the scan.
using OnMatch = bool (*)(unsigned pattern, std::size_t end, void* context);

enum class HyperscanOutcome : uint8_t { kDone, kStopped, kFailed };

class HyperscanScratch {
 public:
  HyperscanScratch() = default;
  HyperscanScratch(HyperscanScratch&& other) noexcept;
  HyperscanScratch& operator=(HyperscanScratch&& other) noexcept;
  ~HyperscanScratch();

 private:
  friend class Database;
  hs_scratch* scratch_ = nullptr;
};

class Database {
 public:
  // Block mode, for the processor this runs on. `refused` gets the index of the pattern that
  // Hyperscan blames, if it blames one.
  static Result<Database> compile(std::span<const HyperscanPattern> patterns,
                                  std::optional<std::size_t>& refused);

  // REQUIRES: `bytes` are those of serialize(), of this library on this kind of processor: forged
  // bytes can crash the process.
  static Result<Database> deserialize(std::string_view bytes);

  Database() = default;
  Database(Database&& other) noexcept;
  Database& operator=(Database&& other) noexcept;
  ~Database();

  [[nodiscard]] Result<std::string> serialize() const;

  // Makes `scratch` large enough for this database as well.
  [[nodiscard]] Status grow(HyperscanScratch& scratch) const;

  HyperscanOutcome scan(std::string_view text, HyperscanScratch& scratch, OnMatch on_match,
                        void* context) const;

  [[nodiscard]] bool empty() const { return database_ == nullptr; }

  // Bytes of memory; 0 if empty.
  [[nodiscard]] std::size_t size() const;

 private:
  hs_database* database_ = nullptr;
};

// Whether Hyperscan takes a pattern as it is, and how many bytes a match has at least.
struct PatternCheck {
  bool taken = false;
  unsigned min_width = 0;
};

PatternCheck check_pattern(const HyperscanPattern& pattern);

// What compiled databases depend on besides their patterns: library version and processor.
std::string hyperscan_platform();

// Runs patterns with known answers, among them those that broken versions of the library get wrong.
[[nodiscard]] Status check_hyperscan();

}  // namespace sluice::rules
