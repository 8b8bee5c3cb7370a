// Kafka to Kafka: the engine beside a bare consume -> transactional-produce loop, on one broker.
//
// The bare loop reads the same messages and writes the same records to as many partitions: a
// verdict and a journal entry for each message, a state for each sender and transaction, byte for
// byte as large as the engine's. Both are timed in turn, three rounds; the ratio of the medians is
// what scanning and judging cost. Then the latency from put to visible verdict at half of the
// engine's rate.
//
// Needs the broker's jars (SLUICE_KAFKA_LIB or build/kafka/lib).

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "bench/engine_run.h"
#include "bench/mail_set.h"
#include "engine/pipeline/restore.h"
#include "engine/senders/sender_state.h"
#include "ingest/log/kafka_log.h"
#include "ingest/records/message_value.h"
#include "ingest/records/sender_key.h"
#include "ingest/schemas/verdict_generated.h"
#include "tests/support/broker.h"

namespace sluice::bench {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kMessages = 40'000;
constexpr std::size_t kMessageBytes = 10U << 10U;
constexpr int kRounds = 3;

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::exit(1);
}

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// A message in its envelope, from sender `i`.
std::string make_value(const std::string& message, std::size_t i, records::MessageId id,
                       std::string& sender) {
  sender = records::sender_key("bench", records::SenderKind::kMailbox, std::to_string(i % 1'000));
  return records::make_message_value({.message_id = id,
                                      .edge = "edge" + std::to_string(i % 24),
                                      .sender = sender,
                                      .mail_from = "a@b.example",
                                      .recipients = {"c@d.example"}},
                                     message);
}

log::TopicLayout layout_for(const std::string& run) {
  log::TopicLayout layout;
  layout.prefix = run + ".";
  return layout;
}

// The topics of one run. Its messages are those of the first run: only the outputs are new.
void create_outputs(log::Log& log, const log::TopicLayout& layout) {
  if (!log.create_topics(log::topic_specs(layout)).ok()) fail("topics cannot be created");
}

// As many edges write, not one: in small batches, as each of them fills its own.
void preload(const std::string& brokers, const std::string& topic,
             const std::vector<std::string>& mail) {
  auto edges = log::open_kafka({.bootstrap = brokers, .producer = {{"linger.ms", "5"}}}).value();
  auto appender = edges->open_appender().value();
  for (std::size_t i = 0; i < kMessages; ++i) {
    std::string sender;
    const std::string value =
        make_value(mail[i % mail.size()], i, records::make_message_id(), sender);
    if (!appender->append({.topic = topic, .key = sender, .value = value}).ok()) fail("append");
  }
  if (!appender->flush(std::chrono::seconds(60)).ok()) fail("flush");
}

// What the engine writes for one message, by size.
struct RecordSizes {
  std::size_t verdict = 0;
  std::size_t journal = 0;
  std::size_t state = 0;
};

std::size_t mean_size(log::Log& log, const std::string& topic, int32_t partitions) {
  auto reader = log.open_reader().value();
  std::vector<log::Position> from;
  for (int32_t i = 0; i < partitions; ++i)
    from.push_back({.at = {topic, i}, .next = log::kBeginning});
  std::size_t bytes = 0;
  std::size_t records = 0;
  const auto visit = [&](const log::Record& record) {
    bytes += record.value.size();
    ++records;
    return Status{};
  };
  if (!pipeline::read_to_end(*reader, from, visit, milliseconds(30'000), {}).ok())
    fail("read " + topic);
  return records == 0 ? 0 : bytes / records;
}

// The yardstick. No scan, no fold, no undo: the calls that exactly-once needs, and the records.
class BareLoop {
 public:
  BareLoop(log::Log& log, std::string input, const log::TopicLayout& layout,
           const std::string& name, RecordSizes sizes)
      : input_(std::move(input)),
        layout_(layout),
        verdict_(sizes.verdict, 'v'),
        journal_(sizes.journal, 'j'),
        state_(sizes.state, 's') {
    producer_ = log.open_producer(name).value();
    consumer_ = log.join({.group = name, .topics = {input_}}).value();
  }

  double run() {
    Clock::time_point began;
    while (committed_ < kMessages) {
      log::Event event = consumer_->poll(milliseconds(folded_ == 0 ? 10 : 0));
      if (auto* given = std::get_if<log::Assignment>(&event)) {
        start(*given);
        began = Clock::now();
      } else if (const auto* record = std::get_if<log::Record>(&event)) {
        take(*record);
      }
      if (folded_ > 0 && Clock::now() - opened_ > milliseconds(100)) commit();
    }
    const double seconds = seconds_since(began);
    while (!std::holds_alternative<log::Nothing>(consumer_->close())) {
      if (!consumer_->release().ok()) break;
    }
    return seconds;
  }

 private:
  void start(const log::Assignment& given) {
    membership_ = given.membership;
    for (const auto& at : given.partitions) next_[at.partition] = 0;
    std::vector<log::Position> from;
    for (const auto& at : given.partitions) from.push_back({.at = at, .next = log::kBeginning});
    if (!consumer_->start(from).ok()) fail("start");
  }

  void take(const log::Record& record) {
    if (folded_++ == 0) opened_ = Clock::now();
    next_[record.partition] = record.offset + 1;
    senders_[record.partition].emplace(record.key);
    const std::string edge = "edge" + std::to_string(record.offset % 24);
    const std::array<log::Header, 2> headers = {
        {{.name = "sluice-message-id", .value = "0123456789abcdef"},
         {.name = "sluice-edge", .value = edge}}};
    const int32_t partition = static_cast<int32_t>(record.offset) % layout_.verdict_partitions;
    const std::array<log::Header, 1> memo = {{{.name = "sluice-memo", .value = "01234567"}}};
    const bool put = producer_
                         ->put({.topic = verdicts_,
                                .partition = partition,
                                .key = edge,
                                .value = verdict_,
                                .headers = headers})
                         .ok() &&
                     producer_
                         ->put({.topic = journals_,
                                .partition = record.partition,
                                .key = record.key,
                                .value = journal_,
                                .headers = memo})
                         .ok();
    if (!put) fail("put");
  }

  void commit() {
    std::vector<log::Position> positions;
    for (const auto& [partition, next] : next_) {
      positions.push_back({.at = {input_, partition}, .next = next});
      for (const std::string& sender : senders_[partition]) {
        if (!producer_
                 ->put({.topic = states_, .partition = partition, .key = sender, .value = state_})
                 .ok()) {
          fail("put");
        }
      }
      senders_[partition].clear();
    }
    const log::CommitResult result = producer_->commit(positions, *membership_);
    if (result.outcome != log::Outcome::kCommitted) fail("commit: " + result.reason);
    committed_ += folded_;
    folded_ = 0;
  }

  std::string input_;
  log::TopicLayout layout_;
  const std::string verdicts_ = layout_.verdicts();
  const std::string journals_ = layout_.journal();
  const std::string states_ = layout_.sender_state();
  const std::string verdict_, journal_, state_;
  std::unique_ptr<log::Producer> producer_;
  std::unique_ptr<log::Consumer> consumer_;
  std::shared_ptr<const log::Membership> membership_;
  std::map<int32_t, log::Offset> next_;
  std::map<int32_t, std::set<std::string>> senders_;
  std::size_t folded_ = 0;
  std::size_t committed_ = 0;
  Clock::time_point opened_;
};

// An engine whose input topic is `input` and whose outputs are those of `layout`.
double run_engine(log::Log& log, const std::string& input, const log::TopicLayout& layout,
                  const std::shared_ptr<const senders::Rules>& rules) {
  EngineRun engine(log, layout, {.name = layout.prefix + "engine", .input = input}, rules);
  const double seconds = engine.wait_for(kMessages, std::chrono::seconds(180));
  if (seconds < 0) fail("the engine did not judge every message");
  return seconds;
}

void print_latency(log::Log& log, const std::vector<std::string>& mail, double rate,
                   const std::shared_ptr<const senders::Rules>& rules) {
  const log::TopicLayout layout = layout_for("latency");
  create_outputs(log, layout);
  const auto count = static_cast<std::size_t>(rate * 10);
  EngineRun engine(log, layout, {.name = "latency"}, rules);
  std::map<std::string, Clock::time_point> put_at;
  std::mutex mutex;
  std::vector<double> latencies;
  std::jthread follower([&](const std::stop_token& stop) {
    auto reader = log.open_reader().value();
    std::vector<log::Position> from;
    for (int32_t i = 0; i < layout.verdict_partitions; ++i) {
      from.push_back({.at = {layout.verdicts(), i}, .next = log::kBeginning});
    }
    if (!reader->seek(from).ok()) fail("seek");
    while (!stop.stop_requested() && latencies.size() < count) {
      const log::Event event = reader->poll(milliseconds(50));
      const auto* const record = std::get_if<log::Record>(&event);
      if (record == nullptr) continue;
      const auto now = Clock::now();
      const std::string id(record->handle->header("sluice-message-id").value_or(""));
      const std::lock_guard lock(mutex);
      latencies.push_back(std::chrono::duration<double, std::milli>(now - put_at[id]).count());
    }
  });
  std::this_thread::sleep_for(std::chrono::seconds(5));  // until partitions are assigned
  auto appender = log.open_appender().value();
  const auto begin = Clock::now();
  for (std::size_t i = 0; i < count; ++i) {
    std::this_thread::sleep_until(
        begin + std::chrono::duration_cast<Clock::duration>(
                    std::chrono::duration<double>(static_cast<double>(i) / rate)));
    const records::MessageId id = records::make_message_id();
    std::string sender;
    const std::string value = make_value(mail[i % mail.size()], i, id, sender);
    {
      const std::lock_guard lock(mutex);
      put_at[std::string(id.view())] = Clock::now();
    }
    if (!appender->append({.topic = layout.messages(), .key = sender, .value = value}).ok())
      fail("append");
  }
  const auto deadline = Clock::now() + std::chrono::seconds(30);
  while (Clock::now() < deadline) {
    const std::lock_guard lock(mutex);
    if (latencies.size() >= count) break;
  }
  follower.request_stop();
  follower.join();
  if (latencies.size() < count) fail("verdicts are missing");
  std::sort(latencies.begin(), latencies.end());
  std::printf("latency at %.0f messages/s: p50 %.0f ms, p99 %.0f ms (aim 200, 500)\n", rate,
              latencies[count / 2], latencies[count * 99 / 100]);
}

int run() {
  const auto broker = test::Broker::start();
  if (broker == nullptr) fail(test::kNoBroker);
  auto log = log::open_kafka({.bootstrap = broker->bootstrap()}).value();
  const std::vector<std::string> mail =
      load_mail(2'000, kMessageBytes * 9 / 10, kMessageBytes * 11 / 10);
  const auto rules = stock_rules();

  const log::TopicLayout source = layout_for("source");
  create_outputs(*log, source);
  preload(broker->bootstrap(), source.messages(), mail);

  std::vector<double> engine;
  std::vector<double> bare;
  RecordSizes sizes;
  for (int round = 0; round < kRounds; ++round) {
    const log::TopicLayout ours = layout_for("engine" + std::to_string(round));
    create_outputs(*log, ours);
    engine.push_back(run_engine(*log, source.messages(), ours, rules));
    if (round == 0) {
      sizes = {.verdict = mean_size(*log, ours.verdicts(), ours.verdict_partitions),
               .journal = mean_size(*log, ours.journal(), ours.partitions),
               .state = mean_size(*log, ours.sender_state(), ours.partitions)};
      std::printf("records: verdict %zu B, journal %zu B, state %zu B\n", sizes.verdict,
                  sizes.journal, sizes.state);
    }
    const log::TopicLayout theirs = layout_for("bare" + std::to_string(round));
    create_outputs(*log, theirs);
    bare.push_back(BareLoop(*log, source.messages(), theirs, theirs.prefix + "loop", sizes).run());
  }
  std::printf("engine      %8.0f messages/s\n", kMessages / median(engine));
  std::printf("bare loop   %8.0f messages/s\n", kMessages / median(bare));
  std::printf("ratio       %8.2f (aim 0.8)\n", median(bare) / median(engine));
  print_latency(*log, mail, kMessages / median(engine) / 2, rules);
  return 0;
}

}  // namespace
}  // namespace sluice::bench

int main() {
  return sluice::bench::run();
}
