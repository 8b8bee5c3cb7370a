#include "engine/pipeline/ledger.h"

#include <array>
#include <vector>

namespace sluice::pipeline {

void Ledger::put(const log::Put& put) {
  dirty_ = true;
  if (status_.ok()) status_ = producer_.put(put);
}

void Ledger::journal(int32_t partition, const Entry& entry, std::string_view memo) {
  const std::array<log::Header, 1> headers = {{{.name = kHeaderMemo, .value = memo}}};
  log::Put record{.topic = topics_.journal, .partition = partition, .value = entry.value};
  if (!entry.key.empty()) record.key = entry.key;
  if (!memo.empty()) record.headers = headers;
  put(record);
}

void Ledger::state(int32_t partition, std::string_view key, std::optional<std::string_view> value) {
  put({.topic = topics_.state, .partition = partition, .key = key, .value = value});
}

void Ledger::dead_letter(const log::Record& record, std::string_view code) {
  const std::string partition = std::to_string(record.partition);
  const std::string offset = std::to_string(record.offset);
  std::vector<log::Header> headers;
  record.handle->visit_headers([&headers](log::Header header) { headers.push_back(header); });
  headers.push_back({.name = kHeaderErrorCode, .value = code});
  headers.push_back({.name = kHeaderOriginTopic, .value = record.topic});
  headers.push_back({.name = kHeaderOriginPartition, .value = partition});
  headers.push_back({.name = kHeaderOriginOffset, .value = offset});

  log::Put letter{.topic = topics_.dead_letters,
                  .partition = record.partition % topics_.dead_letter_partitions,
                  .headers = headers};
  if (record.has_key) letter.key = record.key;
  if (!record.tombstone) letter.value = record.value;
  put(letter);
}

void Ledger::clear() {
  status_ = {};
  dirty_ = false;
}

}  // namespace sluice::pipeline
