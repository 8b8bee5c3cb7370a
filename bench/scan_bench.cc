// Where the time of a scan goes, beside a bare hs_scan and a bare pass over the bytes.
//
//   scan_bench [RULES [FOLDER]]       default: the stock pack, ../shared/data/mail
//
// The whole scan is what a worker does with one message: reading (parse, decode, render) and
// matching. The bare scan gives hs_scan the same texts with the same databases; the bare pass adds
// up the message's bytes. All are timed on the same messages in turn, by the thread's CPU clock,
// the best of three rounds of each batch. Before that, reading twice must give the same, and every
// rule that Hyperscan alone decides must have the same answer in the bare scan.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>

#include "base/arena.h"
#include "base/hash.h"
#include "bench/mail_set.h"
#include "bench/measuring.h"
#include "engine/service/default_rules.h"
#include "ingest/mime/message.h"
#include "rules/rule_set_parts.h"

namespace sluice::bench {
namespace {

using rules::Hit;
using rules::RuleSet;
using rules::View;
using rules::ViewPattern;

constexpr int kRounds = 3;
constexpr std::size_t kBatch = 250;  // messages in memory at a time, read and with their texts

struct Mail {
  Mail(std::string_view bytes, const rules::MailSettings& settings)
      : raw(bytes), message(mime::read_message(raw, arena)), reading(settings) {
    reading.read(raw, "");
  }

  std::string_view raw;
  Arena arena;
  mime::Message message;
  rules::Mail reading;
  std::vector<rules::ViewText> texts;  // of each view of the rule set; they point into `reading`
};

// A number that is different if anything a rule could see is.
uint64_t answer_of(const mime::Message& message) {
  uint64_t sum = keyed_hash({}, message.body) + message.parts.size() * 7 + message.urls.size();
  for (const mime::Part& part : message.parts) sum = sum * 31 + keyed_hash({}, part.text);
  for (const mime::Url& url : message.urls) sum = sum * 31 + keyed_hash({}, url.canonical);
  return sum * 31 + message.defects.count();
}

struct Found {
  const View* view;
  std::vector<bool>* decided;  // by rule: Hyperscan alone says it matches
};

bool remember(unsigned id, std::size_t /*end*/, void* context) {
  const Found* const found = static_cast<Found*>(context);
  const ViewPattern& pattern = found->view->patterns[found->view->scanned[id]];
  if (pattern.engine == rules::Engine::kHyperscan) (*found->decided)[pattern.rule] = true;
  return false;
}

class Bench {
 public:
  explicit Bench(std::shared_ptr<const RuleSet> set) : set_(std::move(set)), scratch_(*set_) {
    decided_.resize(set_->rules().size());
    for (const View& view : set_->parts().views) {
      if (!view.database.empty() && !view.database.grow(bare_scratch_).ok()) fail("no memory");
    }
  }

  void run(const std::vector<std::string>& mail) {
    for (std::size_t i = 0; i < mail.size(); i += kBatch) {
      const std::size_t count = std::min(kBatch, mail.size() - i);
      take_batch({mail.data() + i, count});
    }
  }

  void print() const {
    const double mb = static_cast<double>(bytes_) / 1e6;
    std::printf("%zu messages, %.1f MB; %.1f MB of text for the rules\n", messages_, mb,
                static_cast<double>(text_bytes_) / 1e6);
    const auto line = [mb, this](const char* what, Side side) {
      std::printf("%-16s %7.3f s  %7.0f MB of mail per CPU second  %4.0f %%\n", what, cpu_s(side),
                  mb / cpu_s(side), 100 * cpu_s(side) / cpu_s(kWhole));
    };
    line("the whole scan", kWhole);
    line("  reading", kReading);
    line("  matching", kMatching);
    line("bare pass", kBarePass);
    line("bare hs_scan", kBareScan);
    std::printf("reading is %.1f bare passes; aim 400 MB per CPU second\n",
                cpu_s(kReading) / cpu_s(kBarePass));
    std::printf("matching: bare hs_scan / matching = %.2f (aim 0.8)\n",
                cpu_s(kBareScan) / cpu_s(kMatching));
  }

 private:
  enum Side : uint8_t { kWhole, kReading, kMatching, kBarePass, kBareScan, kSides };

  [[nodiscard]] double cpu_s(Side side) const { return spent_[side]; }

  void take_batch(std::span<const std::string> raws) {
    std::vector<std::unique_ptr<Mail>> mails;
    for (const std::string& raw : raws) mails.push_back(prepare(raw));
    std::array<double, kSides> best{};
    best.fill(1e9);
    for (int round = 0; round < kRounds; ++round) {
      const auto time = [&best](Side side, auto&& work) {
        const double begin = thread_cpu_s();
        work();
        best[side] = std::min(best[side], thread_cpu_s() - begin);
      };
      time(kBarePass, [&] { bare_pass(mails); });
      time(kReading, [&] { read(mails); });
      time(kBareScan, [&] { bare_scan(mails); });
      time(kMatching, [&] { match(mails); });
      time(kWhole, [&] { scan(mails); });
    }
    for (std::size_t i = 0; i < kSides; ++i) spent_[i] += best[i];
  }

  std::unique_ptr<Mail> prepare(const std::string& raw) {
    auto mail = std::make_unique<Mail>(raw, set_->parts().mail_settings);
    Arena again;
    if (answer_of(mail->message) != answer_of(mime::read_message(raw, again))) {
      fail("reading a message twice gave two answers");
    }
    for (const View& view : set_->parts().views) {
      mail->texts.emplace_back();
      rules::read_view(view.key, mail->reading, nullptr, mail->texts.back());
      text_bytes_ += mail->texts.back().block.size();
    }
    ++messages_;
    bytes_ += raw.size();
    check(*mail);
    return mail;
  }

  // Rules that Hyperscan alone decides hit on both sides.
  void check(const Mail& mail) {
    std::fill(decided_.begin(), decided_.end(), false);
    bare_scan(mail);
    set_->scan({.message = mail.message}, scratch_, hits_);
    std::vector<bool> hit(set_->rules().size());
    for (const Hit& h : hits_) hit[h.rule] = true;
    const auto& views = set_->parts().views;
    for (std::size_t i = 0; i < views.size(); ++i) {
      if (mail.texts[i].units.empty()) continue;
      for (const ViewPattern& pattern : views[i].patterns) {
        if (pattern.engine != rules::Engine::kHyperscan) continue;
        if (hit[pattern.rule] != (decided_[pattern.rule] != pattern.negated)) {
          fail("rule " + set_->rules()[pattern.rule].name + " differs from the bare scan");
        }
      }
    }
  }

  using Mails = std::vector<std::unique_ptr<Mail>>;

  static void bare_pass(const Mails& mails) {
    std::size_t sum = 0;
    for (const auto& mail : mails) {
      for (const char c : mail->raw) sum += static_cast<uint8_t>(c);
    }
    benchmark::DoNotOptimize(sum);
  }

  void read(const Mails& mails) {
    for (const auto& mail : mails) {
      arena_.reset();
      benchmark::DoNotOptimize(mime::read_message(mail->raw, arena_).parts.size());
    }
  }

  void bare_scan(const Mail& mail) {
    const auto& views = set_->parts().views;
    for (std::size_t i = 0; i < views.size(); ++i) {
      if (views[i].database.empty()) continue;
      Found found{&views[i], &decided_};
      if (mail.texts[i].units.empty()) continue;
      views[i].database.scan(mail.texts[i].block, bare_scratch_, remember, &found);
    }
  }

  void bare_scan(const Mails& mails) {
    for (const auto& mail : mails) bare_scan(*mail);
  }

  void match(const Mails& mails) {
    for (const auto& mail : mails) set_->scan({.message = mail->message}, scratch_, hits_);
  }

  void scan(const Mails& mails) {
    for (const auto& mail : mails) {
      arena_.reset();
      const mime::Message message = mime::read_message(mail->raw, arena_);
      set_->scan({.message = message}, scratch_, hits_);
    }
  }

  std::shared_ptr<const RuleSet> set_;
  rules::Scratch scratch_;
  rules::HyperscanScratch bare_scratch_;
  Arena arena_;
  std::vector<Hit> hits_;
  std::vector<bool> decided_;
  std::array<double, kSides> spent_{};  // CPU seconds
  std::size_t messages_ = 0;
  std::size_t bytes_ = 0;
  std::size_t text_bytes_ = 0;
};

int bench_main(const std::vector<std::string>& arguments) {
  const bool rules_given = !arguments.empty();
  const bool folder_given = arguments.size() > 1;
  Bench run(compile_rules_at(rules_given ? arguments[0] : service::default_rules_path()));
  run.run(folder_given ? load_folder(arguments[1]) : load_mail(20'000, 1, 50U << 20U));
  run.print();
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace sluice::bench

int main(int argc, char** argv) {
  return sluice::bench::bench_main({argv + 1, argv + argc});
}
