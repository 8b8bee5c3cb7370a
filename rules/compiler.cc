#include "rules/compiler.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/hash.h"
#include "rules/database_cache.h"
#include "rules/engine_choice.h"
#include "rules/rule_parser.h"
#include "rules/rule_set_parts.h"

namespace sluice::rules {
namespace {

constexpr std::string_view kLanguageVersion = "sluice rules 1\n";  // changes with any answer
constexpr int64_t kCompileTimeSteps = 1'000'000;  // for what patterns say of fixed texts

Diagnostic about(const RuleText& rule, Severity severity, std::string message,
                 std::string hint = {}) {
  return {.severity = severity,
          .file = rule.regex_place.file,
          .line = rule.regex_place.line,
          .column = rule.regex_place.column,
          .message = std::move(message),
          .hint = std::move(hint)};
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
  Compiler(const RuleTexts& texts, Diagnostics& diagnostics)
      : texts_(texts), diagnostics_(diagnostics), parts_(std::make_unique<RuleSetParts>()) {}

  void add_rules() {
    for (RuleIndex i = 0; i < texts_.rules.size(); ++i) add_rule(i, texts_.rules[i]);
    parts_->judge_part.metas = texts_.metas;
  }

  void build_databases(const CompileOptions& options) {
    const std::optional<DatabaseCache> cache = open_cache(options.cache_directory);
    for (View& view : parts_->views) build_database(view, cache);
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
                                        .program = rule.program});
    for (const RuleTest& test : rule.tests) {
      parts_->tests.push_back(test);
      parts_->tested.push_back(index);
    }
    if (rule.off) return;
    if (rule.kind == RuleKind::kDefect) parts_->defect_rules.push_back({index, rule.defects});
    if (rule.kind == RuleKind::kExists) parts_->exists_rules.push_back({index, rule.selector});
    if (rule.has_pattern()) add_pattern(index, rule);
  }

  View& view_for(const RuleText& rule) {
    const ViewKey key{.kind = rule.kind, .selector = rule.selector};
    for (View& view : parts_->views) {
      if (view.key == key) return view;
    }
    parts_->views.push_back({.key = key, .name = view_name(key), .shape = shape_of_view(key)});
    return parts_->views.back();
  }

  void add_pattern(RuleIndex index, const RuleText& rule) {
    const PatternShape shape = shape_of(rule.regex);
    RegexFault fault;
    std::optional<ExactMatcher> matcher = ExactMatcher::compile(rule.regex, shape, fault);
    if (!matcher.has_value()) {
      Diagnostic wrong = about(rule, Severity::kError, "regular expression: " + fault.message);
      wrong.column += static_cast<int>(fault.offset);
      return report(diagnostics_, std::move(wrong));
    }
    check_pattern_text(rule, shape, *matcher);

    View& view = view_for(rule);
    EngineChoice choice = choose_engine(rule.regex, shape, view.shape, rule.multiple);
    const auto id = static_cast<uint32_t>(view.patterns.size());
    view.patterns.push_back(
        {.rule = index,
         .engine = choice.engine,
         .count_max = rule.multiple && !rule.negated ? rule.maxhits : uint16_t{1},
         .negated = rule.negated,
         .matches_absent = matches(*matcher, rule.if_unset),
         .matcher = std::move(*matcher)});
    if (choice.engine == Engine::kEveryUnit) {
      view.unscanned.push_back(id);
      warn_unscanned(rule);
    } else {
      view.scanned.push_back(id);
      view.sources.push_back(std::move(choice.source));
    }
  }

  bool matches(const ExactMatcher& matcher, std::string_view text) {
    work_.refill(kCompileTimeSteps);
    return matcher.find(text, 0, work_).outcome == MatchOutcome::kMatch;
  }

  void check_pattern_text(const RuleText& rule, const PatternShape& shape,
                          const ExactMatcher& matcher) {
    if (shape.anchors || shape.exotic || rule.kind == RuleKind::kHeader) return;
    if (!matches(matcher, "")) return;
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

  void build_database(View& view, const std::optional<DatabaseCache>& cache) {
    if (cache.has_value() && !view.sources.empty()) {
      std::optional<Database> cached = cache->load(view.sources);
      if (cached.has_value()) {
        view.database = std::move(*cached);
        return;
      }
    }
    compile_database(view);
    if (!cache.has_value() || view.database.empty()) return;
    const Status stored = cache->store(view.sources, view.database);
    if (stored.ok()) return;
    report(diagnostics_, {.severity = Severity::kWarning,
                          .file = cache->path_of(view.sources),
                          .message = stored.error().message});
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
    view.patterns[pattern].engine = Engine::kEveryUnit;
    view.scanned.erase(view.scanned.begin() + at);
    view.sources.erase(view.sources.begin() + at);
    view.unscanned.push_back(pattern);
    warn_unscanned(texts_.rules[view.patterns[pattern].rule]);
  }

  const RuleTexts& texts_;
  Diagnostics& diagnostics_;
  std::unique_ptr<RuleSetParts> parts_;
  MatchWork work_;
};

}  // namespace

std::shared_ptr<const RuleSet> compile_rules(std::span<const RuleFile> files,
                                             const CompileOptions& options,
                                             Diagnostics& diagnostics) {
  const RuleTexts texts = parse_rules(files, diagnostics);
  Compiler compiler(texts, diagnostics);
  compiler.add_rules();
  if (!has_errors(diagnostics)) compiler.build_databases(options);

  std::unique_ptr<RuleSetParts> parts = compiler.take();
  parts->id = id_of(files);
  if (!has_errors(diagnostics)) {
    const Status valid = parts->judge_part.validate();
    if (!valid.ok()) report(diagnostics, {.file = "rules", .message = valid.error().message});
  }
  sort_by_place(diagnostics);
  if (has_errors(diagnostics)) return nullptr;
  return std::make_shared<const RuleSet>(std::move(parts));
}

}  // namespace sluice::rules
