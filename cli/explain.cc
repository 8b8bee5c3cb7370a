// sluice explain: which words of a message made which rule hit.

#include <iostream>
#include <memory>

#include <fmt/format.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/mail_source.h"
#include "cli/progress.h"
#include "cli/scan_one.h"

namespace sluice::cli {
namespace {

struct Options {
  ConfigOptions config;
  RuleOptions rules;
  std::string path;
};

constexpr std::size_t kSpanShown = 120;  // bytes of a match

void print_match(const rules::Match& match, const rules::RuleInfo& rule) {
  std::cout << fmt::format("{:>8}  {}  {}\n", rule.counted ? decimal(rule.weight) : "-",
                           coloured(Colour::kBold, rule.name),
                           coloured(Colour::kDim, rule.description));
  std::cout << fmt::format("          {} {}..{} \"{}\"  ({}:{})\n", match.view_name, match.from,
                           match.to, printable(match.text, kSpanShown), rule.file, rule.line);
}

int explain_one(const Mail& mail, const rules::RuleSet& set, const config::Config& config) {
  Arena arena;
  const mime::Message message = mime::read_message(mail.bytes, arena);
  const std::string mail_from = return_path(message, arena);
  rules::Scratch scratch(set);
  for (const rules::Match& match :
       rules::explain(set, {.message = message, .mail_from = mail_from}, scratch)) {
    print_match(match, set.rules()[match.rule]);
  }
  OneScanner scanner(set, config.judge);
  const Scan scan = scanner.scan(mail.name, mail.bytes);
  for (const rules::WeightedHit& hit : scan.hits) {
    const rules::RuleInfo& rule = set.rules()[hit.rule];
    if (rule.kind != rules::RuleKind::kMeta) continue;
    std::cout << fmt::format("{:>8}  {}  {}\n          meta  ({}:{})\n", decimal(hit.weight),
                             coloured(Colour::kBold, rule.name),
                             coloured(Colour::kDim, rule.description), rule.file, rule.line);
  }
  std::cout << fmt::format("{:>8}  {}: {}\n", decimal(scan.score), mail.name,
                           records::EnumNameAction(scan.action));
  return kOk;
}

int explain(const Options& options) {
  const auto config = options.config.load();
  if (config == nullptr) return kUsage;
  const auto set = options.rules.load(*config);
  if (set == nullptr) return kFindings;
  MailSource source({options.path});
  int result = kOk;
  while (const auto mail = source.next()) result = explain_one(*mail, *set, *config);
  for (const std::string& error : source.errors()) result = fail(kFailed, error);
  return result;
}

}  // namespace

void define_explain(CLI::App& app, int& exit) {
  auto options = std::make_shared<Options>();
  CLI::App* const sub =
      app.add_subcommand("explain", "Every hit in a message: rule, text, matched words, place");
  options->config.add_to(*sub);
  options->rules.add_to(*sub);
  sub->add_option("path", options->path, "A message, an mbox, or - for standard input")->required();
  sub->callback([options, &exit] { exit = explain(*options); });
}

}  // namespace sluice::cli
