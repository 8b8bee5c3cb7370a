#include "rules/facts/fact_field.h"

namespace sluice::rules {

std::string_view fact_family_name(FactFamily family) {
  switch (family) {
    case FactFamily::kEnvelope:
      return "envelope";
    case FactFamily::kStructure:
      return "structure";
    case FactFamily::kAuth:
      return "auth";
  }
  return {};
}

std::span<const FactField> fact_fields(FactFamily family) {
  switch (family) {
    case FactFamily::kEnvelope:
      return envelope_fields();
    case FactFamily::kStructure:
      return structure_fields();
    case FactFamily::kAuth:
      return auth_fields();
  }
  return {};
}

const FactField* find_fact_field(FactFamily family, std::string_view name) {
  for (const FactField& field : fact_fields(family)) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

}  // namespace sluice::rules
