#include "engine/service/default_rules.h"

#include <cstdlib>
#include <filesystem>

namespace sluice::service {

std::string default_rules_path() {
  if (const char* set = std::getenv("SLUICE_RULES"); set != nullptr && set[0] != '\0') return set;
  std::error_code ignored;
  if (std::filesystem::exists(SLUICE_INSTALLED_RULES, ignored)) return SLUICE_INSTALLED_RULES;
  return SLUICE_SOURCE_RULES;
}

}  // namespace sluice::service
