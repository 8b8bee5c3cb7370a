#include "rules/patterns/hyperscan.h"

#include <array>
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <hs/hs.h>

#include "base/assert.h"

namespace sluice::rules {
namespace {

struct Call {
  OnMatch on_match;
  void* context;
};

int forward(unsigned id, unsigned long long /*from*/, unsigned long long to, unsigned /*flags*/,
            void* call) {
  const Call* const target = static_cast<const Call*>(call);
  return target->on_match(id, static_cast<std::size_t>(to), target->context) ? 1 : 0;
}

struct FreeError {
  void operator()(hs_compile_error_t* error) const { hs_free_compile_error(error); }
};

using CompileError = std::unique_ptr<hs_compile_error_t, FreeError>;

Error hyperscan_error(std::string_view what, hs_error_t code) {
  return {ErrorCode::kUnavailable, fmt::format("hyperscan: {}: error {}", what, code)};
}

struct KnownAnswer {
  const char* pattern;
  unsigned flags;
  std::string_view text;
  std::size_t end;  // of a match that there is; 0: there must be none
};

constexpr unsigned kPlain = HS_FLAG_ALLOWEMPTY;

// The first rows are patterns that Vectorscan 5.4.9 gets wrong on some processors.
constexpr std::array<KnownAnswer, 12> kKnownAnswers = {{
    {"0x", HS_FLAG_CASELESS,
     "a long enough text of more than sixty-four bytes, so that wide loops run | 0x", 77},
    {"curl.*\\|\\s*python", HS_FLAG_DOTALL, "curl http://host.example/a.py | python -", 38},
    {"curl.*\\|\\s*python", 0, "curl http://host.example/a.py | python -", 38},
    {"\\bfree\\b.{0,20}\\bmoney\\b", HS_FLAG_CASELESS, "get FREE and easy Money", 23},
    {"\\bfree\\b.{0,20}\\bmoney\\b", HS_FLAG_CASELESS, "get freedom and money", 0},
    {"^foo$", HS_FLAG_MULTILINE, "bar\nfoo\nbar", 7},
    {"^foo$", 0, "bar\nfoo\nbar", 0},
    {"foo$", 0, "barfoo\n", 6},
    {"[^\\x00-\\x7f]{3}", 0, "abc\xe2\x82\xac", 6},
    {"(?:ab|cd){2,3}e", 0, "xxabcdabe", 9},
    {"a[bc]*d", HS_FLAG_SINGLEMATCH, "zzabcbcbcd", 10},
    {"\\w+@\\w+\\.example", 0, "to: someone@host.example", 24},
}};

struct Seen {
  std::array<std::vector<std::size_t>, kKnownAnswers.size()> ends;
};

bool remember(unsigned pattern, std::size_t end, void* seen) {
  static_cast<Seen*>(seen)->ends[pattern].push_back(end);
  return false;
}

bool has_answer(const KnownAnswer& known, const std::vector<std::size_t>& ends) {
  if (known.end == 0) return ends.empty();
  for (const std::size_t end : ends) {
    if (end == known.end) return true;
  }
  return false;
}

// All patterns in one database, as rule sets have them, on the text of one of them.
Status check_row(const Database& database, HyperscanScratch& scratch, std::size_t row) {
  Seen seen;
  const KnownAnswer& known = kKnownAnswers[row];
  const HyperscanOutcome outcome = database.scan(known.text, scratch, remember, &seen);
  if (outcome == HyperscanOutcome::kDone && has_answer(known, seen.ends[row])) return {};
  return Error{ErrorCode::kUnavailable,
               fmt::format("hyperscan {}: wrong answer for /{}/; this library must not be used",
                           hs_version(), known.pattern)};
}

}  // namespace

HyperscanScratch::HyperscanScratch(HyperscanScratch&& other) noexcept
    : scratch_(std::exchange(other.scratch_, nullptr)) {}

HyperscanScratch& HyperscanScratch::operator=(HyperscanScratch&& other) noexcept {
  std::swap(scratch_, other.scratch_);
  return *this;
}

HyperscanScratch::~HyperscanScratch() {
  if (scratch_ != nullptr) SLUICE_ASSERT(hs_free_scratch(scratch_) == HS_SUCCESS);
}

Result<Database> Database::compile(std::span<const HyperscanPattern> patterns,
                                   std::optional<std::size_t>& refused) {
  std::vector<const char*> texts;
  std::vector<unsigned> flags;
  std::vector<unsigned> ids;
  for (const HyperscanPattern& pattern : patterns) {
    ids.push_back(static_cast<unsigned>(texts.size()));
    texts.push_back(pattern.text.c_str());
    flags.push_back(pattern.flags);
  }
  Database out;
  hs_compile_error_t* raw_error = nullptr;
  const hs_error_t code =
      hs_compile_multi(texts.data(), flags.data(), ids.data(), static_cast<unsigned>(texts.size()),
                       HS_MODE_BLOCK, nullptr, &out.database_, &raw_error);
  const CompileError error(raw_error);
  refused.reset();
  if (code == HS_SUCCESS) return out;
  if (error == nullptr) return hyperscan_error("compile", code);
  if (error->expression >= 0) refused = static_cast<std::size_t>(error->expression);
  return Error{ErrorCode::kInvalid, fmt::format("hyperscan: {}", error->message)};
}

Result<Database> Database::deserialize(std::string_view bytes) {
  Database out;
  const hs_error_t code = hs_deserialize_database(bytes.data(), bytes.size(), &out.database_);
  if (code != HS_SUCCESS) return hyperscan_error("deserialize", code);
  return out;
}

Database::Database(Database&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)) {}

Database& Database::operator=(Database&& other) noexcept {
  std::swap(database_, other.database_);
  return *this;
}

Database::~Database() {
  if (database_ != nullptr) SLUICE_ASSERT(hs_free_database(database_) == HS_SUCCESS);
}

Result<std::string> Database::serialize() const {
  char* bytes = nullptr;
  std::size_t size = 0;
  const hs_error_t code = hs_serialize_database(database_, &bytes, &size);
  if (code != HS_SUCCESS) return hyperscan_error("serialize", code);
  std::string out(bytes, size);
  std::free(bytes);  // Hyperscan's default allocator is malloc
  return out;
}

std::size_t Database::size() const {
  std::size_t bytes = 0;
  if (!empty() && hs_database_size(database_, &bytes) != HS_SUCCESS) return 0;
  return bytes;
}

Status Database::grow(HyperscanScratch& scratch) const {
  const hs_error_t code = hs_alloc_scratch(database_, &scratch.scratch_);
  if (code != HS_SUCCESS) return hyperscan_error("scratch", code);
  return {};
}

HyperscanOutcome Database::scan(std::string_view text, HyperscanScratch& scratch, OnMatch on_match,
                                void* context) const {
  if (text.size() > UINT32_MAX) return HyperscanOutcome::kFailed;
  Call call{on_match, context};
  const char* const bytes = text.data() != nullptr ? text.data() : "";
  const hs_error_t code = hs_scan(database_, bytes, static_cast<unsigned>(text.size()), 0,
                                  scratch.scratch_, forward, &call);
  if (code == HS_SUCCESS) return HyperscanOutcome::kDone;
  return code == HS_SCAN_TERMINATED ? HyperscanOutcome::kStopped : HyperscanOutcome::kFailed;
}

PatternCheck check_pattern(const HyperscanPattern& pattern) {
  hs_expr_info_t* raw_info = nullptr;
  hs_compile_error_t* raw_error = nullptr;
  const hs_error_t code =
      hs_expression_info(pattern.text.c_str(), pattern.flags, &raw_info, &raw_error);
  const CompileError error(raw_error);
  if (code != HS_SUCCESS || raw_info == nullptr) return {};
  const PatternCheck out{.taken = true, .min_width = raw_info->min_width};
  std::free(raw_info);
  return out;
}

std::string hyperscan_platform() {
  hs_platform_info_t platform{};
  if (hs_populate_platform(&platform) != HS_SUCCESS) return {};
  return fmt::format("{}/{}/{}", hs_version(), platform.tune, platform.cpu_features);
}

Status check_hyperscan() {
  if (hs_valid_platform() != HS_SUCCESS) {
    return Error{ErrorCode::kUnavailable, "hyperscan: this processor lacks SSSE3"};
  }
  std::vector<HyperscanPattern> patterns;
  for (const KnownAnswer& known : kKnownAnswers) {
    patterns.push_back({known.pattern, known.flags | kPlain});
  }
  std::optional<std::size_t> refused;
  const Result<Database> database = Database::compile(patterns, refused);
  if (!database.ok()) return database.error();
  HyperscanScratch scratch;
  const Status grown = database.value().grow(scratch);
  if (!grown.ok()) return grown.error();
  for (std::size_t row = 0; row < kKnownAnswers.size(); ++row) {
    const Status checked = check_row(database.value(), scratch, row);
    if (!checked.ok()) return checked.error();
  }
  return {};
}

}  // namespace sluice::rules
