// Mail that is aimed at a rule set: made of what its patterns look for, in any size.
//
//   const AimedMail aimed(rules);
//   aimed.make({.layout = 3, .rule = 17}, bytes, random)     links full of what rule 17 matches
//   aimed.mix(bytes, random)                                 parts and fields of several at once
//
// Adding a layout is a line in the table of aimed_mail.cc.
//
// Bounds:   a message has the bytes asked for and at most some 10 KiB more.

#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rules/language/rule_text.h"
#include "rules/patterns/regex_tree.h"
#include "tests/rules/pattern_text.h"

namespace sluice::rules::test {

// Gives the next piece of text.
using Piece = std::function<std::string()>;

// Where the pieces stand.
struct Layout {
  std::string_view name;
  std::string (*make)(std::size_t bytes, const Piece& piece);
};

std::span<const Layout> layouts();

class AimedMail {
 public:
  explicit AimedMail(const RuleTexts& rules);

  struct Target {
    std::string name = {};   // of the rule
    std::string field = {};  // that it looks at, if it looks at one
    RegexTree tree = {};
  };

  // Every pattern that can be read.
  [[nodiscard]] const std::vector<Target>& targets() const { return targets_; }

  // Texts of a target, every third of them spoilt; where `same` is set, one text again and again.
  [[nodiscard]] Piece pieces(std::size_t target, bool same, Random& random) const;

  // Of several targets and of plain words, links, markup and odd bytes, some more often than
  // others.
  [[nodiscard]] Piece mixed_pieces(Random& random) const;

  // Fields of all names that rules look at, then parts of any layout.
  [[nodiscard]] std::string mix(std::size_t bytes, Random& random) const;

 private:
  std::vector<Target> targets_;
};

}  // namespace sluice::rules::test
