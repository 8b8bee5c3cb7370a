#include "ingest/log/kafka_config.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <span>
#include <utility>

#include "base/json_log.h"
#include "base/text.h"

namespace sluice::log::kafka {
namespace {

struct Setting {
  std::string_view name;
  std::string value;
};

// A batch may inflate far beyond its size on the wire, and librdkafka refuses what would not fit
// into receive.message.max.bytes. 32 MiB of mail in one compressed batch fit here many times over.
constexpr std::string_view kInflatedBytesMax = "268435456";

// The largest record is a mail of 32 MiB with its envelope.
constexpr std::string_view kRecordBytesMax = "41943040";

// What nobody may set, and why: one line each in docs/KAFKA.md.
constexpr auto kOwned = std::to_array<std::string_view>({
    "acks",
    "auto.commit.enable",
    "bootstrap.servers",
    "client.id",
    "enable.auto.commit",
    "enable.auto.offset.store",
    "enable.idempotence",
    "enable.partition.eof",
    "group.id",
    "isolation.level",
    "metadata.broker.list",
    "partition.assignment.strategy",
    "partitioner",
    "request.required.acks",
    "transactional.id",
});

bool is_owned(std::string_view name) {
  return std::find(kOwned.begin(), kOwned.end(), name) != kOwned.end();
}

bool is_secret(std::string_view name) {
  constexpr auto kMarks = std::to_array<std::string_view>(
      {"password", "secret", "ssl.key", ".pem", "sasl.username", "oauthbearer"});
  return std::any_of(kMarks.begin(), kMarks.end(),
                     [name](std::string_view mark) { return name.find(mark) != name.npos; });
}

void write_log(const rd_kafka_t* client, int level, const char* facility, const char* text) {
  const std::string name(client == nullptr ? "" : rd_kafka_name(client));
  constexpr int kError = 3;
  constexpr int kWarning = 4;
  const auto write = level <= kError ? log_error : level == kWarning ? log_warning : log_info;
  write("librdkafka", {{"client", name}, {"facility", facility}, {"text", text}});
}

Status set(rd_kafka_conf_t* conf, std::string_view name, const std::string& value) {
  std::array<char, 512> why{};
  const std::string key(name);
  if (rd_kafka_conf_set(conf, key.c_str(), value.c_str(), why.data(), why.size()) ==
      RD_KAFKA_CONF_OK) {
    return {};
  }
  return Error{ErrorCode::kInvalid, is_secret(name) ? key + ": refused" : std::string(why.data())};
}

Status set_all(rd_kafka_conf_t* conf, std::span<const Setting> settings) {
  for (const Setting& setting : settings) {
    if (Status done = set(conf, setting.name, setting.value); !done.ok()) return done;
  }
  return {};
}

Status set_given(rd_kafka_conf_t* conf, std::string_view kind,
                 const std::map<std::string, std::string>& given) {
  const std::string prefix = std::string(kind) + " property '";
  for (const auto& [name, value] : given) {
    if (is_owned(name)) {
      return Error{ErrorCode::kInvalid, prefix + name + "' is Sluice's own and cannot be set"};
    }
    // `latest` would skip mail whenever a committed offset is gone.
    if (name == "auto.offset.reset" && value != "earliest" && value != "error") {
      return Error{ErrorCode::kInvalid, prefix + name + "' must be earliest or error"};
    }
    if (Status done = set(conf, name, value); !done.ok()) {
      return Error{done.error().code, prefix + name + "': " + done.error().message};
    }
  }
  return {};
}

struct Layers {
  std::string_view kind;
  std::span<const Setting> defaults;
  const std::map<std::string, std::string>& given;
  std::span<const Setting> owned;
};

Result<Conf> build(const KafkaOptions& options, const Layers& layers) {
  Conf conf(rd_kafka_conf_new());
  const std::array<Setting, 3> common{{{"bootstrap.servers", options.bootstrap},
                                       {"client.id", options.client_id},
                                       // Nagle holds small requests back for 40 ms at a time.
                                       {"socket.nagle.disable", "true"}}};
  rd_kafka_conf_set_log_cb(conf.get(), write_log);
  if (Status done = set_all(conf.get(), common); !done.ok()) return done.error();
  if (Status done = set_all(conf.get(), layers.defaults); !done.ok()) return done.error();
  if (Status done = set_given(conf.get(), layers.kind, layers.given); !done.ok()) {
    return done.error();
  }
  if (Status done = set_all(conf.get(), layers.owned); !done.ok()) return done.error();
  return conf;
}

// How much is fetched, for anything that reads records.
std::vector<Setting> fetch_settings() {
  return {
      {"receive.message.max.bytes", std::string(kInflatedBytesMax)},
      {"queued.max.messages.kbytes", "262144"},  // when full, librdkafka sleeps up to a second
      {"queued.min.messages", "100000"},
      // At a steady trickle a request for each record would keep the brokers busy with nothing
      // else.
      {"fetch.min.bytes", "131072"},
      {"fetch.wait.max.ms", "50"},
      {"check.crcs", "true"},
  };
}

std::vector<Setting> produce_settings() {
  return {
      {"compression.type", "lz4"},
      {"queue.buffering.max.messages", "400000"},
      {"queue.buffering.max.kbytes", "262144"},
      {"message.max.bytes", std::string(kRecordBytesMax)},
  };
}

}  // namespace

Result<Conf> consumer_conf(const KafkaOptions& options, const ConsumerOptions& member) {
  std::vector<Setting> defaults = fetch_settings();
  defaults.push_back({"session.timeout.ms", std::to_string(member.session_timeout.count())});
  defaults.push_back({"heartbeat.interval.ms",
                      std::to_string(std::max<int64_t>(1, member.session_timeout.count() / 4))});
  defaults.push_back({"max.poll.interval.ms", std::to_string(member.max_poll_interval.count())});
  defaults.push_back({"auto.offset.reset", "earliest"});
  defaults.push_back({"statistics.interval.ms", "1000"});
  const std::vector<Setting> owned{
      {"group.id", member.group},
      {"client.id", member.client_id},
      {"isolation.level", "read_committed"},
      {"enable.auto.commit", "false"},
      {"enable.auto.offset.store", "false"},
      {"enable.partition.eof", "true"},
      // Eager, and the same numbers of all topics to one member: every generation begins with an
      // assignment, and a partition's state is whole in one place.
      {"partition.assignment.strategy", "range"},
  };
  return build(options, {"consumer", defaults, options.consumer, owned});
}

Result<Conf> reader_conf(const KafkaOptions& options) {
  const std::vector<Setting> defaults = fetch_settings();
  const std::vector<Setting> owned{
      {"group.id", "sluice-reader"},  // never joined: librdkafka wants a name to assign by hand
      {"isolation.level", "read_committed"}, {"enable.auto.commit", "false"},
      {"enable.auto.offset.store", "false"}, {"enable.partition.eof", "true"},
      {"auto.offset.reset", "error"},
  };
  return build(options, {"consumer", defaults, options.consumer, owned});
}

Result<Conf> query_conf(const KafkaOptions& options) {
  const std::vector<Setting> defaults = fetch_settings();
  const std::vector<Setting> owned{{"isolation.level", "read_uncommitted"}};
  return build(options, {"consumer", defaults, options.consumer, owned});
}

Result<Conf> producer_conf(const KafkaOptions& options, const std::string& transactional_id) {
  std::vector<Setting> defaults = produce_settings();
  defaults.push_back({"linger.ms", "5"});  // a commit does not wait for it
  // Short: a dead owner's transaction hides what follows it for this long.
  defaults.push_back({"transaction.timeout.ms", "10000"});
  // Waited between two transactions, while the last one's markers are written.
  defaults.push_back({"retry.backoff.ms", "20"});
  const std::vector<Setting> owned{{"transactional.id", transactional_id},
                                   {"partitioner", "murmur2_random"}};
  return build(options, {"producer", defaults, options.producer, owned});
}

Result<Conf> appender_conf(const KafkaOptions& options) {
  std::vector<Setting> defaults = produce_settings();
  defaults.push_back({"linger.ms", "20"});  // 5 is several times as many requests under load
  const std::vector<Setting> owned{
      {"enable.idempotence", "true"}, {"acks", "all"}, {"partitioner", "murmur2_random"}};
  return build(options, {"producer", defaults, options.producer, owned});
}

Result<Handle> start(rd_kafka_type_t type, Conf conf, std::string_view kind) {
  std::array<char, 512> why{};
  rd_kafka_t* const client = rd_kafka_new(type, conf.get(), why.data(), why.size());
  if (client == nullptr) {
    return Error{ErrorCode::kInvalid, "kafka " + std::string(kind) + ": " + why.data()};
  }
  static_cast<void>(conf.release());  // rd_kafka_new took it
  return Handle(client, [](rd_kafka_t* old) { rd_kafka_destroy(old); });
}

}  // namespace sluice::log::kafka
