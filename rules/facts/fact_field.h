// The fields that `envelope`, `structure` and `auth` rules compare, three tables.
//
//   find_fact_field(FactFamily::kStructure, "attachments")->number(request)      2
//   find_fact_field(FactFamily::kEnvelope, "origin")->words                      {"smtp", "api",
//   ...}
//
// A field is a number, or texts: none, one or several. A condition on texts holds if one of them
// meets it, with `!=` and `!~` if none does; of what is not known no condition holds.
//
// Adding one = a row in envelope_fields.cc, structure_fields.cc or auth_fields.cc, and its
// function.
//
// Bounds:   each function's time is linear in the message and the envelope, but for sorting.
// Tests:    tests/rules/facts/fact_field_test.cc

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "rules/facts/facts.h"

namespace sluice::rules {

enum class FactFamily : uint8_t { kEnvelope, kStructure, kAuth };

// "envelope": the keyword of the family.
std::string_view fact_family_name(FactFamily family);

struct FactRequest {
  const FactSource& source;
  std::string_view argument = {};  // what follows the colon of a field that takes a name
};

struct FactField {
  std::string_view name = {};
  // One of these.
  std::optional<int64_t> (*number)(const FactRequest& request) = nullptr;
  void (*texts)(const FactRequest& request, FactTexts& out) = nullptr;
  std::string_view meaning = {};                 // Markdown
  std::span<const std::string_view> words = {};  // all the texts there can be; empty: any
  bool named = false;                            // written with a name: attribute:NAME
  bool may_be_number = false;                    // texts may be compared as numbers as well
  bool of_texts = false;                         // asks for more than mime::Extent::kStructure
};

std::span<const FactField> envelope_fields();
std::span<const FactField> structure_fields();
std::span<const FactField> auth_fields();

std::span<const FactField> fact_fields(FactFamily family);

// nullptr: there is none.
const FactField* find_fact_field(FactFamily family, std::string_view name);

}  // namespace sluice::rules
