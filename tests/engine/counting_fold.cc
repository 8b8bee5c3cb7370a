#include "tests/engine/counting_fold.h"

#include <algorithm>
#include <charconv>
#include <thread>

#include "base/byte_codec.h"

namespace sluice::pipeline {
namespace {

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t colon = text.find(':');
    parts.push_back(text.substr(0, colon));
    if (colon == std::string_view::npos) return parts;
    text.remove_prefix(colon + 1);
  }
}

int64_t number(std::string_view text) {
  int64_t value = -1;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

Result<std::string> CountingFold::migrate(std::string_view /*key*/, std::string_view value) const {
  if (value == "from the future") return Error{ErrorCode::kCorrupt, "schema 9 is not known"};
  return std::string(value);
}

void CountingFold::resume(const Store& store) {
  if (const auto bytes = store.get(kClockKey)) {
    ByteReader in(*bytes);
    live_ = {.clock_ms = in.i64(), .ticks = in.i64(), .last_offset = in.i64()};
  }
  committed_ = live_;
}

void CountingFold::remember(std::string_view /*entry*/, std::string_view memo) {
  if (memo == "memo") ++remembered_;
}

Status CountingFold::check(std::string_view entry) const {
  if (entry.starts_with("e:") || entry.starts_with("t:")) return {};
  return Error{ErrorCode::kCorrupt, "not an entry"};
}

std::optional<log::Offset> CountingFold::applied_through() const {
  if (live_.last_offset < 0) return std::nullopt;
  return live_.last_offset;
}

Entry CountingFold::tick(int64_t time_ms) const {
  return {.key = {}, .value = "t:" + std::to_string(time_ms)};
}

void CountingFold::apply(std::string_view entry, Store& store, Outbox& out, std::string& memo) {
  const auto parts = split(entry);
  if (parts[0] == "t") {
    live_.clock_ms = std::max(live_.clock_ms, number(parts[1]));
    ++live_.ticks;
    return;
  }
  const std::string key(parts[1]);
  const int64_t count = number(store.get(key).value_or("0")) + 1;
  live_.last_offset = number(parts[3]);
  live_.clock_ms = std::max(live_.clock_ms, number(parts[4]));
  store.put(key, std::to_string(count));
  memo = "memo";
  const std::string said = key + "=" + std::to_string(count) + "@" + std::string(parts[3]);
  out.put({.topic = output_topic_, .partition = 0, .key = key, .value = said});
}

void CountingFold::settle(Store& store) {
  ByteWriter bytes;
  bytes.i64(live_.clock_ms).i64(live_.ticks).i64(live_.last_offset);
  store.put(kClockKey, bytes.bytes());
}

void CountingScanner::scan(std::span<const ScanTask> tasks) {
  for (const auto& [record, out] : tasks) {
    if (work_.count() > 0) std::this_thread::sleep_for(work_);
    out.entry.key = record.key;
    out.entry.value = "e:" + std::string(record.key) + ":" + std::string(record.value) + ":" +
                      std::to_string(record.offset) + ":" + std::to_string(record.timestamp_ms);
    out.dead_letter = record.value.starts_with("bad") ? "bad_value" : "";
  }
}

}  // namespace sluice::pipeline
