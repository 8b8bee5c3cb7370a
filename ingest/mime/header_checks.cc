#include "ingest/mime/header_checks.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "base/text.h"
#include "ingest/mime/address.h"

namespace sluice::mime {
namespace {

struct FieldRule {
  std::string_view name;
  bool addresses = false;  // the value is an address list
  Defect repeated = Defect::kRepeatedField;
};

// The fields that may stand once (RFC 5322 section 3.6).
constexpr std::array kFieldRules = {
    FieldRule{.name = "From", .addresses = true, .repeated = Defect::kMultipleFrom},
    FieldRule{.name = "Sender", .addresses = true},
    FieldRule{.name = "Reply-To", .addresses = true},
    FieldRule{.name = "To", .addresses = true},
    FieldRule{.name = "Cc", .addresses = true},
    FieldRule{.name = "Bcc", .addresses = true},
    FieldRule{.name = "Date"},
    FieldRule{.name = "Message-ID"},
    FieldRule{.name = "In-Reply-To"},
    FieldRule{.name = "References"},
    FieldRule{.name = "Subject"},
};

std::size_t rule_of(std::string_view name) {
  std::size_t i = 0;
  while (i < kFieldRules.size() && !iequals(kFieldRules[i].name, name)) ++i;
  return i;
}

bool is_missing(const HeaderList& header, std::string_view name) {
  return std::none_of(header.fields.begin(), header.fields.end(),
                      [name](const HeaderField& field) { return iequals(field.name, name); });
}

}  // namespace

void check_headers(const HeaderList& header, Arena& arena, DefectSet& defects) {
  std::array<bool, kFieldRules.size()> seen{};
  for (const HeaderField& field : header.fields) {
    const std::size_t i = rule_of(field.name);
    if (i == kFieldRules.size()) continue;
    if (seen[i]) defects.add(kFieldRules[i].repeated);
    seen[i] = true;
    if (kFieldRules[i].addresses) read_addresses(field.value, arena, defects);
  }
  if (is_missing(header, "From")) defects.add(Defect::kMissingFrom);
  if (is_missing(header, "Date")) defects.add(Defect::kMissingDate);
}

}  // namespace sluice::mime
