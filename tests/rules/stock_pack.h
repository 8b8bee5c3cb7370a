// The rule pack of this checkout, for tests.

#pragma once

#include <vector>

#include "rules/language/rule_file.h"

namespace sluice::test {

std::vector<rules::RuleFile> stock_pack();

}  // namespace sluice::test
