// The registry of domains as rule files set it, for eval functions.
//
//   context.settings.boundaries.registry().domain_of("www.shop.example")
//
// Tests:    tests/rules/mail/registry_test.cc

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "rules/evals/family.h"
#include "rules/mail/registry.h"

namespace sluice::rules {

class BoundarySettings {
 public:
  bool take(const Setting& setting, Diagnostics& diagnostics);
  void finish();

  // REQUIRES: finish() was called.
  [[nodiscard]] const Registry& registry() const { return *registry_; }

  // What was registered of any text: two dots in a row are one.
  [[nodiscard]] std::string_view domain_of(std::string_view name, Arena& arena) const;

 private:
  std::vector<std::string> tlds_;
  std::vector<std::string> two_level_;
  std::vector<std::string> three_level_;
  std::unique_ptr<const Registry> registry_;
};

}  // namespace sluice::rules
