// The texts of a message that `lookup` rules look up in maps, a table.
//
//   find_lookup_text("uri:host")->type      LookupType::kHost
//   find_lookup_text("From:addr")           the addresses of a header field
//   read_lookup_texts(text, source, out)    {"evil.example", "www.shop.example"}
//
// Adding one = a row in lookup_text.cc and its function.
//
// Bounds:   time linear in the message, but for sorting what was found.
// Tests:    tests/rules/facts/lookup_text_test.cc

#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "rules/facts/facts.h"
#include "rules/maps/map_kind.h"

namespace sluice::rules {

struct LookupTextInfo {
  std::string_view name = {};
  LookupType type = LookupType::kHost;
  void (*read)(const FactSource& source, FactTexts& out) = nullptr;
  std::string_view meaning = {};  // Markdown
  bool of_texts = false;          // asks for more than mime::Extent::kStructure
};

// Without those of header fields.
std::span<const LookupTextInfo> lookup_texts();

struct LookupText {
  std::string name = {};                 // as the rule writes it
  const LookupTextInfo* info = nullptr;  // nullptr: of a header field
  std::string field = {};                // as Mail::get() takes it: "from", "ToCc"
  std::string form = {};                 // likewise: ":addr"
  LookupType type = LookupType::kHost;

  bool operator==(const LookupText&) const = default;
};

// nullopt: there is no such text.
std::optional<LookupText> find_lookup_text(std::string_view name);

// Replaces `out`: each text once, in order.
void read_lookup_texts(const LookupText& text, const FactSource& source, FactTexts& out);

}  // namespace sluice::rules
