// Where the rule pack is that comes with the program.

#pragma once

#include <string>

namespace sluice::service {

// $SLUICE_RULES if set, the installed pack if there is one, else the pack of the source tree.
std::string default_rules_path();

}  // namespace sluice::service
