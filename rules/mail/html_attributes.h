// The attributes of a start tag with references decoded.
//
//   HtmlAttributes attributes(raw, true, arena);
//   attributes.get(HtmlAttribute::kHref)     "http://a.example/?x=1&y=2"; nullopt: there is none
//
// Borrows:  the tag's text and the arena.
// Threads:  one at a time.
// Tests:    tests/rules/mail/html_test.cc

#pragma once

#include <optional>

#include "base/arena.h"
#include "rules/mail/html_entities.h"
#include "rules/mail/html_tokens.h"

namespace sluice::rules {

class HtmlAttributes {
 public:
  HtmlAttributes(HtmlRawAttributes& raw, bool wide, Arena& arena)
      : raw_(raw), arena_(arena), wide_(wide) {}

  [[nodiscard]] bool has(HtmlAttribute attribute) const { return raw_.has(attribute); }

  [[nodiscard]] std::optional<HtmlText> get(HtmlAttribute attribute) const {
    if (!raw_.has(attribute)) return std::nullopt;
    const HtmlRawAttributes::Value& value = raw_.raw(attribute);
    if (value.bare) return HtmlText{.text = value.text, .wide = wide_};
    return decode_references(value.text, wide_, ReferencePlace::kAttribute, arena_);
  }

  // What malformed names as "alt/src" say counts for kHref or kSrc from now on.
  void use_odd(HtmlAttribute attribute) { raw_.use_odd(attribute); }

 private:
  HtmlRawAttributes& raw_;
  Arena& arena_;
  bool wide_;
};

}  // namespace sluice::rules
