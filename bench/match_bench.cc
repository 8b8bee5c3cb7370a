// What matching costs beside the bare Hyperscan scan of the same texts with the same databases.
//
//   match_bench RULES MAIL_FOLDER        prints both, their ratio, and bytes a CPU second
//
// Messages are read first; texts, databases and machine are the same for both sides, in one run, in
// turns. The answers are checked before anything is timed: each side must report the patterns that
// Hyperscan alone decides.

#include <cstddef>
#include <cstdio>
#include <ctime>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "base/arena.h"
#include "ingest/mime/message.h"
#include "rules/compiler.h"
#include "rules/rule_file.h"
#include "rules/rule_set_parts.h"

namespace sluice::rules {
namespace {

namespace fs = std::filesystem;

constexpr int kRounds = 3;

struct Mail {
  explicit Mail(std::string bytes)
      : raw(std::move(bytes)), message(mime::read_message(raw, arena)) {}

  std::string raw;
  Arena arena;
  mime::Message message;
  Arena views;
  std::vector<TextBlocks> blocks;  // of each view of the rule set
};

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

std::deque<std::unique_ptr<Mail>> read_folder(const fs::path& folder) {
  std::deque<std::unique_ptr<Mail>> out;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file() || entry.path().extension() != ".eml") continue;
    std::ifstream in(entry.path(), std::ios::binary);
    out.push_back(std::make_unique<Mail>(std::string(std::istreambuf_iterator<char>(in), {})));
  }
  return out;
}

struct Found {
  const View* view;
  std::vector<bool>* decided;  // by rule: Hyperscan alone says it matches
};

bool remember(unsigned id, std::size_t /*end*/, void* context) {
  const Found* const found = static_cast<Found*>(context);
  const ViewPattern& pattern = found->view->patterns[found->view->scanned[id]];
  if (pattern.engine == Engine::kHyperscan) (*found->decided)[pattern.rule] = true;
  return false;
}

// Nothing but hs_scan on each text. Returns the bytes scanned.
std::size_t bare_scan(const RuleSetParts& set, const Mail& mail, HyperscanScratch& scratch,
                      std::vector<bool>& decided) {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < set.views.size(); ++i) {
    if (set.views[i].database.empty()) continue;
    Found found{&set.views[i], &decided};
    for (const std::string_view block : mail.blocks[i]) {
      set.views[i].database.scan(block, scratch, remember, &found);
      bytes += block.size();
    }
  }
  return bytes;
}

// Rules that Hyperscan alone decides, and that are not negated, hit in both.
bool same_answers(const RuleSet& set, const Mail& mail, const std::vector<bool>& decided,
                  const std::vector<Hit>& hits) {
  std::vector<bool> hit(set.rules().size(), false);
  for (const Hit& h : hits) hit[h.rule] = true;
  for (std::size_t i = 0; i < set.parts().views.size(); ++i) {
    if (mail.blocks[i].empty()) continue;
    for (const ViewPattern& pattern : set.parts().views[i].patterns) {
      if (pattern.engine != Engine::kHyperscan) continue;
      if (hit[pattern.rule] != (decided[pattern.rule] != pattern.negated)) return false;
    }
  }
  return true;
}

class Bench {
 public:
  Bench(std::shared_ptr<const RuleSet> set, const fs::path& folder)
      : set_(std::move(set)), mails_(read_folder(folder)), scratch_(*set_) {
    for (const View& view : set_->parts().views) {
      if (!view.database.empty()) ok_ = ok_ && view.database.grow(bare_scratch_).ok();
    }
    for (auto& mail : mails_) prepare(*mail);
  }

  int run() {
    if (!ok_ || mails_.empty()) {
      std::fprintf(stderr, "no mail, or the two sides differ\n");
      return 1;
    }
    double bare = 0;
    double whole = 0;
    for (int round = 0; round < kRounds; ++round) {
      bare += time_bare();
      whole += time_whole();
    }
    const double mb = static_cast<double>(bytes_) * kRounds / 1e6;
    std::printf("%zu messages, %.1f MB of text for each side\n", mails_.size(), mb);
    std::printf("bare hs_scan   %7.3f s  %8.1f MB per CPU second\n", bare, mb / bare);
    std::printf("RuleSet::scan  %7.3f s  %8.1f MB per CPU second\n", whole, mb / whole);
    std::printf("ratio          %7.2f    (bare time / whole time)\n", bare / whole);
    return 0;
  }

 private:
  void prepare(Mail& mail) {
    const ScanInput input{.message = mail.message};
    for (const View& view : set_->parts().views) {
      mail.blocks.emplace_back();
      read_view(view.key, input, mail.views, mail.blocks.back());
    }
    std::vector<bool> decided(set_->rules().size(), false);
    bytes_ += bare_scan(set_->parts(), mail, bare_scratch_, decided);
    set_->scan(input, scratch_, hits_);
    ok_ = ok_ && same_answers(*set_, mail, decided, hits_);
  }

  double time_bare() {
    std::vector<bool> decided(set_->rules().size(), false);
    const double start = cpu_seconds();
    for (const auto& mail : mails_) bare_scan(set_->parts(), *mail, bare_scratch_, decided);
    return cpu_seconds() - start;
  }

  double time_whole() {
    const double start = cpu_seconds();
    for (const auto& mail : mails_) set_->scan({.message = mail->message}, scratch_, hits_);
    return cpu_seconds() - start;
  }

  std::shared_ptr<const RuleSet> set_;
  std::deque<std::unique_ptr<Mail>> mails_;
  Scratch scratch_;
  HyperscanScratch bare_scratch_;
  std::vector<Hit> hits_;
  std::size_t bytes_ = 0;
  bool ok_ = true;
};

int bench_main(const std::string& rules, const fs::path& folder) {
  const std::vector<std::string> paths = {rules};
  const Result<std::vector<RuleFile>> files = load_rule_files(paths);
  Diagnostics diagnostics;
  if (!files.ok()) diagnostics.push_back({.file = rules, .message = files.error().message});
  const auto set = files.ok() ? compile_rules(files.value(), {}, diagnostics) : nullptr;
  if (set != nullptr) return Bench(set, folder).run();
  for (const Diagnostic& diagnostic : diagnostics) {
    std::fprintf(stderr, "%s\n", to_string(diagnostic).c_str());
  }
  return 1;
}

}  // namespace
}  // namespace sluice::rules

int main(int argc, char** argv) {
  if (argc == 3) return sluice::rules::bench_main(argv[1], argv[2]);
  std::fprintf(stderr, "usage: match_bench RULES MAIL_FOLDER\n");
  return 2;
}
