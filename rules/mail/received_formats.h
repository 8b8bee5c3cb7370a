// The forms of Received fields: a table, in the order they are tried.
//
// Adding one = a row and a case in its test.
//
// Source:   Mail::SpamAssassin::Message::Metadata::Received of 4.0.1; rows that a row above them
//           hides are left out.
// Tests:    tests/rules/mail/received_test.cc

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "rules/mail/line_pattern.h"
#include "rules/mail/received_line.h"

namespace sluice::rules {

// What is known of a field so far.
struct ReceivedFacts {
  std::string_view ip = {};
  std::string_view rdns = {};
  std::string_view helo = {};
  std::string_view by = {};
  std::string_view id = {};
  std::string_view ident = {};
  std::string_view auth = {};
  std::optional<std::string_view> env_from = {};
  bool looked_up = false;  // the server looks names up: none is there where none is told
};

// Which pairs of bytes a line has, letter case ignored: most texts that are sought in it are not
// there, which a look at a few pairs tells.
class BytePairs {
 public:
  explicit BytePairs(std::string_view line);

  [[nodiscard]] bool may_have(std::string_view needle) const;

 private:
  static constexpr std::size_t kBits = 4'096;

  std::array<uint64_t, kBits / 64> bits_ = {};
};

// A field, or what is left of it behind "from ".
struct ReceivedText {
  std::string_view text;
  const BytePairs& pairs;

  [[nodiscard]] bool has(std::string_view needle) const;
};

struct ReceivedFormat {
  // What there is to do beyond taking the groups. False: the form does not fit after all.
  using More = bool (*)(const ReceivedText& line, LineMatcher& matcher, ReceivedFacts& facts);

  using OnlyIf = bool (*)(const ReceivedText& line, LineMatcher& matcher);

  enum class LookedUp : uint8_t { kAsBefore, kYes, kNo };

  std::string_view needs = {};  // only lines with this text are tried; empty: all
  LinePattern pattern;
  // What each group is: i IP, r rdns, h helo, b by, d ident, n id; x rdns and helo; - nothing.
  // D is ident with its "@", and empty where the group takes no part; H helo likewise.
  std::string_view groups = {};
  LookedUp looked_up = LookedUp::kAsBefore;
  More more = nullptr;
  OnlyIf only_if = nullptr;
  ReceivedOutcome outcome = ReceivedOutcome::kRelay;
};

// Forms of one software: where its mark is found, those of later families are not tried.
struct ReceivedFamily {
  std::string_view needs = {};
  std::optional<LinePattern> mark = {};  // besides
  std::vector<ReceivedFormat> formats;
};

// All are for what follows "from ", "FROM " or "(from ".
struct ReceivedFormats {
  std::vector<ReceivedFormat> webmail;      // first
  std::vector<ReceivedFamily> families;     // then the first family that fits, if one does
  std::vector<ReceivedFormat> general;      // then these
  std::vector<ReceivedFormat> skipped;      // then these
  std::vector<ReceivedFormat> upper;        // after "FROM "
  std::vector<ReceivedFormat> in_brackets;  // after "(from "
};

const ReceivedFormats& received_formats();

// Tries `format`; true: it fits, and `facts` has what it tells.
bool try_format(const ReceivedFormat& format, const ReceivedText& line, LineMatcher& matcher,
                ReceivedFacts& facts);

}  // namespace sluice::rules
