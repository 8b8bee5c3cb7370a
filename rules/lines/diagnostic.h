// What is wrong with a rule text, where, and what to do about it.
//
//   to_string(d)  "rules/a.cf:14:3: error: unknown keyword 'haeder'; did you mean 'header'?"
//
// Bounds:   a compilation keeps at most limits::kDiagnosticsMax; the last one then says so.
// Threads:  plain values.
// Tests:    tests/rules/rule_parser_test.cc

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::rules {

// Where something stands in the files.
struct Place {
  std::string file = {};
  int line = 0;
  int column = 0;

  bool operator==(const Place&) const = default;
};

enum class Severity : uint8_t {
  kError,    // the rule set does not compile
  kWarning,  // it compiles, but probably not to what its author meant
};

struct Diagnostic {
  Severity severity = Severity::kError;
  std::string file = {};
  int line = 0;    // from 1; 0: the file as a whole
  int column = 0;  // from 1, in bytes; 0: the line as a whole
  std::string message = {};
  std::string hint = {};  // what to do, or empty

  bool operator==(const Diagnostic&) const = default;
};

using Diagnostics = std::vector<Diagnostic>;

Diagnostic at_place(Severity severity, const Place& place, std::string message,
                    std::string hint = {});

std::string to_string(const Diagnostic& diagnostic);

bool has_errors(std::span<const Diagnostic> diagnostics);

// Adds `diagnostic` unless the list is full.
void report(Diagnostics& diagnostics, Diagnostic diagnostic);

// By file, then line, then column.
void sort_by_place(Diagnostics& diagnostics);

inline constexpr std::size_t kNoDistanceMax = SIZE_MAX;

// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`, letter case
// ignored; any number above `enough`, if they are more than that. Time is the product of the
// lengths.
std::size_t edit_distance(std::string_view a, std::string_view b,
                          std::size_t enough = kNoDistanceMax);

// "did you mean 'header'?" for the candidate nearest to `word`; empty if none is near.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace sluice::rules
