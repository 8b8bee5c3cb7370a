// One scan worker against two, on a memory log that holds all the mail before the clock starts.
//
// Prints messages and megabytes per second for each, and their ratio. Every run must give one
// verdict a message, or nothing is printed.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "bench/engine_run.h"
#include "bench/mail_set.h"
#include "ingest/log/memory_log.h"
#include "ingest/records/message_value.h"
#include "ingest/records/sender_key.h"

namespace sluice::bench {
namespace {

constexpr std::size_t kMessages = 40'000;
constexpr int kRounds = 5;

struct Preloaded {
  std::unique_ptr<log::MemoryLog> log;
  log::TopicLayout layout;
  std::size_t bytes = 0;
};

Preloaded preload(const std::vector<std::string>& mail) {
  Preloaded out{.log = log::MemoryLog::open({}).value(), .layout = {}};
  if (!out.log->create_topics(log::topic_specs(out.layout)).ok()) std::exit(1);
  auto appender = out.log->open_appender().value();
  for (std::size_t i = 0; i < kMessages; ++i) {
    const std::string& message = mail[i % mail.size()];
    const std::string sender =
        records::sender_key("bench", records::SenderKind::kMailbox, std::to_string(i % 1'000));
    const std::string value = records::make_message_value({.message_id = records::make_message_id(),
                                                           .edge = "bench",
                                                           .sender = sender,
                                                           .mail_from = "a@b.example",
                                                           .recipients = {"c@d.example"}},
                                                          message);
    if (!appender->append({.topic = out.layout.messages(), .key = sender, .value = value}).ok()) {
      std::exit(1);
    }
    out.bytes += message.size();
  }
  return out;
}

double run_once(const std::vector<std::string>& mail, std::size_t workers,
                const std::shared_ptr<const senders::Rules>& rules, std::size_t& bytes) {
  const Preloaded preloaded = preload(mail);
  bytes = preloaded.bytes;
  EngineRun engine(*preloaded.log, preloaded.layout, {.workers = workers}, rules);
  const double seconds = engine.wait_for(kMessages, std::chrono::seconds(120));
  if (seconds < 0) {
    std::fprintf(stderr, "not every message was judged\n");
    std::exit(1);
  }
  return seconds;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

int run() {
  const std::vector<std::string> mail = load_mail(4'000, 1, 1U << 20U);
  const auto rules = stock_rules();
  std::vector<double> one;
  std::vector<double> two;
  std::size_t bytes = 0;
  for (int round = 0; round < kRounds; ++round) {
    one.push_back(run_once(mail, 1, rules, bytes));
    two.push_back(run_once(mail, 2, rules, bytes));
  }
  const auto line = [bytes](const char* what, double seconds) {
    std::printf("%-12s %8.0f messages/s %7.1f MB/s\n", what, kMessages / seconds,
                static_cast<double>(bytes) / 1e6 / seconds);
  };
  line("one worker", median(one));
  line("two workers", median(two));
  std::printf("ratio        %8.2f (aim 1.8)\n", median(one) / median(two));
  return 0;
}

}  // namespace
}  // namespace sluice::bench

int main() {
  return sluice::bench::run();
}
