#include "rules/engine_choice.h"

#include <hs/hs.h>

namespace sluice::rules {
namespace {

unsigned flags_for(const RegexText& regex, UnitShape units) {
  // Matching on bytes: HS_FLAG_UTF8 is undefined on text that is not valid UTF-8, and rules are
  // written for bytes.
  unsigned flags = HS_FLAG_ALLOWEMPTY;
  if (regex.caseless) flags |= HS_FLAG_CASELESS;
  if (regex.dotall) flags |= HS_FLAG_DOTALL;
  if (regex.multiline || units != UnitShape::kWhole) flags |= HS_FLAG_MULTILINE;
  return flags;
}

// Whether a match of the whole block is always one inside a unit, with the same anchors.
bool keeps_to_units(const RegexText& regex, const PatternShape& shape, UnitShape units) {
  if (units == UnitShape::kWhole) return true;
  if (shape.newline) return false;
  return !shape.anchors || units != UnitShape::kChunks || regex.multiline;
}

EngineChoice confirmed(const HyperscanPattern& source, const PatternCheck& check) {
  // A pattern that can match nothing would be reported at every byte.
  if (check.min_width == 0) return {};
  return {.engine = Engine::kConfirmed, .source = source};
}

}  // namespace

EngineChoice choose_engine(const RegexText& regex, const PatternShape& shape, UnitShape units,
                           bool counts) {
  const bool joined = units != UnitShape::kWhole;
  if (joined && shape.opaque) return {};
  if (regex.pattern.find('\0') != std::string::npos) return {};  // Hyperscan takes C strings

  HyperscanPattern source{joined ? shape.joined : regex.pattern, flags_for(regex, units)};
  if (regex.extended) source.text.insert(0, "(?x)");
  if (!counts && !shape.exotic && keeps_to_units(regex, shape, units)) {
    HyperscanPattern once{source.text, source.flags | HS_FLAG_SINGLEMATCH};
    if (check_pattern(once).taken) return {.engine = Engine::kHyperscan, .source = std::move(once)};
  }
  const PatternCheck plain = check_pattern(source);
  if (plain.taken) return confirmed(source, plain);
  source.flags |= HS_FLAG_PREFILTER;
  const PatternCheck superset = check_pattern(source);
  return superset.taken ? confirmed(source, superset) : EngineChoice{};
}

}  // namespace sluice::rules
