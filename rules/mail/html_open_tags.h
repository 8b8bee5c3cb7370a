// Counts the tags of an HTML part: how many, how many kinds, how many stay open.
//
//   HtmlOpenTags tags(facts, arena);
//   tags.open(HtmlTag::kTd, "td");     tags.close(HtmlTag::kTd, "td");
//
// Source:   html_tag() of Mail::SpamAssassin::HTML 4.0.1.
// Borrows:  the names, and the arena.
// Threads:  one at a time.
// Tests:    tests/rules/mail/html_test.cc

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/arena.h"
#include "rules/mail/html_facts.h"
#include "rules/mail/html_tags.h"
#include "rules/mail/uris.h"

namespace sluice::rules {

class HtmlOpenTags {
 public:
  HtmlOpenTags(HtmlFacts& facts, Arena& arena);

  // `name` in lower case; `element`: it counts as valid.
  void open(HtmlTag tag, std::string_view name, bool element);
  void close(HtmlTag tag, std::string_view name, bool element);
  void note_doctype();

  [[nodiscard]] bool is_open(HtmlTag tag) const {
    const uint32_t place = places_[static_cast<std::size_t>(tag)];
    return place > 0 && facts_.inside[place - 1].second > 0;
  }

  void put_ratios(uint32_t cut_words) const;

 private:
  int& count(HtmlTag tag, std::string_view name, bool element);

  HtmlFacts& facts_;
  std::array<uint32_t, kHtmlTags> places_{};  // in facts_.inside, from 1 on; 0: not seen
  TextIndex unknown_;                         // names of kUnknown
  uint32_t tags_ = 0;
  uint32_t elements_ = 0;
  uint32_t kinds_ = 0;          // tags the first time they occur
  uint32_t element_kinds_ = 0;  // of elements
  uint32_t closed_extra_ = 0;
};

}  // namespace sluice::rules
