#include "ingest/mime/defects.h"

#include <array>

namespace sluice::mime {
namespace {

struct Row {
  std::string_view name;
  std::string_view meaning;
};

constexpr std::array<Row, kDefectCount> kRows = {{
#define SLUICE_DEFECT_ROW(enumerator, name, meaning) {name, meaning},
    SLUICE_DEFECTS(SLUICE_DEFECT_ROW)
#undef SLUICE_DEFECT_ROW
}};

}  // namespace

std::string_view defect_name(Defect defect) {
  return kRows[static_cast<std::size_t>(defect)].name;
}

std::string_view defect_meaning(Defect defect) {
  return kRows[static_cast<std::size_t>(defect)].meaning;
}

std::optional<Defect> defect_by_name(std::string_view name) {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (kRows[i].name == name) return static_cast<Defect>(i);
  }
  return std::nullopt;
}

bool cut_short(const DefectSet& defects) {
  static const DefectSet kCuts = [] {
    DefectSet cuts;
    for (std::size_t i = 0; i < kRows.size(); ++i) {
      if (kRows[i].name.starts_with("limit_")) cuts.add(static_cast<Defect>(i));
    }
    return cuts;
  }();
  return defects.any_of(kCuts);
}

}  // namespace sluice::mime
