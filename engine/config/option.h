// One row of the option table: where a value goes and what it may be. Internal to engine/config.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "engine/config/config.h"

namespace sluice::config {

// Scores are written with a decimal point and kept in thousandths.
struct Thousandths {
  int32_t* value;
};

using Target = std::variant<int64_t*, uint32_t*, bool*, Thousandths, std::string*,
                            std::vector<std::string>*, std::map<std::string, std::string>*>;

struct Option {
  const char* key;
  std::function<Target(Config&)> target;
  int64_t min = 0;
  int64_t max = 0;                        // min == max: not a number, or any
  std::vector<std::string> choices = {};  // empty: any text
  const char* meaning;
};

const std::vector<Option>& options();

}  // namespace sluice::config
