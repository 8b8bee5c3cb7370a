#include "rules/engine_choice.h"

#include <optional>
#include <utility>

#include <hs/hs.h>

#include "rules/patterns/required_chains.h"
#include "rules/patterns/required_literals.h"

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
  return !shape.anchors || units != UnitShape::kPieces || regex.multiline;
}

// A pattern that can match nothing would be reported at every byte.
EngineChoice confirmed(const HyperscanPattern& source, const PatternCheck& check) {
  if (check.min_width == 0) return {};
  return {.engine = Engine::kConfirmed, .source = source};
}

EngineChoice with_hyperscan(const RegexText& regex, const PatternShape& shape,
                            const PatternUse& use) {
  const bool joined = use.units != UnitShape::kWhole;
  if (joined && shape.opaque) return {};
  if (regex.pattern.find('\0') != std::string::npos) return {};  // Hyperscan takes C strings

  HyperscanPattern source{joined ? shape.joined : regex.pattern, flags_for(regex, use.units)};
  if (regex.extended) source.text.insert(0, "(?x)");
  if (!use.counts && !shape.exotic && keeps_to_units(regex, shape, use.units)) {
    HyperscanPattern once{source.text, source.flags | HS_FLAG_SINGLEMATCH};
    if (check_pattern(once).taken) return {.engine = Engine::kHyperscan, .source = std::move(once)};
  }
  const PatternCheck plain = check_pattern(source);
  if (plain.taken) return confirmed(source, plain);
  source.flags |= HS_FLAG_PREFILTER;
  const PatternCheck superset = check_pattern(source);
  return superset.taken ? confirmed(source, superset) : EngineChoice{};
}

constexpr std::size_t kHyperscanPatternBytesMax = 2'000;  // larger ones take it minutes
constexpr uint32_t kShortWidth = 2;  // bytes of a match that Hyperscan finds nearly everywhere
constexpr double kLiteralFrequencyMax = 1.6e-2;  // per byte: beyond, it is found too often

}  // namespace

EngineChoice choose_engine(const RegexText& regex, const PatternShape& shape,
                           const PatternUse& use) {
  const std::optional<RegexTree> tree = parse_regex(regex);
  if (!tree.has_value()) return with_hyperscan(regex, shape, use);
  const RegexNode& root = tree->node(tree->root);
  const auto with_strings = [&root](ShortStrings strings) {
    return EngineChoice{
        .engine = Engine::kBytes, .width_max = root.width_max, .strings = std::move(strings)};
  };
  if (use.many && root.kind == RegexNode::Kind::kSet && tree->exact) {
    return with_strings({tree->sets[root.set], {}});
  }
  const bool compiles_well = regex.pattern.size() <= kHyperscanPatternBytesMax;
  if (!use.many && compiles_well) return with_hyperscan(regex, shape, use);
  RequiredLiterals required = required_literals(*tree);
  const auto with_literals = [&required, &root] {
    return EngineChoice{.engine = Engine::kLiterals,
                        .width_max = root.width_max,
                        .literals = std::move(required.literals),
                        .finds = required.finds,
                        .lead = required.lead,
                        .also = std::move(required.also)};
  };
  const bool has_literals = !required.literals.empty();
  if (has_literals && required.frequency <= kLiteralFrequencyMax) return with_literals();
  if (std::optional<ShortStrings> strings = ShortStrings::of(*tree)) {
    return with_strings(std::move(*strings));
  }
  if (use.text == TextSize::kField) return {.width_max = root.width_max};
  if (const std::optional<ByteRun> run = required_run(*tree)) {
    return {.engine = Engine::kRun, .width_max = root.width_max, .run = *run};
  }
  RequiredChains chained = required_chains(*tree);
  if (!chained.chains.empty()) {
    return {.engine = Engine::kChains,
            .width_max = root.width_max,
            .lead = chained.lead,
            .chains = std::move(chained.chains)};
  }
  if (use.text == TextSize::kLink) return {.width_max = root.width_max};
  if (root.width_min <= kShortWidth && begins_text(*tree, tree->root)) {
    return {.engine = Engine::kUnitBegin, .width_max = root.width_max};
  }
  EngineChoice choice = compiles_well ? with_hyperscan(regex, shape, use) : EngineChoice{};
  if (choice.engine == Engine::kEveryUnit && has_literals) return with_literals();
  choice.width_max = root.width_max;
  return choice;
}

}  // namespace sluice::rules
