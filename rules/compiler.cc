#include "rules/compiler.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>
#include <hs/hs.h>

#include "base/assert.h"
#include "base/hash.h"
#include "rules/choice_cache.h"
#include "rules/engine_choice.h"
#include "rules/evals/uri_detail.h"
#include "rules/language/rule_parser.h"
#include "rules/language/settings.h"
#include "rules/patterns/database_cache.h"
#include "rules/rule_set_parts.h"

namespace sluice::rules {
namespace {

constexpr std::string_view kLanguageVersion = "sluice rules 2\n";  // changes with any answer
constexpr uint32_t kDearWidthMin = 256;  // bytes of a match; wider ones take long to look for
constexpr int64_t kCompileTimeSteps = 1'000'000;  // for what patterns say of fixed texts

Diagnostic about(const RuleText& rule, Severity severity, std::string message,
                 std::string hint = {}) {
  return at_place(severity, rule.regex_place, std::move(message), std::move(hint));
}

// A literal as a pattern, in any letter case.
HyperscanPattern literal_pattern(std::string_view literal) {
  HyperscanPattern out{.flags = HS_FLAG_CASELESS};
  for (const char c : literal) {
    out.text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string id_of(std::span<const RuleFile> files) {
  std::string all(kLanguageVersion);
  for (const RuleFile& file : files) {
    all += fmt::format("{}:", file.text.size());
    all += file.text;
  }
  return digest128(all);
}

class Compiler {
 public:
  Compiler(const RuleTexts& texts, const CompileOptions& options, Diagnostics& diagnostics)
      : texts_(texts), diagnostics_(diagnostics), parts_(std::make_unique<RuleSetParts>()) {
    const std::ptrdiff_t patterns =
        std::count_if(texts.rules.begin(), texts.rules.end(),
                      [](const RuleText& rule) { return rule.has_pattern() && !rule.off; });
    many_ = patterns >= static_cast<std::ptrdiff_t>(options.many_patterns);
    cache_directory_ = options.cache_directory;
    cache_ = open_cache(cache_directory_);
    if (cache_.has_value()) choices_.load(*cache_);
  }

  void open_maps(const std::shared_ptr<MapLibrary>& maps) {
    MapLibrary own;
    parts_->fact_rules.open_maps(texts_.maps, maps == nullptr ? own : *maps, diagnostics_);
  }

  void add_rules() {
    for (RuleIndex i = 0; i < texts_.rules.size(); ++i) add_rule(i, texts_.rules[i]);
    parts_->judge_part.metas = texts_.metas;
    parts_->judge_part.groups = texts_.groups;
    parts_->mail_settings = mail_settings(texts_.settings);
    parts_->eval_settings = make_eval_settings(texts_.settings, diagnostics_);
    order_views();
  }

  void build_databases() {
    for (View& view : parts_->views) {
      view.chains.build();
      build_literals(view);
      build_database(view);
    }
    if (!cache_.has_value()) return;
    warn_unstored(choices_.store(*cache_));
    if (stored_) cache_->trim(limits::kCacheBytesMax);
  }

  std::unique_ptr<RuleSetParts> take() { return std::move(parts_); }

 private:
  void add_rule(RuleIndex index, const RuleText& rule) {
    parts_->rules.push_back({.name = rule.name,
                             .description = rule.description,
                             .kind = rule.kind,
                             .weight = rule.weight,
                             .shadow = rule.shadow,
                             .counted = rule.counted(),
                             .file = rule.place.file,
                             .line = rule.place.line});
    parts_->judge_part.rules.push_back({.name = rule.name,
                                        .weight = rule.weight,
                                        .counted = rule.counted(),
                                        .shadow = rule.shadow,
                                        .program = rule.program,
                                        .action = rule.action,
                                        .group = rule.group});
    if (rule.off) return;
    for (const RuleTest& test : rule.tests) {
      parts_->tests.push_back(test);
      parts_->tested.push_back(index);
    }
    if (rule.kind == RuleKind::kDefect) parts_->defect_rules.push_back({index, rule.defects});
    if (rule.kind == RuleKind::kExists) parts_->exists_rules.push_back({index, rule.selector});
    if (rule.kind == RuleKind::kEval) add_eval(index, rule);
    if (rule.kind == RuleKind::kUriDetail) add_uri_rule(index, rule);
    parts_->fact_rules.add(index, rule, diagnostics_);
    if (rule.has_pattern()) add_pattern(index, rule);
  }

  // Dear views come last: by then more is known of what verdicts depend on.
  void order_views() {
    const auto cheaper = [](const View& a, const View& b) { return rank_of(a) < rank_of(b); };
    std::stable_sort(parts_->views.begin(), parts_->views.end(), cheaper);
    parts_->places.resize(parts_->rules.size());
    for (uint32_t i = 0; i < parts_->views.size(); ++i) {
      View& view = parts_->views[i];
      view.number = PatternPlace::kBeforeViews + 1 + i;
      for (uint32_t k = 0; k < view.patterns.size(); ++k) {
        const ViewPattern& pattern = view.patterns[k];
        parts_->places[pattern.rule] = {
            .view = view.number, .pattern = k, .count_max = pattern.count_max};
      }
    }
  }

  static int rank_of(const View& view) {
    switch (view.key.kind) {
      case RuleKind::kUri:
        return 1;
      case RuleKind::kBody:
        return 2;
      case RuleKind::kRawBody:
        return 3;
      case RuleKind::kFull:
        return 4;
      default:
        return size_of(view.key) == TextSize::kLong ? 5 : 0;
    }
  }

  void add_eval(RuleIndex index, const RuleText& rule) {
    const EvalEntry* const entry = find_eval(rule.eval.name);
    SLUICE_ASSERT(entry != nullptr);  // looked up when the line was read
    parts_->rules[index].inactive = inactive_for(*entry, rule);
    if (parts_->rules[index].inactive != Inactive::kNot) return;
    EvalRule out{.rule = index,
                 .entry = entry,
                 .arguments = rule.eval.arguments,
                 .caller = rule.eval.caller};
    if (entry->prepare != nullptr) {
      std::string fault;
      out.prepared = entry->prepare(out.arguments, fault);
      if (out.prepared == nullptr) {
        return report(diagnostics_, about(rule, Severity::kError, fault));
      }
    }
    parts_->eval_rules.push_back(std::move(out));
  }

  static Inactive inactive_for(const EvalEntry& entry, const RuleText& rule) {
    switch (entry.nature) {
      case EvalNature::kNetwork:
        return Inactive::kNetwork;
      case EvalNature::kLearning:
        return Inactive::kLearning;
      case EvalNature::kForeign:
        return Inactive::kForeign;
      case EvalNature::kLocal:
        break;
    }
    return rule.net ? Inactive::kNetwork : Inactive::kNot;
  }

  void add_uri_rule(RuleIndex index, const RuleText& rule) {
    std::string fault;
    std::optional<UriDetailRule> conditions = UriDetailRule::parse(rule.uri_conditions, fault);
    if (conditions.has_value()) parts_->uri_rules.push_back({index, std::move(*conditions)});
  }

  View& view_for(const RuleText& rule) {
    const ViewKey key = view_of(rule);
    for (View& view : parts_->views) {
      if (view.key == key) return view;
    }
    parts_->views.push_back({.key = key,
                             .remembered = comes_again(key),
                             .name = view_name(key),
                             .shape = shape_of_view(key)});
    return parts_->views.back();
  }

  void add_pattern(RuleIndex index, const RuleText& rule) {
    const auto begun = std::chrono::steady_clock::now();
    View& view = view_for(rule);
    const PatternUse use = use_of(rule, view);
    const std::string key = decision_key(rule.regex, use, rule.if_unset);
    std::optional<Decision> decision = choices_.find(key);
    std::optional<ExactMatcher> matcher;
    if (decision.has_value()) {
      matcher = ExactMatcher::later(rule.regex, rule.multiple);
    } else {
      matcher = compile(rule);
      if (!matcher.has_value()) return;
      decision = decide(rule, use, *matcher);
      remember(key, *decision);
    }
    if (decision->matches_every) warn_matches_every(rule);

    EngineChoice& choice = decision->choice;
    if (rule.negated) view.negated.push_back(static_cast<uint32_t>(view.patterns.size()));
    if (decision->matches_absent != rule.negated) view.hit_if_absent.push_back(index);
    const auto id = static_cast<uint32_t>(view.patterns.size());
    view.patterns.push_back(
        {.rule = index,
         .engine = choice.engine,
         .count_max = rule.multiple && !rule.negated ? rule.maxhits : uint16_t{1},
         .negated = rule.negated,
         .nosubject = rule.nosubject,
         .one_unit = rule.kind == RuleKind::kMimeHeader,
         .deferred = !rule.counted() && !rule.negated && choice.width_max >= kDearWidthMin,
         .width_max = choice.width_max,
         .finds = choice.finds,
         .lead = choice.lead,
         .strings = choice.strings,
         .run = choice.run,
         .matcher = std::move(*matcher),
         .compile_time = std::chrono::steady_clock::now() - begun});
    place(view, id, std::move(choice));
  }

  PatternUse use_of(const RuleText& rule, const View& view) const {
    return {.units = view.shape,
            .counts = rule.multiple || rule.nosubject,
            .many = many_,
            .text = size_of(view.key)};
  }

  std::optional<ExactMatcher> compile(const RuleText& rule) {
    RegexFault fault;
    std::optional<ExactMatcher> out = ExactMatcher::compile(rule.regex, rule.multiple, fault);
    if (out.has_value()) return out;
    Diagnostic wrong = about(rule, Severity::kError, "regular expression: " + fault.message);
    if (!rule.expanded) wrong.column += static_cast<int>(fault.offset);
    report(diagnostics_, std::move(wrong));
    return std::nullopt;
  }

  Decision decide(const RuleText& rule, const PatternUse& use, const ExactMatcher& matcher) {
    const PatternShape shape = shape_of(rule.regex);
    return {.choice = choose_engine(rule.regex, shape, use),
            .matches_every = !shape.anchors && !shape.exotic && matches(matcher, ""),
            .matches_absent = matches(matcher, rule.if_unset)};
  }

  void remember(const std::string& key, const Decision& decision) {
    if (cache_.has_value()) choices_.add(key, decision);
  }

  static TextSize size_of(const ViewKey& key) {
    if (key.kind == RuleKind::kUri) return TextSize::kLink;
    const bool field = key.kind == RuleKind::kHeader && !key.selector.name.starts_with("ALL");
    return field || key.kind == RuleKind::kMimeHeader ? TextSize::kField : TextSize::kLong;
  }

  void place(View& view, uint32_t id, EngineChoice choice) {
    switch (choice.engine) {
      case Engine::kLiterals:
        for (RequiredLiteral& literal : choice.literals) {
          const uint32_t neighbours = neighbours_of(view, literal.neighbours);
          Literal& placed = view.literals[literal_of(view, std::move(literal.text))];
          placed.uses.push_back({.pattern = id, .neighbours = neighbours});
        }
        for (std::vector<std::string>& one_of : choice.also) require(view, std::move(one_of), id);
        return;
      case Engine::kChains:
        if (view.chains.add(choice.chains, id)) return;
        view.patterns[id].engine = Engine::kEveryUnit;
        break;
      case Engine::kRun:
        view.runs.push_back(id);
        return;
      case Engine::kHyperscan:
      case Engine::kConfirmed:
        view.scanned.push_back(id);
        view.sources.push_back(std::move(choice.source));
        return;
      default:
        break;
    }
    run_everywhere(view, id);
  }

  void run_everywhere(View& view, uint32_t id) {
    view.unscanned.push_back(id);
    if (view.patterns[id].engine == Engine::kEveryUnit && size_of(view.key) == TextSize::kLong) {
      warn_unscanned(texts_.rules[view.patterns[id].rule]);
    }
  }

  // The index of a literal, which is added if it is new.
  uint32_t literal_of(View& view, std::string text) {
    std::unordered_map<std::string, uint32_t>& known = literals_[&view - parts_->views.data()];
    const auto [found, is_new] = known.try_emplace(text, view.literals.size());
    if (is_new) {
      view.literal_sources.push_back(literal_pattern(text));
      view.literals.push_back({.text = std::move(text)});
    }
    return found->second;
  }

  static uint32_t neighbours_of(View& view, const Neighbours& neighbours) {
    std::vector<Neighbours>& known = view.neighbours;
    const auto found = std::find(known.begin(), known.end(), neighbours);
    const auto index = static_cast<uint32_t>(found - known.begin());
    if (found == known.end()) known.push_back(neighbours);
    return index;
  }

  void require(View& view, std::vector<std::string> one_of, uint32_t id) {
    std::vector<uint32_t> literals;
    for (std::string& text : one_of) literals.push_back(literal_of(view, std::move(text)));
    view.patterns[id].also.push_back(std::move(literals));
  }

  bool matches(const ExactMatcher& matcher, std::string_view text) {
    work_.refill(kCompileTimeSteps);
    return matcher.find(text, 0, work_).outcome == MatchOutcome::kMatch;
  }

  void warn_matches_every(const RuleText& rule) {
    if (rule.kind == RuleKind::kHeader || rule.kind == RuleKind::kMimeHeader) return;
    report(diagnostics_,
           about(rule, Severity::kWarning, fmt::format("rule '{}' matches every text", rule.name),
                 "something in its pattern should not be optional"));
  }

  void warn_unscanned(const RuleText& rule) {
    report(
        diagnostics_,
        about(rule, Severity::kWarning,
              fmt::format("rule '{}' is slow: its pattern runs on every text by itself", rule.name),
              "let it begin with a few fixed characters"));
  }

  std::optional<DatabaseCache> open_cache(const std::string& directory) {
    if (directory.empty()) return std::nullopt;
    Result<DatabaseCache> cache = DatabaseCache::open(directory);
    if (cache.ok()) return std::move(cache).value();
    report(diagnostics_, {.severity = Severity::kWarning,
                          .file = directory,
                          .message = "no cache of compiled rules: " + cache.error().message});
    return std::nullopt;
  }

  [[nodiscard]] bool load(std::span<const HyperscanPattern> sources, Database& out) const {
    if (!cache_.has_value() || sources.empty()) return false;
    std::optional<Database> cached = cache_->load(sources);
    if (cached.has_value()) out = std::move(*cached);
    return cached.has_value();
  }

  void store(std::span<const HyperscanPattern> sources, const Database& database) {
    if (!cache_.has_value() || database.empty()) return;
    warn_unstored(cache_->store(sources, database));
    stored_ = true;
  }

  void warn_unstored(const Status& stored) {
    if (stored.ok()) return;
    report(diagnostics_, {.severity = Severity::kWarning,
                          .file = cache_directory_,
                          .message = stored.error().message});
  }

  void build_literals(View& view) {
    for (std::size_t i = 0; i < view.literals.size(); ++i) {
      // Where it stands matters to nobody.
      if (view.literals[i].uses.empty()) view.literal_sources[i].flags |= HS_FLAG_SINGLEMATCH;
    }
    if (view.literals.empty() || load(view.literal_sources, view.literal_database)) return;
    std::optional<std::size_t> refused;
    Result<Database> database = Database::compile(view.literal_sources, refused);
    if (!database.ok()) {
      return report(diagnostics_, {.file = view.name, .message = database.error().message});
    }
    view.literal_database = std::move(database).value();
    store(view.literal_sources, view.literal_database);
  }

  void build_database(View& view) {
    if (load(view.sources, view.database)) return;
    compile_database(view);
    store(view.sources, view.database);
  }

  // A pattern that Hyperscan refuses only now runs without it.
  void compile_database(View& view) {
    while (!view.sources.empty()) {
      std::optional<std::size_t> refused;
      Result<Database> database = Database::compile(view.sources, refused);
      if (database.ok()) {
        view.database = std::move(database).value();
        return;
      }
      if (!refused.has_value() || *refused >= view.sources.size()) {
        return report(
            diagnostics_,
            {.severity = Severity::kError, .file = view.name, .message = database.error().message});
      }
      leave_out(view, *refused);
    }
  }

  void leave_out(View& view, std::size_t position) {
    const auto at = static_cast<std::ptrdiff_t>(position);
    const uint32_t pattern = view.scanned[position];
    const RuleText& rule = texts_.rules[view.patterns[pattern].rule];
    view.patterns[pattern].engine = Engine::kEveryUnit;
    view.scanned.erase(view.scanned.begin() + at);
    view.sources.erase(view.sources.begin() + at);
    view.unscanned.push_back(pattern);
    warn_unscanned(rule);
    remember_refusal(rule, view);
  }

  // Or each start would ask Hyperscan again, which compiles all others before it refuses one.
  void remember_refusal(const RuleText& rule, const View& view) {
    const std::string key = decision_key(rule.regex, use_of(rule, view), rule.if_unset);
    std::optional<Decision> decision = choices_.find(key);
    if (!decision.has_value()) return;
    decision->choice = {.width_max = decision->choice.width_max};
    remember(key, *decision);
  }

  const RuleTexts& texts_;
  Diagnostics& diagnostics_;
  std::unique_ptr<RuleSetParts> parts_;
  // Of each view: where its literals are.
  std::unordered_map<std::ptrdiff_t, std::unordered_map<std::string, uint32_t>> literals_;
  std::string cache_directory_;
  std::optional<DatabaseCache> cache_;
  ChoiceCache choices_;
  bool stored_ = false;  // something new is in the cache
  bool many_ = false;
  MatchWork work_;
};

}  // namespace

std::shared_ptr<const RuleSet> compile_rules(std::span<const RuleFile> files,
                                             const CompileOptions& options,
                                             Diagnostics& diagnostics) {
  const RuleTexts texts = parse_rules(files, diagnostics);
  Compiler compiler(texts, options, diagnostics);
  compiler.open_maps(options.maps);
  compiler.add_rules();
  if (!has_errors(diagnostics)) compiler.build_databases();

  std::unique_ptr<RuleSetParts> parts = compiler.take();
  parts->id = id_of(files);
  if (!has_errors(diagnostics)) {
    const Status valid = parts->judge_part.validate();
    if (!valid.ok()) report(diagnostics, {.file = "rules", .message = valid.error().message});
    if (valid.ok()) {
      parts->judge_part.prepare();
      parts->needs = Needs(parts->judge_part);
    }
  }
  sort_by_place(diagnostics);
  if (has_errors(diagnostics)) return nullptr;
  return std::make_shared<const RuleSet>(std::move(parts));
}

}  // namespace sluice::rules
