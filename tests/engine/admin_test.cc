// Claim:   what is counted is what /metrics says, in Prometheus' text format; /live and /ready say
//          when the loop turns and partitions are owned; oversized, slow and foreign requests do
//          not keep the server from answering the next one.
// Oracle:  the lines, written by hand; a plain socket as the client.

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/admin/http_server.h"
#include "engine/admin/metrics.h"
#include "rules/compiler.h"

namespace sluice::admin {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// A connection to the server under test.
class Client {
 public:
  explicit Client(uint16_t port) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
    connected_ = connect(socket_, generic, sizeof address) == 0;
  }

  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  ~Client() { close(socket_); }

  [[nodiscard]] bool connected() const { return connected_; }

  // Everything the server says until it closes.
  std::string ask(const std::string& request) {
    (void)send(socket_, request.data(), request.size(), MSG_NOSIGNAL);
    std::string reply;
    std::array<char, 4096> block{};
    for (;;) {
      const ssize_t got = recv(socket_, block.data(), block.size(), 0);
      if (got <= 0) return reply;
      reply.append(block.data(), static_cast<std::size_t>(got));
    }
  }

 private:
  int socket_;
  bool connected_ = false;
};

std::string get(uint16_t port, const std::string& path) {
  return Client(port).ask("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
}

std::shared_ptr<const rules::RuleSet> rule_set(const std::string& text) {
  const std::vector<rules::RuleFile> files = {{.path = "a.cf", .text = text}};
  rules::Diagnostics diagnostics;
  return rules::compile_rules(files, {}, diagnostics);
}

mime::Message message_with(mime::Defect defect) {
  mime::Message message;
  message.raw = "raw";
  message.defects.add(defect);
  return message;
}

TEST(Metrics, SaysWhatWasCounted) {
  Metrics metrics;
  metrics.taken(nullptr);
  metrics.taken("crc32");
  metrics.folded(3ms, /*dead_letter=*/true);
  metrics.committed(20ms, 2);
  metrics.lag(3, 17);
  metrics.in_flight(1'000, 2);
  const std::string text = metrics.text();
  EXPECT_THAT(text, HasSubstr("# TYPE sluice_messages_taken_total counter\n"
                              "sluice_messages_taken_total 2\n"));
  EXPECT_THAT(text, HasSubstr("sluice_partition_mismatch_total{looks_like=\"crc32\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("sluice_dead_letters_total 1\n"));
  EXPECT_THAT(text, HasSubstr("sluice_wait_seconds_bucket{le=\"0.0025\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("sluice_wait_seconds_bucket{le=\"0.005\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("sluice_wait_seconds_bucket{le=\"+Inf\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("sluice_commit_seconds_count 1\n"));
  EXPECT_THAT(text, HasSubstr("sluice_lag_records{partition=\"3\"} 17\n"));
  EXPECT_THAT(text, HasSubstr("sluice_in_flight_bytes 1000\n"));
}

TEST(Metrics, TellsGoodReloadsFromFailedOnes) {
  Metrics metrics;
  metrics.reloaded(true, "00ff");
  metrics.reloaded(false, "00ff");
  metrics.reloaded(false, "00ff");
  for (const bool ok : {true, true, true, false}) metrics.map_reloaded(ok);
  const std::string page = metrics.text();
  EXPECT_THAT(page, HasSubstr("sluice_reloads_total{result=\"ok\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("sluice_reloads_total{result=\"failed\"} 2\n"));
  EXPECT_THAT(page, HasSubstr("sluice_map_reloads_total{result=\"ok\"} 3\n"));
  EXPECT_THAT(page, HasSubstr("sluice_map_reloads_total{result=\"failed\"} 1\n"));
}

TEST(Metrics, NamesRulesAndDefectsOnly) {
  Metrics metrics;
  const auto set = rule_set("body ONE /a/\nscore ONE 1\nbody __PART /b/\n");
  ASSERT_NE(set, nullptr);
  const std::vector<rules::Hit> hits = {{.rule = 0}, {.rule = 1}};
  metrics.scanned(message_with(mime::Defect::kBareLf), hits, {.scanned = 30, .recalled = 12}, *set);
  const std::string text = metrics.text();
  EXPECT_THAT(text, HasSubstr("sluice_rule_hits_total{rule=\"ONE\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("__PART")));
  EXPECT_THAT(text, HasSubstr("sluice_defects_total{defect=\"bare_lf\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("sluice_scanned_bytes_total 3\n"));
  EXPECT_THAT(text, HasSubstr("sluice_text_bytes_total{from=\"scan\"} 30\n"));
  EXPECT_THAT(text, HasSubstr("sluice_text_bytes_total{from=\"memory\"} 12\n"));
}

// A rule set may be given the address of one that is gone, and have more rules.
TEST(Metrics, TellsRuleSetsApartByWhatTheyAre) {
  Metrics metrics;
  const mime::Message message = message_with(mime::Defect::kBareLf);
  const std::vector<rules::Hit> first = {{.rule = 0}};
  auto set = rule_set("body OLD /a/\n");
  metrics.scanned(message, first, {}, *set);
  set.reset();
  set = rule_set("body NEW /a/\nbody NEWER /b/\nbody NEWEST /c/\n");
  const std::vector<rules::Hit> last = {{.rule = 2}};
  metrics.scanned(message, last, {}, *set);
  EXPECT_THAT(metrics.text(), HasSubstr("sluice_rule_hits_total{rule=\"NEWEST\"} 1\n"));
  EXPECT_THAT(metrics.text(), Not(HasSubstr("OLD")));
}

class HttpServerTest : public testing::Test {
 protected:
  void SetUp() override {
    auto server = HttpServer::start("127.0.0.1:0", metrics_);
    ASSERT_TRUE(server.ok()) << server.error().message;
    server_ = std::move(server).value();
  }

  [[nodiscard]] uint16_t port() const { return server_->port(); }

  Metrics metrics_;

 private:
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, ServesMetrics) {
  metrics_.taken(nullptr);
  const std::string reply = get(port(), "/metrics");
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(reply, HasSubstr("sluice_messages_taken_total 1\n"));
}

TEST_F(HttpServerTest, SaysWhetherItLivesAndIsReady) {
  EXPECT_THAT(get(port(), "/live"), StartsWith("HTTP/1.1 503"));
  metrics_.beat();
  EXPECT_THAT(get(port(), "/live"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(get(port(), "/ready"), StartsWith("HTTP/1.1 503"));
  metrics_.assigned(2, 0, 1ms);
  EXPECT_THAT(get(port(), "/ready"), StartsWith("HTTP/1.1 200"));
  metrics_.revoked(/*lost=*/true);
  EXPECT_THAT(get(port(), "/ready"), StartsWith("HTTP/1.1 503"));
}

TEST_F(HttpServerTest, RefusesWhatItDoesNotServe) {
  EXPECT_THAT(get(port(), "/etc/passwd"), StartsWith("HTTP/1.1 404"));
  EXPECT_THAT(Client(port()).ask("POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n"
                                 "Connection: close\r\n\r\n"),
              StartsWith("HTTP/1.1 405"));
}

TEST_F(HttpServerTest, OutlivesHugeAndSilentRequests) {
  const std::string huge = get(port(), "/" + std::string(100'000, 'a'));
  EXPECT_THAT(huge, Not(HasSubstr(" 200 ")));
  std::vector<std::unique_ptr<Client>> silent;
  for (int i = 0; i < 7; ++i) silent.push_back(std::make_unique<Client>(port()));
  EXPECT_TRUE(std::all_of(silent.begin(), silent.end(),
                          [](const auto& client) { return client->connected(); }));
  EXPECT_THAT(get(port(), "/metrics"), StartsWith("HTTP/1.1 200"));
}

TEST(HttpServer, SaysWhatIsWrongWithAnAddress) {
  const Metrics metrics;
  for (const char* listen :
       {"", "9464", "localhost:1", "127.0.0.1:", "127.0.0.1:70000", "1.2.3:4x"}) {
    const auto server = HttpServer::start(listen, metrics);
    ASSERT_FALSE(server.ok()) << listen;
    EXPECT_THAT(server.error().message, StartsWith("admin.listen: ")) << listen;
  }
}

}  // namespace
}  // namespace sluice::admin
