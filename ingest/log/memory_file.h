// The file behind a memory log: every change as a frame at its end, read back when it is opened.
// Internal to ingest/log.
//
//   DIRECTORY/log    frames: u32 length | u32 CRC-32 of the payload | payload, little-endian
//   DIRECTORY/lock   held by the process that has the log open
//
// At open the frames are applied in order, transactions that nobody ended are aborted, compacted
// topics compacted, and what is left is written anew in one piece. A frame that was cut short by
// the end of a process is the last one, and is dropped. Like Kafka it does not wait for the disk:
// what is written survives the process, not the machine.
//
// Failure:  kUnavailable if another process has the directory or the disk refuses; kCorrupt for a
//           file that is not ours, or is damaged anywhere but at its end.
// Tests:    tests/ingest/log/memory_file_test.cc

#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "ingest/log/log.h"
#include "ingest/log/memory_state.h"

namespace sluice::log::memory {

class File {
 public:
  // Fills `state`, which must be empty.
  static Result<std::unique_ptr<File>> open(const std::filesystem::path& directory, State& state);

  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File();

  // Each writes one frame: all of it, or nothing.
  Status topic(const TopicSpec& spec);
  Status record(std::string_view topic, int32_t partition, const Slot& slot);
  Status commit(uint64_t transaction, const std::string& group,
                std::span<const Position> positions);
  Status abort(uint64_t transaction);

 private:
  File(std::filesystem::path directory, int lock) : directory_(std::move(directory)), lock_(lock) {}

  Status replay(State& state) const;
  Status rewrite(const State& state);
  Status write_topics(const State& state);
  Status write_groups(const State& state);
  Status write(std::string_view payload);

  std::filesystem::path directory_;
  int lock_ = -1;
  int log_ = -1;
  int64_t size_ = 0;  // of whole frames
};

}  // namespace sluice::log::memory
