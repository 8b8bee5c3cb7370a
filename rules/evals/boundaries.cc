#include "rules/evals/boundaries.h"

#include <span>

#include "base/text.h"

namespace sluice::rules {

bool BoundarySettings::take(const Setting& setting, Diagnostics& /*diagnostics*/) {
  if (setting.name == "clear_util_rb") {
    tlds_.clear();
    two_level_.clear();
    three_level_.clear();
    return true;
  }
  std::vector<std::string>* names = nullptr;
  if (setting.name == "util_rb_tld") names = &tlds_;
  if (setting.name == "util_rb_2tld") names = &two_level_;
  if (setting.name == "util_rb_3tld") names = &three_level_;
  if (names == nullptr) return false;
  for_each_word(setting.value, [&](std::string_view word) { names->push_back(to_lower(word)); });
  return true;
}

std::string_view BoundarySettings::domain_of(std::string_view name, Arena& arena) const {
  if (name.find("..") == std::string_view::npos) return registry_->domain_of(name);
  const std::span<char> out = arena.take(name.size());
  std::size_t size = 0;
  for (const char c : name) {
    if (c != '.' || size == 0 || out[size - 1] != '.') out[size++] = c;
  }
  return registry_->domain_of({out.data(), size});
}

void BoundarySettings::finish() {
  registry_ = std::make_unique<const Registry>(tlds_, two_level_, three_level_);
}

}  // namespace sluice::rules
