#include "ingest/log/kafka_producer.h"

#include <array>
#include <cstdlib>
#include <functional>
#include <utility>

#include "base/assert.h"
#include "ingest/log/kafka_config.h"
#include "ingest/log/kafka_consumer.h"
#include "ingest/log/kafka_sender.h"

namespace sluice::log::kafka {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kOpenPatience{30};
constexpr int kCallMs = 10'000;
// One try at ending a transaction. Without an end of its own a lost answer would block for ever;
// the call is repeated until the transaction cannot be alive any more.
constexpr int kEndMs = 2'000;
constexpr int kFarewellMs = 500;  // for a producer that goes with its transaction open

// `call` again for as long as its error says that this is safe.
KafkaError persist(std::chrono::milliseconds patience,
                   const std::function<rd_kafka_error_t*()>& call) {
  const auto deadline = Clock::now() + patience;
  while (true) {
    KafkaError error(call());
    if (error == nullptr || rd_kafka_error_is_retriable(error.get()) == 0) return error;
    if (Clock::now() >= deadline) return error;
  }
}

// As long as a transaction may live: after that the broker has aborted it.
std::chrono::milliseconds transaction_timeout(rd_kafka_t* client) {
  std::array<char, 32> text{};
  std::size_t size = text.size();
  rd_kafka_conf_get(rd_kafka_conf(client), "transaction.timeout.ms", text.data(), &size);
  return std::chrono::milliseconds(std::atoi(text.data()));
}

bool is_fenced(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR__FENCED || code == RD_KAFKA_RESP_ERR_PRODUCER_FENCED ||
         code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH;
}

class KafkaProducer final : public Producer {
 public:
  KafkaProducer() = default;
  KafkaProducer(const KafkaProducer&) = delete;
  KafkaProducer& operator=(const KafkaProducer&) = delete;

  // librdkafka 2.0.2 stops the process if it is destroyed while it registers a partition with the
  // transaction (the assertion on txn_req_cnt). An abort ends that, and nobody has to wait until
  // the broker does.
  ~KafkaProducer() override {
    if (open_) const KafkaError ignored(rd_kafka_abort_transaction(sender_.client(), kFarewellMs));
  }

  Status open(const KafkaOptions& options, const std::string& transactional_id) {
    auto conf = producer_conf(options, transactional_id);
    if (!conf.ok()) return conf.error();
    if (Status opened = sender_.open(std::move(conf).value(), "producer"); !opened.ok()) {
      return opened;
    }
    patience_ = transaction_timeout(sender_.client());
    const KafkaError error = persist(
        kOpenPatience, [this] { return rd_kafka_init_transactions(sender_.client(), kCallMs); });
    if (error == nullptr) return {};
    return Error{ErrorCode::kUnavailable, "opening producer " + transactional_id + ": " +
                                              rd_kafka_error_string(error.get())};
  }

  Status put(const Put& put) override {
    if (Status begun = begin(); !begun.ok()) return begun;
    Status sent = sender_.send(put, put.partition);
    sender_.serve();
    return sent;
  }

  CommitResult commit(std::span<const Position> positions, const Membership& membership) override {
    SLUICE_ASSERT(!positions.empty());
    const auto* const shown = dynamic_cast<const KafkaMembership*>(&membership);
    SLUICE_ASSERT(shown != nullptr);
    if (Status begun = begin(); !begun.ok()) {
      return {.outcome = fatal_outcome(), .reason = begun.error().message};
    }
    const PartitionList offsets = list_of(positions);
    const KafkaError refused = persist(patience_, [&] {
      return rd_kafka_send_offsets_to_transaction(sender_.client(), offsets.get(),
                                                  shown->metadata(), kCallMs);
    });
    if (refused != nullptr) return take_back(*refused);
    const KafkaError failed = persist(
        patience_, [this] { return rd_kafka_commit_transaction(sender_.client(), kEndMs); });
    if (failed != nullptr) return not_committed(*failed);
    open_ = false;
    return {};
  }

  CommitResult abort() override {
    if (!open_) return {.outcome = Outcome::kAborted, .reason = "nothing was open"};
    const KafkaError failed =
        persist(patience_, [this] { return rd_kafka_abort_transaction(sender_.client(), kEndMs); });
    if (failed != nullptr) return {.outcome = fatal_outcome(), .reason = text(*failed)};
    open_ = false;
    // A record that the broker refused leaves a gap in this producer's sequence numbers.
    if (auto refused = sender_.take_failure()) {
      return {.outcome = Outcome::kUnknown, .reason = refused->message};
    }
    return {.outcome = Outcome::kAborted, .reason = "asked for"};
  }

 private:
  Status begin() {
    if (open_) return {};
    const KafkaError error(rd_kafka_begin_transaction(sender_.client()));
    if (error != nullptr) return Error{ErrorCode::kUnavailable, text(*error)};
    open_ = true;
    began_ = Clock::now();
    return {};
  }

  // The commit was never sent: whatever went wrong, nothing becomes visible once it is aborted.
  CommitResult take_back(const rd_kafka_error_t& error) {
    const std::string reason = rd_kafka_error_string(&error);
    CommitResult result = abort();
    result.reason = reason;
    return result;
  }

  // The commit may have been sent. Only what librdkafka calls abortable is certainly not committed.
  CommitResult not_committed(const rd_kafka_error_t& error) {
    if (rd_kafka_error_txn_requires_abort(&error) != 0) return take_back(error);
    return {.outcome = Outcome::kUnknown, .reason = text(error)};
  }

  // What a producer that cannot go on says before a commit was sent. The broker fences who was too
  // slow just as it fences who was replaced; only the latter has a rival.
  [[nodiscard]] Outcome fatal_outcome() const {
    const bool overran = open_ && Clock::now() - began_ >= patience_;
    const bool fenced = is_fenced(rd_kafka_fatal_error(sender_.client(), nullptr, 0));
    return fenced && !overran ? Outcome::kFenced : Outcome::kUnknown;
  }

  std::string text(const rd_kafka_error_t& error) {
    std::string reason = rd_kafka_error_string(&error);
    if (const auto failure = sender_.take_failure()) reason += "; " + failure->message;
    return reason;
  }

  Sender sender_;
  std::chrono::milliseconds patience_{};
  Clock::time_point began_;
  bool open_ = false;
};

class KafkaAppender final : public Appender {
 public:
  Status open(const KafkaOptions& options) {
    auto conf = appender_conf(options);
    if (!conf.ok()) return conf.error();
    return sender_.open(std::move(conf).value(), "appender");
  }

  Status append(const Put& put) override {
    Status sent = sender_.send(put, RD_KAFKA_PARTITION_UA);
    sender_.serve();
    return sent;
  }

  Status flush(std::chrono::milliseconds timeout) override {
    const auto code = rd_kafka_flush(sender_.client(), timeout_ms(timeout));
    if (auto failure = sender_.take_failure()) return *std::move(failure);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return error_of("records are not stored yet", code);
    return {};
  }

 private:
  Sender sender_;
};

}  // namespace

Result<std::unique_ptr<Producer>> open_producer(const KafkaOptions& options,
                                                const std::string& transactional_id) {
  auto producer = std::make_unique<KafkaProducer>();
  if (Status opened = producer->open(options, transactional_id); !opened.ok()) {
    return opened.error();
  }
  return std::unique_ptr<Producer>(std::move(producer));
}

Result<std::unique_ptr<Appender>> open_appender(const KafkaOptions& options) {
  auto appender = std::make_unique<KafkaAppender>();
  if (Status opened = appender->open(options); !opened.ok()) return opened.error();
  return std::unique_ptr<Appender>(std::move(appender));
}

}  // namespace sluice::log::kafka
