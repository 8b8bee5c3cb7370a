// What the compiler decided on patterns, kept beside the compiled databases, so that a restart need
// not think about each of thousands of patterns again.
//
//   ChoiceCache choices;
//   choices.load(cache);
//   choices.find(key)             nullopt: decide, then choices.add(key, decision)
//   choices.store(cache)          only if something was added
//
// The key of a pattern is what its decision depends on: its text, its flags, where it is looked
// for. All decisions lie in one file, which fits the very program that wrote it, its libraries and
// this processor; what does not verify or cannot be read is decided again.
//
// Failure:  load() leaves what it cannot trust; store() gives an Error for a warning.
// Bounds:   limits::kCachedChoicesBytesMax; a file that would be larger keeps what was asked for.
// Threads:  one. Processes may share a folder: the file of the last one stays.
// Tests:    tests/rules/choice_cache_test.cc

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "rules/engine_choice.h"
#include "rules/patterns/database_cache.h"
#include "rules/patterns/regex_text.h"

namespace sluice::rules {

// On a pattern that PCRE2 has taken.
struct Decision {
  EngineChoice choice = {};
  bool matches_every = false;   // an empty match, whatever stands around it
  bool matches_absent = false;  // it matches what stands for a missing field
};

std::string decision_key(const RegexText& regex, const PatternUse& use, std::string_view if_unset);

// decode() gives nullopt for bytes that encode() cannot have made.
std::string encode(const Decision& decision);
std::optional<Decision> decode(std::string_view bytes);

class ChoiceCache {
 public:
  // For whom the file is; other programs' files are not read.
  explicit ChoiceCache(std::string program = this_program()) : program_(std::move(program)) {}

  void load(const DatabaseCache& cache);

  std::optional<Decision> find(const std::string& key);

  void add(const std::string& key, const Decision& decision);

  [[nodiscard]] Status store(const DatabaseCache& cache) const;

  // Code, libraries, processor; empty if that is not known.
  static std::string this_program();

 private:
  struct Entry {
    std::string bytes = {};  // encoded
    bool asked = false;
  };

  [[nodiscard]] std::string file_of(bool asked_only) const;

  std::string program_;
  std::unordered_map<std::string, Entry> entries_ = {};
  bool changed_ = false;
};

}  // namespace sluice::rules
