// A real Kafka broker for the length of a test: one KRaft node on free loopback ports.
//
//   auto broker = Broker::start();
//   if (!broker) GTEST_SKIP() << kNoBroker;
//   auto log = log::open_kafka({.bootstrap = broker->bootstrap()});
//
// The jars are in $SLUICE_KAFKA_LIB, or else in build/kafka/lib of the checkout, where
// `deploy/kafka/broker.sh fetch build/kafka/lib` puts them. Under CI=true missing jars fail the
// test. Data is in a temporary directory and survives kill9, stop and restart.
//
// Threads:  one at a time. The thread that starts a broker must outlive it (see process.h).

#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace sluice::test {

inline constexpr const char* kNoBroker =
    "no Kafka jars: run deploy/kafka/broker.sh fetch build/kafka/lib";

class Broker {
 public:
  // Returns when the broker serves; nullptr if there are no jars or it does not come up.
  static std::unique_ptr<Broker> start();

  ~Broker();

  // "127.0.0.1:PORT", the same for life.
  [[nodiscard]] std::string bootstrap() const;

  void kill9();

  // In order, as an operator does.
  void stop();

  // After kill9 or stop: the same ports, the same data. Returns when it serves.
  void restart();

  // Stops and continues the process: connections stay open and nothing answers.
  void freeze();
  void thaw();

 private:
  Broker(std::filesystem::path lib, int port, int controller_port);

  [[nodiscard]] std::vector<std::string> java(const std::vector<std::string>& arguments) const;
  void write_settings() const;
  [[nodiscard]] bool format() const;
  bool launch();

  TempDir directory_;
  std::filesystem::path lib_;
  int port_;
  int controller_port_;
  std::unique_ptr<Process> process_;
};

}  // namespace sluice::test
