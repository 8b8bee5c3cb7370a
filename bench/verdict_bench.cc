// What a verdict costs, from a message's bytes to its score, beside SpamAssassin on the same mail.
//
//   verdict_bench [RULES [FOLDER [ROUNDS]]]
//                      default: /usr/share/spamassassin, ../shared/data/mail/oracle, 5
//
// Sluice does what a worker of the engine does, in one process that is warm: with nothing
// remembered; with a memory for texts that come again (rules::Scratch::remember) that has seen none
// of the mail; and with one that has seen all of it, as in bulk mail. The clock is the processor's,
// of the thread; the three take turns, and the best round of each counts. SpamAssassin, where it is
// installed, runs the same rules on every 5th message (it needs half a minute for them), and Sluice
// again on these. Scores must be the same in every round, or nothing is printed.

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/arena.h"
#include "base/limits.h"
#include "base/text.h"
#include "bench/mail_set.h"
#include "bench/measuring.h"
#include "ingest/mime/message.h"
#include "rules/rule_set.h"

namespace sluice::bench {
namespace {

using rules::RuleSet;

constexpr const char* kStockRules = "/usr/share/spamassassin";
constexpr std::size_t kRememberedBytes = 64U << 20U;
constexpr std::size_t kEvery = 5;  // of the messages, SpamAssassin is given one

struct Cost {
  double reading_us = 0;
  double scanning_us = 0;
  double judging_us = 0;

  [[nodiscard]] double all_us() const { return reading_us + scanning_us + judging_us; }
};

// What a worker of the engine does, with as many messages together.
class Worker {
 public:
  explicit Worker(const RuleSet& set)
      : set_(set), scratch_(set, rules::Scratch::Wanted::kVerdicts) {}

  void remember() { scratch_.remember(kRememberedBytes); }

  // The verdicts in one number.
  uint64_t run(std::span<const std::string* const> mails, Cost& cost) {
    uint64_t answer = 0;
    for (std::size_t i = 0; i < mails.size(); i += limits::kScanBatch) {
      const std::size_t count = std::min(limits::kScanBatch, mails.size() - i);
      answer = answer * 31 + run_batch(mails.subspan(i, count), cost);
    }
    return answer;
  }

 private:
  uint64_t run_batch(std::span<const std::string* const> mails, Cost& cost) {
    const double begun = 1e6 * thread_cpu_s();
    while (arenas_.size() < mails.size()) arenas_.emplace_back();
    messages_.clear();
    inputs_.clear();
    for (std::size_t i = 0; i < mails.size(); ++i) {
      arenas_[i].reset();
      messages_.push_back(mime::read_message(*mails[i], arenas_[i], set_.extent()));
    }
    for (const mime::Message& message : messages_) inputs_.push_back({.message = message});
    const double read = 1e6 * thread_cpu_s();
    hits_.resize(std::max(hits_.size(), mails.size()));
    set_.scan(inputs_, scratch_, std::span(hits_).first(mails.size()));
    const double scanned = 1e6 * thread_cpu_s();
    uint64_t answer = 0;
    for (std::size_t i = 0; i < mails.size(); ++i) {
      set_.judge_part().evaluate(hits_[i], {}, evaluation_);
      answer = answer * 31 + static_cast<uint64_t>(evaluation_.score) + evaluation_.hits.size();
    }
    const double judged = 1e6 * thread_cpu_s();
    cost.reading_us += read - begun;
    cost.scanning_us += scanned - read;
    cost.judging_us += judged - scanned;
    return answer;
  }

  const RuleSet& set_;
  rules::Scratch scratch_;
  std::deque<Arena> arenas_;
  std::deque<mime::Message> messages_;
  std::vector<rules::ScanInput> inputs_;
  std::vector<std::vector<rules::Hit>> hits_;
  rules::Evaluation evaluation_;
};

// The least of several rounds.
class Side {
 public:
  Side(const char* what, const RuleSet& set) : what_(what), worker_(set) {}

  Worker& worker() { return worker_; }

  void run(std::span<const std::string* const> mails, uint64_t answer) {
    Cost cost;
    if (worker_.run(mails, cost) != answer) fail(std::string(what_) + " gives another answer");
    messages_ = mails.size();
    if (!best_.has_value() || cost.all_us() < best_->all_us()) best_ = cost;
  }

  [[nodiscard]] double us_each() const { return best_->all_us() / static_cast<double>(messages_); }

  void print() const {
    const auto each = static_cast<double>(messages_);
    std::printf("%-28s %5zu messages %8.1f us each: reading %.1f, scanning %.1f, judging %.1f\n",
                what_, messages_, us_each(), best_->reading_us / each, best_->scanning_us / each,
                best_->judging_us / each);
  }

 private:
  const char* what_;
  Worker worker_;
  std::optional<Cost> best_ = {};
  std::size_t messages_ = 0;
};

// The message to its recipients' namesakes, under another Message-ID.
std::string to_another(const std::string& mail, int which) {
  const std::size_t end = std::min(mail.find("\n\n"), mail.find("\r\n\r\n"));
  std::string out;
  std::size_t line = 0;
  for (std::size_t next = 0; line < mail.size() && line < end; line = next) {
    next = std::min(mail.find('\n', line), mail.size() - 1) + 1;
    std::string field = mail.substr(line, next - line);
    const bool changes = istarts_with(field, "To:") || istarts_with(field, "Message-ID:");
    const std::size_t at = field.find('@');
    if (changes && at != std::string::npos) field.insert(at, fmt::format("{}", which));
    out += field;
  }
  return out + mail.substr(line);
}

std::vector<const std::string*> pointers_to(const std::vector<std::string>& mails,
                                            std::size_t every = 1) {
  std::vector<const std::string*> out;
  for (std::size_t i = 0; i < mails.size(); i += every) out.push_back(&mails[i]);
  return out;
}

// Each way to scan the same mail.
struct Sides {
  explicit Sides(const RuleSet& set)
      : alone("nothing remembered", set),
        first("seen for the first time", set),
        others("seen, to others", set),
        again("seen before", set) {}

  void run(std::span<const std::string* const> mails, int rounds) {
    Cost warm_up;
    const uint64_t answer = alone.worker().run(mails, warm_up);
    for (Side* side : {&others, &again}) {
      side->worker().remember();
      for (int i = 0; i < 2; ++i) side->worker().run(mails, warm_up);
    }
    for (int round = 0; round < rounds; ++round) {
      alone.run(mails, answer);
      first.worker().remember();  // forgets what it knew
      first.run(mails, answer);
      again.run(mails, answer);
      run_others(mails, round);
    }
  }

  [[nodiscard]] std::array<const Side*, 4> all() const { return {&alone, &first, &others, &again}; }

  void run_others(std::span<const std::string* const> mails, int round) {
    std::vector<std::string> changed;
    for (const std::string* mail : mails) changed.push_back(to_another(*mail, 1'000 + round));
    const std::vector<const std::string*> all = pointers_to(changed);
    Cost unmeasured;
    others.run(all, alone.worker().run(all, unmeasured));
  }

  Side alone;
  Side first;
  Side others;
  Side again;
};

// Microseconds a message.
std::optional<double> spamassassin_us(std::span<const std::string> paths) {
  std::string command = "perl " SLUICE_SOURCE_DIR "/bench/spamassassin.pl";
  for (const std::string& path : paths) command += " '" + path + "'";
  FILE* const out = popen((command + " 2> /dev/null").c_str(), "r");
  if (out == nullptr) return std::nullopt;
  double ms = 0;
  const bool read = std::fscanf(out, "%lf", &ms) == 1;
  return pclose(out) == 0 && read ? std::optional(ms * 1000) : std::nullopt;
}

int bench_main(const std::vector<std::string>& arguments) {
  const auto argument = [&arguments](std::size_t i, const char* otherwise) {
    return i < arguments.size() ? arguments[i] : std::string(otherwise);
  };
  const std::string folder = argument(1, SLUICE_SOURCE_DIR "/../shared/data/mail/oracle");
  const int rounds = std::max(1, std::atoi(argument(2, "5").c_str()));
  if (arguments.empty() && !std::filesystem::exists(kStockRules)) {
    std::printf("SpamAssassin's rules are not installed in %s\n", kStockRules);
    return EXIT_SUCCESS;
  }
  const auto set = compile_rules_at(argument(0, kStockRules));
  std::vector<std::string> paths;
  const std::vector<std::string> mails = load_folder(folder, &paths);
  if (mails.empty()) {
    std::printf("there is no mail in %s\n", folder.c_str());
    return EXIT_SUCCESS;
  }

  Sides all(*set);
  all.run(pointers_to(mails), rounds);
  for (const Side* side : all.all()) side->print();

  Sides some(*set);
  some.run(pointers_to(mails, kEvery), rounds);
  std::vector<std::string> given;
  for (std::size_t i = 0; i < paths.size(); i += kEvery) given.push_back(paths[i]);
  const std::optional<double> other_us = spamassassin_us(given);
  if (!other_us.has_value()) {
    std::printf("SpamAssassin is not installed\n");
    return EXIT_SUCCESS;
  }
  std::printf("Of every %zuth message:\n", kEvery);
  std::printf("%-28s %5zu messages %8.1f us each\n", "SpamAssassin", given.size(), *other_us);
  for (const Side* side : some.all()) {
    side->print();
    std::printf("%-28s %.0f times SpamAssassin\n", "", *other_us / side->us_each());
  }
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace sluice::bench

int main(int argc, char** argv) {
  return sluice::bench::bench_main({argv + 1, argv + argc});
}
