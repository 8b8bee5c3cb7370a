// One log for each kind there is, with topics that no other test has, and the few steps every test
// of a log takes.

#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "ingest/log/kafka_log.h"
#include "ingest/log/log.h"
#include "ingest/log/memory_log.h"
#include "tests/support/broker.h"

namespace sluice::log {

using namespace std::chrono_literals;

inline constexpr auto kPatience = 30s;  // for what must happen; a test never waits this long

enum class Kind : uint8_t { kMemory, kKafka };

// The broker of this process, started when first asked for; nullptr if there are no jars.
test::Broker* shared_broker();

// A name that no other test of any process uses on the same broker.
std::string unique_name(const std::string& what);

class LogFixture : public ::testing::Test {
 protected:
  // False if there is no broker to be had: then the test is over.
  bool open(Kind kind);

  // The topic's full name.
  std::string make_topic(const std::string& what, int32_t partitions = 1,
                         Cleanup cleanup = Cleanup::kDelete);

  [[nodiscard]] Log& log() { return *log_; }

  [[nodiscard]] MemoryLog& memory() { return *memory_; }

  std::unique_ptr<Consumer> join(const std::string& group, const std::vector<std::string>& topics);
  std::unique_ptr<Producer> producer(const std::string& id);
  std::unique_ptr<Reader> reader(const std::string& topic, Offset from = kBeginning,
                                 int32_t partition = 0);

 private:
  std::unique_ptr<Log> log_;
  MemoryLog* memory_ = nullptr;
};

// Polls until there is an event of this type; fails the test if none comes. Events of other kinds
// are passed over, except that a record where another kind was awaited is passed over, too.
template <class Wanted, class Source>
std::optional<Wanted> await(Source& source) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    Event event = source.poll(50ms);
    if (auto* const found = std::get_if<Wanted>(&event)) return std::move(*found);
  }
  ADD_FAILURE() << "the event did not come";
  return std::nullopt;
}

// Waits for the assignment, and starts every partition at its committed position, or else at its
// beginning.
std::optional<Assignment> begin(Consumer& consumer);

// "key=value" of the next `count` records; "key=-" for a tombstone.
template <class Source>
std::vector<std::string> take(Source& source, std::size_t count) {
  std::vector<std::string> taken;
  while (taken.size() < count) {
    auto record = await<Record>(source);
    if (!record) return taken;
    taken.push_back(std::string(record->key) + "=" +
                    (record->tombstone ? "-" : std::string(record->value)));
  }
  return taken;
}

// "key=value" of what comes within `time`: for what must not come.
std::vector<std::string> take_for(Reader& reader, std::chrono::milliseconds time);

// Puts `key`=`value`.
Status put(Producer& producer, const std::string& topic, std::string_view key,
           std::optional<std::string_view> value, int32_t partition = 0);

}  // namespace sluice::log
