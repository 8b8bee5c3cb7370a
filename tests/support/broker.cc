#include "tests/support/broker.h"

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <thread>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/assert.h"

namespace sluice::test {
namespace {

using namespace std::chrono_literals;

constexpr const char* kClusterId = "4L6g3nShT-eMCtK--X86sw";  // any 16 bytes in base64url

std::optional<std::filesystem::path> find_jars() {
  const char* const given = std::getenv("SLUICE_KAFKA_LIB");
  const char* const source = std::getenv("SLUICE_SOURCE_DIR");
  std::filesystem::path lib;
  if (given != nullptr) {
    lib = given;
  } else {
    lib = std::filesystem::path(source != nullptr ? source : ".") / "build/kafka/lib";
  }
  std::error_code ignored;
  if (std::filesystem::is_directory(lib, ignored)) return std::filesystem::absolute(lib);
  const char* const ci = std::getenv("CI");
  if (ci != nullptr && std::string(ci) == "true") ADD_FAILURE() << kNoBroker;
  return std::nullopt;
}

std::string java_binary() {
  if (const char* const given = std::getenv("JAVA")) return given;
  return "/usr/bin/java";
}

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

// Two ports that are free at this moment; both are held until both are known.
std::array<int, 2> free_ports() {
  std::array<int, 2> sockets{};
  std::array<int, 2> ports{};
  for (std::size_t i = 0; i < ports.size(); ++i) {
    sockets[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    SLUICE_ASSERT(sockets[i] >= 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof(address);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    SLUICE_ASSERT(bind(sockets[i], generic, size) == 0);
    SLUICE_ASSERT(getsockname(sockets[i], generic, &size) == 0);
    ports[i] = ntohs(address.sin_port);
  }
  for (const int one : sockets) close(one);
  return ports;
}

bool listens(int port) {
  const int one = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (one < 0) return false;
  const sockaddr_in address = loopback(port);
  const bool connected =
      connect(one, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  close(one);
  return connected;
}

}  // namespace

Broker::Broker(std::filesystem::path lib, int port, int controller_port)
    : lib_(std::move(lib)), port_(port), controller_port_(controller_port) {}

std::unique_ptr<Broker> Broker::start() {
  const auto lib = find_jars();
  if (!lib) return nullptr;
  // Somebody else may take a free port before the broker does: then once more.
  for (int attempt = 0; attempt < 3; ++attempt) {
    const auto ports = free_ports();
    std::unique_ptr<Broker> broker(new Broker(*lib, ports[0], ports[1]));
    broker->write_settings();
    if (broker->format() && broker->launch()) return broker;
  }
  ADD_FAILURE() << "the Kafka broker did not come up";
  return nullptr;
}

Broker::~Broker() = default;

std::string Broker::bootstrap() const {
  return "127.0.0.1:" + std::to_string(port_);
}

void Broker::kill9() {
  process_->signal(SIGKILL);
  process_->wait(10s);
}

void Broker::stop() {
  process_->signal(SIGTERM);
  if (!process_->wait(30s)) kill9();
}

void Broker::restart() {
  EXPECT_TRUE(launch()) << "the Kafka broker did not come up again";
}

void Broker::freeze() {
  process_->signal(SIGSTOP);
}

void Broker::thaw() {
  process_->signal(SIGCONT);
}

std::vector<std::string> Broker::java(const std::vector<std::string>& arguments) const {
  const char* const source = std::getenv("SLUICE_SOURCE_DIR");
  const auto root = std::filesystem::absolute(source != nullptr ? source : ".");
  std::vector<std::string> command = {
      java_binary(),
      "-Xmx384m",
      "-XX:+UseSerialGC",
      "-XX:TieredStopAtLevel=1",
      "-Dlog4j2.configurationFile=" + (root / "deploy/kafka/log4j2.properties").string(),
      "-cp",
      (lib_ / "*").string()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

void Broker::write_settings() const {
  const std::string listener = "PLAINTEXT://127.0.0.1:" + std::to_string(port_);
  const std::string controller = "127.0.0.1:" + std::to_string(controller_port_);
  std::ofstream(directory_.path() / "server.properties")
      << "process.roles=broker,controller\nnode.id=1\n"
      << "controller.quorum.voters=1@" << controller << "\n"
      << "listeners=" << listener << ",CONTROLLER://" << controller << "\n"
      << "advertised.listeners=" << listener << "\n"
      << "inter.broker.listener.name=PLAINTEXT\ncontroller.listener.names=CONTROLLER\n"
      << "listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT\n"
      << "log.dirs=" << (directory_.path() / "log").string() << "\n"
      << "offsets.topic.replication.factor=1\noffsets.topic.num.partitions=4\n"
      << "transaction.state.log.replication.factor=1\ntransaction.state.log.min.isr=1\n"
      << "transaction.state.log.num.partitions=4\n"
      << "transaction.abort.timed.out.transaction.cleanup.interval.ms=1000\n"
      << "group.initial.rebalance.delay.ms=0\ngroup.min.session.timeout.ms=1000\n"
      << "auto.create.topics.enable=false\nlog.cleaner.backoff.ms=1000\n"
      << "log.cleaner.dedupe.buffer.size=8388608\n"
      << "num.network.threads=2\nnum.io.threads=4\n";
}

bool Broker::format() const {
  Process tool(java({"kafka.tools.StorageTool", "format", "-t", kClusterId, "-c",
                     (directory_.path() / "server.properties").string()}),
               directory_.path() / "format.log");
  return tool.wait(60s) == 0;
}

bool Broker::launch() {
  process_ = std::make_unique<Process>(
      java({"kafka.Kafka", (directory_.path() / "server.properties").string()}),
      directory_.path() / "broker.log");
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  while (std::chrono::steady_clock::now() < deadline) {
    if (listens(port_)) return true;
    if (process_->wait(50ms)) return false;
  }
  return false;
}

}  // namespace sluice::test
