// Patterns written with tags: `<A>` stands for all that looks like an A.
//
//   replace_tag   A   [a@4]
//   replace_inter W1  [\W_]?
//   body          X   /<inter W1><V><I><A>/i
//   replace_rules X                              /[v]..[\W_]?[i1]..[\W_]?[a@4]/i
//
// `<pre NAME>`, `<inter NAME>` and `<post NAME>` in a pattern put an expression in front of each
// tag, between two that stand side by side, and behind each.
//
// Source:   Mail::SpamAssassin::Plugin::ReplaceTags 4.0.1.
// Failure:  a tag that is not defined stays as written.
// Bounds:   limits::kRulePatternBytesMax; six rounds, as the original.
// Tests:    tests/rules/replace_tags_test.cc

#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "rules/lines/setting.h"
#include "rules/patterns/regex_text.h"

namespace sluice::rules {

class ReplaceTags {
 public:
  // True: the line is one of these.
  bool take(const Setting& setting, Diagnostics& diagnostics);

  [[nodiscard]] bool wants(const std::string& rule) const { return rules_.contains(rule); }

  // The pattern with its tags replaced; nullopt: it would be too long.
  [[nodiscard]] std::optional<std::string> replaced(const RegexText& regex) const;

 private:
  using Names = std::map<std::string, std::string, std::less<>>;

  // One round over all tags of a pattern.
  struct Round {
    std::string text = {};
    bool again = false;  // what was put in has tags itself
  };

  [[nodiscard]] std::string take_modifier(std::string& text, std::string_view kind,
                                          const Names& names) const;
  [[nodiscard]] Round replace_once(std::string text) const;
  [[nodiscard]] std::string around_tags(std::string_view piece, const std::string& before,
                                        const std::string& after) const;
  [[nodiscard]] std::optional<std::string_view> first_tag(std::string_view piece) const;
  bool replace_tag_in(std::string& piece) const;

  Names tags_;
  Names before_;
  Names between_;
  Names after_;
  std::set<std::string> rules_;
  std::string start_ = "<";
  std::string end_ = ">";
};

}  // namespace sluice::rules
