#include "ingest/log/memory_file.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/hash.h"

namespace sluice::log::memory {
namespace {

constexpr std::string_view kFormat = "sluice memory log 1";
constexpr std::size_t kPrefixBytes = 8;              // length and CRC
constexpr std::size_t kFrameBytesMax = 256U << 20U;  // far above the largest record

enum class Kind : uint8_t { kMagic, kTopic, kRecord, kNext, kCommit, kAbort };

Error refused(const std::filesystem::path& path) {
  return {ErrorCode::kUnavailable, path.string() + ": " + std::strerror(errno)};
}

Error damaged(const std::filesystem::path& path) {
  return {ErrorCode::kCorrupt, path.string() + ": not a log of Sluice, or damaged"};
}

class Encoder {
 public:
  explicit Encoder(Kind kind) { number(static_cast<uint8_t>(kind)); }

  template <class T>
  Encoder& number(T value) {
    std::array<char, sizeof(T)> bytes{};
    std::memcpy(bytes.data(), &value, sizeof(T));
    out_.append(bytes.data(), bytes.size());
    return *this;
  }

  Encoder& text(std::string_view bytes) {
    number(static_cast<uint32_t>(bytes.size()));
    out_.append(bytes);
    return *this;
  }

  [[nodiscard]] std::string_view bytes() const& { return out_; }

 private:
  std::string out_;
};

// Reads what Encoder wrote. After the end everything is zero and `ok` is false.
class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : rest_(bytes) {}

  template <class T>
  T number() {
    T value{};
    const std::string_view bytes = take(sizeof(T));
    if (ok_) std::memcpy(&value, bytes.data(), sizeof(T));
    return value;
  }

  std::string_view text() { return take(number<uint32_t>()); }

  [[nodiscard]] bool ok() const { return ok_; }

  [[nodiscard]] std::size_t left() const { return rest_.size(); }

 private:
  std::string_view take(std::size_t count) {
    ok_ = ok_ && count <= rest_.size();
    if (!ok_) return {};
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }

  std::string_view rest_;
  bool ok_ = true;
};

// --- applying frames ---

bool apply_topic(Decoder& in, State& state) {
  TopicSpec spec;
  spec.name = in.text();
  spec.partitions = in.number<int32_t>();
  spec.replication = in.number<int16_t>();
  spec.cleanup = in.number<uint8_t>() == 0 ? Cleanup::kDelete : Cleanup::kCompact;
  spec.retention_ms = in.number<int64_t>();
  spec.message_bytes_max = in.number<int64_t>();
  spec.log_append_time = in.number<uint8_t>() != 0;
  constexpr int32_t kPartitionsMax = 100'000;
  if (!in.ok() || spec.partitions < 1 || spec.partitions > kPartitionsMax) return false;
  Topic topic{.spec = spec, .partitions = {}};
  topic.partitions.resize(static_cast<std::size_t>(spec.partitions));
  return state.topics.try_emplace(spec.name, std::move(topic)).second;
}

bool apply_record(Decoder& in, State& state) {
  const TopicPartition at{std::string(in.text()), in.number<int32_t>()};
  Slot slot;
  slot.offset = in.number<int64_t>();
  slot.time_ms = in.number<int64_t>();
  slot.transaction = in.number<uint64_t>();
  const bool has_key = in.number<uint8_t>() != 0;
  const std::string_view key = in.text();
  const bool tombstone = in.number<uint8_t>() != 0;
  const std::string_view value = in.text();
  const auto count = in.number<uint32_t>();
  std::vector<Header> headers;
  for (uint32_t i = 0; in.ok() && i < count; ++i) {
    const std::string_view name = in.text();
    headers.push_back({.name = name, .value = in.text()});
  }
  PartitionLog* const log = state.find(at.topic, at.partition);
  if (!in.ok() || log == nullptr || slot.offset < log->next) return false;
  Put put{.headers = headers};
  if (has_key) put.key = key;
  if (!tombstone) put.value = value;
  slot.record = store(put);
  if (slot.transaction != 0 && log->open.try_emplace(slot.transaction, slot.offset).second) {
    state.transactions[slot.transaction].insert(at);
  }
  state.bytes += slot.record->bytes.size();
  log->last_time_ms = slot.time_ms;
  log->next = slot.offset + 1;
  log->slots.push_back(std::move(slot));
  return true;
}

bool apply_next(Decoder& in, State& state) {
  const std::string_view topic = in.text();
  PartitionLog* const log = state.find(topic, in.number<int32_t>());
  const auto next = in.number<int64_t>();
  if (!in.ok() || log == nullptr || next < log->next) return false;
  log->next = next;
  return true;
}

bool apply_commit(Decoder& in, State& state) {
  const auto transaction = in.number<uint64_t>();
  Group& group = state.groups[std::string(in.text())];
  while (in.ok() && in.left() > 0) {
    const TopicPartition at{std::string(in.text()), in.number<int32_t>()};
    const auto next = in.number<int64_t>();
    if (in.ok()) group.committed[at] = next;
  }
  if (in.ok() && transaction != 0) state.end_transaction(transaction, /*commit=*/true);
  return in.ok();
}

bool apply_abort(Decoder& in, State& state) {
  const auto transaction = in.number<uint64_t>();
  if (in.ok()) state.end_transaction(transaction, /*commit=*/false);
  return in.ok();
}

bool apply_frame(std::string_view payload, State& state) {
  Decoder in(payload);
  switch (static_cast<Kind>(in.number<uint8_t>())) {
    case Kind::kMagic:
      return in.text() == kFormat;
    case Kind::kTopic:
      return apply_topic(in, state);
    case Kind::kRecord:
      return apply_record(in, state);
    case Kind::kNext:
      return apply_next(in, state);
    case Kind::kCommit:
      return apply_commit(in, state);
    case Kind::kAbort:
      return apply_abort(in, state);
  }
  return false;
}

// The next frame's payload into `payload`. kTorn: the file ends within it.
enum class Frame : uint8_t { kWhole, kTorn, kDamaged };

Frame read_frame(std::ifstream& file, int64_t left, std::string& payload) {
  std::array<char, kPrefixBytes> prefix{};
  if (!file.read(prefix.data(), prefix.size())) return Frame::kTorn;
  Decoder in({prefix.data(), prefix.size()});
  const auto length = in.number<uint32_t>();
  const auto crc = in.number<uint32_t>();
  left -= static_cast<int64_t>(kPrefixBytes);
  if (length > kFrameBytesMax) return Frame::kDamaged;
  if (static_cast<int64_t>(length) > left) return Frame::kTorn;
  payload.resize(length);
  if (!file.read(payload.data(), static_cast<std::streamsize>(length))) return Frame::kTorn;
  return crc32(payload) == crc ? Frame::kWhole : Frame::kDamaged;
}

std::string frame_of(std::string_view payload) {
  std::string frame(kPrefixBytes, '\0');
  const auto length = static_cast<uint32_t>(payload.size());
  const uint32_t crc = crc32(payload);
  std::memcpy(frame.data(), &length, sizeof(length));
  std::memcpy(frame.data() + sizeof(length), &crc, sizeof(crc));
  frame.append(payload);
  return frame;
}

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

void end_open_transactions(State& state) {
  std::vector<uint64_t> open;
  for (const auto& [transaction, places] : state.transactions) open.push_back(transaction);
  for (const uint64_t transaction : open) state.end_transaction(transaction, /*commit=*/false);
}

void compact_topics(State& state) {
  for (auto& [name, topic] : state.topics) {
    if (topic.spec.cleanup == Cleanup::kCompact) state.compact(topic);
  }
}

}  // namespace

File::~File() {
  if (log_ >= 0) close(log_);
  if (lock_ >= 0) close(lock_);
}

Result<std::unique_ptr<File>> File::open(const std::filesystem::path& directory, State& state) {
  std::error_code code;
  std::filesystem::create_directories(directory, code);
  const int lock = ::open((directory / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) return refused(directory / "lock");
  std::unique_ptr<File> file(new File(directory, lock));
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
    return Error{ErrorCode::kUnavailable, directory.string() + ": another process has it open"};
  }
  if (auto status = file->replay(state); !status.ok()) return status.error();
  end_open_transactions(state);
  compact_topics(state);
  if (auto status = file->rewrite(state); !status.ok()) return status.error();
  return file;
}

Status File::replay(State& state) const {
  const std::filesystem::path path = directory_ / "log";
  std::error_code code;
  const auto size = std::filesystem::file_size(path, code);
  if (code || size == 0) return {};
  std::ifstream file(path, std::ios::binary);
  auto left = static_cast<int64_t>(size);
  std::string payload;
  bool first = true;
  while (left > 0) {
    const Frame frame = read_frame(file, left, payload);
    if (frame == Frame::kTorn && !first) return {};
    const bool ours = frame == Frame::kWhole && apply_frame(payload, state);
    const bool begins = static_cast<Kind>(payload.empty() ? 0xFF : payload[0]) == Kind::kMagic;
    if (!ours || begins != first) return damaged(path);
    left -= static_cast<int64_t>(kPrefixBytes + payload.size());
    first = false;
  }
  return {};
}

// Into a file beside it, which then takes its name: an interrupted rewrite leaves the old one.
Status File::rewrite(const State& state) {
  const std::filesystem::path made = directory_ / "log.new";
  log_ = ::open(made.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
  if (log_ < 0) return refused(made);
  Status written = write(Encoder(Kind::kMagic).text(kFormat).bytes());
  if (written.ok()) written = write_topics(state);
  if (written.ok()) written = write_groups(state);
  if (!written.ok()) return written;
  if (fsync(log_) != 0 || std::rename(made.c_str(), (directory_ / "log").c_str()) != 0) {
    return refused(made);
  }
  return {};
}

Status File::write_topics(const State& state) {
  for (const auto& [name, topic] : state.topics) {
    if (auto status = this->topic(topic.spec); !status.ok()) return status;
    for (std::size_t i = 0; i < topic.partitions.size(); ++i) {
      const auto partition = static_cast<int32_t>(i);
      const PartitionLog& log = topic.partitions[i];
      for (const Slot& slot : log.slots) {
        if (slot.record == nullptr) continue;
        Slot ended = slot;
        ended.transaction = 0;
        if (auto status = record(name, partition, ended); !status.ok()) return status;
      }
      Encoder next(Kind::kNext);
      next.text(name).number(partition).number(log.next);
      if (auto status = write(next.bytes()); !status.ok()) return status;
    }
  }
  return {};
}

Status File::write_groups(const State& state) {
  for (const auto& [name, group] : state.groups) {
    std::vector<Position> positions;
    for (const auto& [at, next] : group.committed) positions.push_back({.at = at, .next = next});
    if (auto status = commit(0, name, positions); !status.ok()) return status;
  }
  return {};
}

Status File::topic(const TopicSpec& spec) {
  Encoder out(Kind::kTopic);
  out.text(spec.name).number(spec.partitions).number(spec.replication);
  out.number(static_cast<uint8_t>(spec.cleanup == Cleanup::kCompact ? 1 : 0));
  out.number(spec.retention_ms).number(spec.message_bytes_max);
  out.number(static_cast<uint8_t>(spec.log_append_time ? 1 : 0));
  return write(out.bytes());
}

Status File::record(std::string_view topic, int32_t partition, const Slot& slot) {
  const Stored& stored = *slot.record;
  Encoder out(Kind::kRecord);
  out.text(topic).number(partition).number(slot.offset).number(slot.time_ms);
  out.number(slot.transaction);
  out.number(static_cast<uint8_t>(stored.has_key ? 1 : 0)).text(stored.key);
  out.number(static_cast<uint8_t>(stored.tombstone ? 1 : 0)).text(stored.value);
  out.number(static_cast<uint32_t>(stored.headers.size()));
  for (const Header& header : stored.headers) out.text(header.name).text(header.value);
  return write(out.bytes());
}

Status File::commit(uint64_t transaction, const std::string& group,
                    std::span<const Position> positions) {
  Encoder out(Kind::kCommit);
  out.number(transaction).text(group);
  for (const Position& position : positions) {
    out.text(position.at.topic).number(position.at.partition).number(position.next);
  }
  return write(out.bytes());
}

Status File::abort(uint64_t transaction) {
  return write(Encoder(Kind::kAbort).number(transaction).bytes());
}

Status File::write(std::string_view payload) {
  const std::string frame = frame_of(payload);
  if (write_all(log_, frame)) {
    size_ += static_cast<int64_t>(frame.size());
    return {};
  }
  const Error error = refused(directory_ / "log");
  if (ftruncate(log_, size_) != 0) return damaged(directory_ / "log");
  return error;
}

}  // namespace sluice::log::memory
